import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The interfaces that carry virtual MAC addresses: made, kept as they are, and taken away. ``VirtualMAC`` has what they are for.
  @Suite struct VirtualLinks {
    @Test(needs(.lab, .martlet))
    func anInterfaceThatSomebodyDeletesIsMadeAgain() async throws {
      try await inLab { lab in
        // Nothing can be sent until another engine has made the interface; the other host must not lose patience.
        var file = RouterFile(version: .v3, interval: .seconds(1))
        file.usesVirtualMAC = true
        file.virtualMACWords = "vip0 02:00:00:00:07"
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let mac = try #require(MACAddress(bytes: [2, 0, 0, 0, 7, file.vrid]))
        try await pair.startInOrder()
        let deleted = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "link", "delete", "vip0")
        let held = try await eventually(within: startup) { try lab.holders(of: pair.address) == [pair.high.host.name] }
        #expect(held, "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + margin)
        pair.expectOnlySender(pair.high, since: deleted)
        #expect(pair.lastAdvert(of: pair.high)?.sender == mac)
      }
    }

    @Test(
      "One that somebody puts down, or gives another MAC address, name or alias, is set right", needs(.lab, .martlet),
      arguments: [["down"], ["address", "02:00:00:00:99:99"], ["name", "foo"], ["alias", "mine"]])
    func whatSomebodyDoesToTheInterfaceIsSetRight(_ words: [String]) async throws {
      try await inLab { lab in
        var file = RouterFile.withVirtualMAC()
        file.interval = .seconds(1)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let begin = MonotonicInstant.labNow()
        for round in 1...2 {
          _ = try pair.high.host.attempt(["ip", "link", "set", "vrrp.\(file.vrid)"] + words)
          let mac = "\(MACAddress(virtualRouter: file.vrid, .ipv4))"
          let isRight = try await eventually(within: margin) {
            let line = try pair.high.host.madeInterfaces()
            return line.contains(mac) && line.contains(",UP,") && line.contains("vrrp.\(file.vrid)@")
              && line.contains("alias martlet")
          }
          let made = try pair.high.host.madeInterfaces()
          #expect(isRight, "round \(round): \(made)\n\(pair.logs)")
          #expect(await pair.client.answers(within: margin), "round \(round)\n\(pair.logs)")
        }
        // Another engine finds it as it should be.
        let high = try #require(pair.high as? MartletPeer)
        #expect(await eventually(within: startup) { high.rolePIDs("engine").count == 1 }, "\(pair.logs)")
        kill(try #require(high.rolePID("engine"), "\(pair.logs)"), SIGKILL)
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + margin)
        pair.expectOnlySender(pair.high, since: begin)
        #expect(!pair.high.log.contains("reload failed"), "\(pair.logs)")
        #expect(try pair.clientHost.neighbor(of: pair.address) == "\(MACAddress(virtualRouter: file.vrid, .ipv4))")
      }
    }

    @Test("A reload that fails leaves the interface in use, and another martlet does not get it", needs(.lab, .martlet))
    func theInterfaceInUseStays() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.usesVirtualMAC = true
        file.virtualMACWords = "vip0 02:00:00:00:07"
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let (before, begin) = (try high.host.identitiesOfMadeInterfaces(), MonotonicInstant.labNow())

        var other = file
        other.virtualMACWords = "vip0 02:00:00:00:08"
        let broken = other.text(for: high.host, priority: Pair.highPriority, peers: [])
        try high.replaceConfiguration(
          broken + "vrrp_instance lost {\ninterface nope0\nvirtual_router_id 9\nvirtual_ipaddress {\n10.9.3.1\n}\n}\n")
        #expect(try !high.command("reload").succeeded, "\(pair.logs)")

        other.vrid = 77
        let second = try MartletPeer(host: high.host, name: "other")
        let text = other.text(for: high.host, priority: 10, peers: []).replacing("10.9.1.", with: "10.9.4.")
        try second.start(text)
        #expect(await eventually(within: startup) { second.process?.isRunning == false }, "\(second.log)")
        #expect(second.process?.end == .exit(5), "\(String(describing: second.process?.end))\n\(second.log)")
        #expect(second.log.contains("vip0"), "\(second.log)")

        #expect(try high.host.identitiesOfMadeInterfaces() == before, "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority))
        pair.expectOnlySender(pair.high, since: begin)
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")

        // One that can be served gets what it asks for.
        var third = file
        third.virtualMACWords = "vip0 02:00:00:00:08"
        try high.replaceConfiguration(third.text(for: high.host, priority: Pair.highPriority, peers: []))
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
        #expect(try high.host.madeInterfaces().contains("02:00:00:00:08:33"), "\(pair.logs)")
        third.virtualMACWords = "vip1 02:00:00:00:08"
        try high.replaceConfiguration(third.text(for: high.host, priority: Pair.highPriority, peers: []))
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
        let made = try high.host.madeInterfaces()
        #expect(made.contains("vip1@") && !made.contains("vip0@"), "\(made)\n\(pair.logs)")
      }
    }

    @Test(
      "One that carries no address goes with the reload that does without it, and what it changed below is set back",
      needs(.lab, .martlet))
    func oneWithoutAddressesGoesAsWell() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        func text(_ words: String) -> String {
          "vrrp_instance bare {\ninterface eth0\nvirtual_router_id 51\npriority 100\nversion 3\nadvert_int 0.2\n"
            + "\(words)\nno_virtual_ipaddress\nvirtual_ipaddress_excluded {\n10.9.1.9/32 dev lo\n}\n}\n"
        }
        file.vrid = 51
        try martlet.start(text("use_vmac"))
        func isMaster() -> Bool { (try? MartletStatus.of(martlet).routers.first?.state) == "MASTER" }
        #expect(await eventually(within: startup + margin) { isMaster() }, "\(martlet.log)")
        #expect(try martlet.host.madeInterfaces().contains("vrrp.51"))

        // The one who deletes it takes what it knew with it.
        try martlet.host.run("ip", "link", "delete", "vrrp.51")
        let again = try await eventually(within: startup) { try martlet.host.madeInterfaces().contains("vrrp.51") }
        #expect(again, "\(martlet.log)")

        try martlet.replaceConfiguration(text(""))
        #expect(try martlet.command("reload").succeeded, "\(martlet.log)")
        let gone = try await eventually(within: startup) { try martlet.host.madeInterfaces().isEmpty }
        #expect(gone, "\(martlet.log)")
        #expect(try martlet.host.readARPIgnore() == "0", "the interface below was not set back")
        await martlet.stop()
      }
    }

    @Test(
      "On a macvlan it is refused: the kernel would put it on the interface below that (KA#998)", needs(.lab, .martlet))
    func oneOnAMacvlanIsRefused() async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        try host.run("ip", "link", "add", "upper0", "link", "eth0", "type", "macvlan", "mode", "bridge")
        try host.run("ip", "address", "add", "10.9.0.201/16", "dev", "upper0")
        try host.run("ip", "link", "set", "upper0", "up")
        let before = try host.identitiesOfMadeInterfaces()
        let martlet = try MartletPeer(host: host)
        try martlet.start(
          RouterFile.withVirtualMAC().text(for: host, priority: 100, peers: [])
            .replacing("interface eth0", with: "interface upper0"))
        let ended = await eventually(within: startup) { martlet.process?.isRunning == false }
        #expect(ended && martlet.process?.end == .exit(2), "\(martlet.log)")
        #expect(martlet.log.contains("upper0 is a macvlan"), "\(martlet.log)")
        #expect(try host.identitiesOfMadeInterfaces() == before)
      }
    }

    @Test("What the kernel had no room to tell of 120 of them is found out (KA#38, #392, #803)", needs(.lab, .martlet))
    func whatTheKernelCouldNotTellIsFoundOut() async throws {
      try await inLab { lab in
        var file = RouterFile.withVirtualMAC()
        file.interval = .seconds(1)
        (file.routers, file.vrid) = (120, 1)
        let addresses = (0..<file.routers).map { file.address($0) }
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        let host = martlet.host
        try martlet.start(file.text(for: host, priority: 100, peers: []))
        func isWhole() throws -> Bool {
          let made = try host.madeInterfaces().split(separator: "\n").count
          return try made == file.routers && host.addresses().isSuperset(of: addresses)
        }
        let bound = startup + file.masterDownInterval(priority: 100) + .seconds(5)
        #expect(try await eventually(within: bound, every: .milliseconds(50)) { try isWhole() }, "\(martlet.log)")
        let transitions = try MartletStatus.of(martlet).routers.map(\.transitions)

        // An engine that stands still reads nothing, and the kernel drops what it has no room for.
        let noise = (0..<10_000).map { "link set lo alias \($0)\n" }.joined()
        var isNoticed = false
        // On a busy machine the noise takes so long that the supervisor replaces the engine, which then has lost nothing.
        for _ in 0..<4 where !isNoticed {
          // The one before may be being replaced yet.
          await eventually(within: startup) { martlet.rolePID("engine") != nil }
          let engine = try #require(martlet.rolePID("engine"), "\(martlet.log)")
          kill(engine, SIGSTOP)
          _ = try host.attempt(["ip", "-batch", "-"], input: noise)
          try host.run("ip", "link", "delete", "vrrp.7")
          try host.run("ip", "address", "flush", "dev", "vrrp.9")
          kill(engine, SIGCONT)
          isNoticed = await eventually(within: startup, every: .milliseconds(50)) {
            martlet.log.contains("messages of the kernel about interfaces and addresses were lost")
          }
          if !isNoticed {
            #expect(martlet.log.contains("the engine hung"), "\(martlet.log)")
            #expect(try await eventually(within: startup + .seconds(2), every: .milliseconds(50)) { try isWhole() })
          }
        }
        #expect(isNoticed, "\(martlet.log)")
        let back = try await eventually(within: startup + .seconds(2), every: .milliseconds(50)) { try isWhole() }
        let held = try host.addresses()
        #expect(back, "missing: \(addresses.filter { !held.contains($0) })\n\(martlet.log)")
        let after = try MartletStatus.of(martlet).routers
        #expect(after.allSatisfy { $0.state == "MASTER" })
        #expect(after.map(\.transitions) == transitions, "\(martlet.log)")
      }
    }
  }
}

extension LabKit.Host {
  /// The interfaces of martlet's making, a line each.
  func madeInterfaces() throws -> String { try run("ip", "-o", "link", "show", "type", "macvlan") }

  /// Number, name and MAC address of each. Their state is left out, which the kernel brings up to date a while after a change.
  func identitiesOfMadeInterfaces() throws -> [String] {
    try madeInterfaces().split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      let mac = words.firstIndex(of: "link/ether").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
      return (words.prefix(2) + [mac].compactMap(\.self)).joined(separator: " ")
    }
  }

  /// How the interface below them answers ARP.
  func readARPIgnore() throws -> String {
    try run("sysctl", "-n", "net.ipv4.conf.eth0.arp_ignore").filter { !$0.isWhitespace }
  }
}

extension RouterFile {
  /// A router that has a virtual MAC address.
  static func withVirtualMAC(_ family: AddressFamily = .ipv4) -> RouterFile {
    var file = RouterFile(version: .v3, family: family)
    file.usesVirtualMAC = true
    return file
  }
}
