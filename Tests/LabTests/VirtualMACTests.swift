import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The virtual router's own MAC address moves with the role (RFC 9568 section 7.3). ``Interoperability`` has takeovers beside others.
  @Suite struct VirtualMAC {
    private func file(_ family: AddressFamily = .ipv4) -> RouterFile {
      var file = RouterFile(version: .v3, family: family)
      file.usesVirtualMAC = true
      return file
    }

    /// The interfaces of martlet's making, a line each.
    private func madeInterfaces(on host: LabKit.Host) throws -> String {
      try host.run("ip", "-o", "link", "show", "type", "macvlan")
    }

    private func readARPIgnore(of host: LabKit.Host) throws -> String {
      try host.run("sysctl", "-n", "net.ipv4.conf.eth0.arp_ignore").filter { !$0.isWhitespace }
    }

    @Test(
      "It moves with the role, is silent before its first advert, and goes with the last engine",
      needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func movesWithTheRole(family: AddressFamily) async throws {
      try await inLab { lab in
        let file = file(family)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let virtual = MACAddress(virtualRouter: file.vrid, family)
        let begin = MonotonicInstant.labNow()
        try await pair.startInOrder()
        let first = try #require(lab.capture.adverts(vrid: file.vrid, since: begin).first)
        let early = lab.capture.frames(since: begin).filter { $0.source == virtual && $0.time < first.time }
        #expect(early.isEmpty, "a backup sent \(early.count) frames from the virtual address")

        let before = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let down = file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: before, within: down + margin, "crash")
        #expect(lab.capture.adverts(vrid: file.vrid, since: begin).allSatisfy { $0.sender == virtual })
        let neighbor = try pair.clientHost.neighbor(of: pair.address)
        #expect(neighbor == "\(virtual)", "the client knows \(neighbor ?? "nothing")")

        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try pair.start(pair.high)
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority)
        try await pair.expectMaster(pair.high, since: back, within: bound, "hand-back")

        await pair.high.stop()
        try await pair.expectMaster(pair.low, within: file.skewTime(priority: Pair.lowPriority) + margin, "stop")
        await pair.low.stop()
        for peer in [pair.high, pair.low] {
          #expect(try madeInterfaces(on: peer.host).isEmpty, "its interface stayed")
          #expect(try readARPIgnore(of: peer.host) == "0", "the interface below was not set back")
        }
      }
    }

    /// The addresses that have a virtual MAC address, and the router that has none.
    static let withAddressesOnly = AddressFamily.allCases.flatMap { family in
      var file = RouterFile(version: .v3, family: family)
      file.addressWords = " use_vmac"
      return [
        Pairing(high: .martlet, low: .martlet, file: file), Pairing(high: .keepalived, low: .martlet, file: file),
      ]
    }

    @Test(
      "That of an address moves with it; the router speaks from the interface's own",
      needs(.lab, .martlet, .keepalived), arguments: withAddressesOnly)
    func movesWithAnAddress(_ pairing: Pairing) async throws {
      try await inLab { lab in
        let file = pairing.file
        let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
        let virtual = MACAddress(virtualRouter: file.vrid, file.family)
        let begin = MonotonicInstant.labNow()
        try await pair.startInOrder()
        func fromLow(since instant: MonotonicInstant) -> [CapturedFrame] {
          // Both have the virtual address: what comes while the other is down is this one's.
          lab.capture.frames(since: instant).filter { $0.source == virtual }
        }
        #expect(try pair.clientHost.neighbor(of: pair.address) == "\(virtual)", "\(pair.logs)")
        let before = MonotonicInstant.labNow()
        try pair.high.host.crash()
        // Until then its kernel may have answered.
        let silent = MonotonicInstant.labNow()
        let down = file.masterDownInterval(priority: Pair.lowPriority)
        let advert = try await pair.expectMaster(pair.low, since: before, within: down + margin, "crash")
        let early = fromLow(since: silent).filter { $0.time < advert.time }
        #expect(early.isEmpty, "a backup sent \(early.count) frames from the virtual address")
        #expect(lab.capture.adverts(vrid: file.vrid, since: begin).allSatisfy { $0.sender != virtual })
        #expect(try pair.clientHost.neighbor(of: pair.address) == "\(virtual)", "\(pair.logs)")
        #expect(try madeInterfaces(on: pair.low.host).contains("@eth0"))

        // Somebody takes it away: it comes back with the address.
        let name = try #require(
          madeInterfaces(on: pair.low.host).split(separator: "@").first?.split(separator: " ").last)
        try pair.low.host.run("ip", "link", "delete", String(name))
        let held = try await eventually(within: startup) { try lab.holders(of: pair.address) == [pair.low.host.name] }
        #expect(held, "\(pair.logs)")
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")

        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try pair.start(pair.high)
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority)
        try await pair.expectMaster(pair.high, since: back, within: bound, "hand-back")
        await pair.low.stop()
        #expect(try madeInterfaces(on: pair.low.host).isEmpty, "its interface stayed")
      }
    }

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
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")
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
        var file = file()
        file.interval = .seconds(1)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let begin = MonotonicInstant.labNow()
        for round in 1...2 {
          _ = try pair.high.host.attempt(["ip", "link", "set", "vrrp.\(file.vrid)"] + words)
          let mac = "\(MACAddress(virtualRouter: file.vrid, .ipv4))"
          let isRight = try await eventually(within: margin) {
            let line = try madeInterfaces(on: pair.high.host)
            return line.contains(mac) && line.contains(",UP,") && line.contains("vrrp.\(file.vrid)@")
              && line.contains("alias martlet")
          }
          let made = try madeInterfaces(on: pair.high.host)
          #expect(isRight, "round \(round): \(made)\n\(pair.logs)")
          #expect(await pair.client.reaches(within: margin), "round \(round)\n\(pair.logs)")
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
        let (before, begin) = (try madeInterfaces(on: high.host), MonotonicInstant.labNow())

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

        #expect(try madeInterfaces(on: high.host) == before, "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority))
        pair.expectOnlySender(pair.high, since: begin)
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")

        // One that can be served gets what it asks for.
        var third = file
        third.virtualMACWords = "vip0 02:00:00:00:08"
        try high.replaceConfiguration(third.text(for: high.host, priority: Pair.highPriority, peers: []))
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")
        #expect(try madeInterfaces(on: high.host).contains("02:00:00:00:08:33"), "\(pair.logs)")
        third.virtualMACWords = "vip1 02:00:00:00:08"
        try high.replaceConfiguration(third.text(for: high.host, priority: Pair.highPriority, peers: []))
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")
        let made = try madeInterfaces(on: high.host)
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
        #expect(try madeInterfaces(on: martlet.host).contains("vrrp.51"))

        // The one who deletes it takes what it knew with it.
        try martlet.host.run("ip", "link", "delete", "vrrp.51")
        let again = try await eventually(within: startup) { try madeInterfaces(on: martlet.host).contains("vrrp.51") }
        #expect(again, "\(martlet.log)")

        try martlet.replaceConfiguration(text(""))
        #expect(try martlet.command("reload").succeeded, "\(martlet.log)")
        let gone = try await eventually(within: startup) { try madeInterfaces(on: martlet.host).isEmpty }
        #expect(gone, "\(martlet.log)")
        #expect(try readARPIgnore(of: martlet.host) == "0", "the interface below was not set back")
        await martlet.stop()
      }
    }

    @Test(
      "A reload that gives the router a virtual MAC address, or takes it away, keeps the address reachable",
      needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func aReloadMovesTheAddress(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let plain = RouterFile(version: .v3, family: family)
        let pair = try Pair(in: lab, plain, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        for (round, wanted) in [file(family), plain, file(family), plain].enumerated() {
          let begin = MonotonicInstant.labNow()
          try high.replaceConfiguration(wanted.text(for: high.host, priority: Pair.highPriority, peers: []))
          #expect(try high.command("reload").succeeded, "\(pair.logs)")
          try await pair.settle(margin)
          #expect(await pair.client.reaches(within: margin), "round \(round)\n\(pair.logs)")
          let expected = wanted.usesVirtualMAC ? MACAddress(virtualRouter: wanted.vrid, family) : high.host.macAddress
          #expect(try pair.clientHost.neighbor(of: pair.address) == "\(expected)", "round \(round)\n\(pair.logs)")
          let outage = pair.client.summary(since: begin).longestOutage
          #expect(outage < margin, "round \(round): \(outage)")
          print("\(family), virtual MAC \(wanted.usesVirtualMAC): the client waited \(outage)")
        }
        #expect(try madeInterfaces(on: high.host).isEmpty, "its interface stayed")
      }
    }

    @Test(
      "A backup sends nothing from its virtual address and answers for nothing, whatever the link below does",
      needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func aBackupIsSilentWhateverItsLinkDoes(family: AddressFamily) async throws {
      try await inLab { lab in
        // The master has none, so that whatever comes from the virtual address is the backup's.
        let plain = RouterFile(version: .v3, family: family)
        let pair = try Pair(in: lab, plain, high: .martlet, low: .martlet)
        let low = try #require(pair.low as? MartletPeer)
        try pair.start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + plain.masterDownInterval(priority: Pair.highPriority) + margin)
        let begin = MonotonicInstant.labNow()
        try low.start(file(family).text(for: low.host, priority: Pair.lowPriority, peers: []))
        func isBackup() -> Bool { (try? MartletStatus.of(low).routers.first?.state) == "BACKUP" }
        #expect(await eventually(within: startup) { isBackup() }, "\(pair.logs)")
        for round in 1...3 {
          try low.host.linkDown()
          let follows = try await eventually(within: margin + margin) {
            try madeInterfaces(on: low.host).contains("LOWERLAYERDOWN")
          }
          #expect(follows, "round \(round): the virtual interface did not go down with the one below.\n\(pair.logs)")
          try low.host.linkUp()
          #expect(await eventually(within: startup) { isBackup() }, "round \(round)\n\(pair.logs)")
          try pair.clientHost.run("ip", "neighbour", "flush", "dev", "eth0")
          #expect(await pair.client.reaches(within: margin), "round \(round)\n\(pair.logs)")
          let neighbor = try pair.clientHost.neighbor(of: pair.address)
          #expect(neighbor == "\(pair.high.host.macAddress)", "round \(round): \(neighbor ?? "nobody") answered")
        }
        try await pair.settle(plain.interval * 2)
        let virtual = MACAddress(virtualRouter: plain.vrid, family)
        let sent = lab.capture.frames(since: begin).filter { $0.source == virtual }
        #expect(sent.isEmpty, "\(sent.map { $0.bytes.prefix(60) })")
        pair.expectOnlySender(pair.high, since: begin)
      }
    }

    /// A frame from the address that both hosts have has switches lead there, and nobody asks there any more.
    @Test(
      "A router that was master sends nothing more from its virtual address, not even that it leaves groups (KA#882)",
      needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func oneThatWasMasterIsSilentAfterwards(family: AddressFamily) async throws {
      try await inLab { lab in
        let plain = RouterFile(version: .v3, family: family)
        let pair = try Pair(in: lab, plain, high: .martlet, low: .martlet)
        let low = try #require(pair.low as? MartletPeer)
        // A router joins more groups than a host.
        try low.host.run("sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        let virtual = MACAddress(virtualRouter: plain.vrid, family)
        func sent(since instant: MonotonicInstant) -> [CapturedFrame] {
          lab.capture.frames(since: instant).filter { $0.source == virtual }
        }
        let begin = MonotonicInstant.labNow()
        try low.start(file(family).text(for: low.host, priority: Pair.lowPriority, peers: []))
        try await pair.expectMaster(
          low, within: startup + plain.masterDownInterval(priority: Pair.lowPriority) + margin)
        let first = try #require(lab.capture.adverts(vrid: plain.vrid, since: begin).first)
        let early = sent(since: begin).filter { $0.time < first.time }
        #expect(early.isEmpty, "before it was master: \(early.map(\.bytes))")

        try pair.start(pair.high)
        let taken = try await pair.expectMaster(
          pair.high, within: startup + plain.masterDownInterval(priority: Pair.highPriority) + margin)
        // The kernel says twice within a second that it leaves a group.
        try await pair.settle(.milliseconds(1500))
        let late = sent(since: taken.time + .milliseconds(20))
        #expect(
          late.isEmpty, "after it was master: \(late.map { "\($0.time - taken.time): \($0.bytes)" })\n\(pair.logs)")
      }
    }

    /// What can become of the interface below.
    enum Loss: CaseIterable {
      case carrier
      case name
      case interface
    }

    @Test(
      "The interface below loses its carrier or its name or is replaced: FAULT, and back unaided (a862103b, f7c08052)",
      needs(.lab, .martlet), arguments: Loss.allCases)
    func comesBackWithTheInterfaceBelow(_ loss: Loss) async throws {
      try await inLab { lab in
        let file = file()
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        func rename(_ old: String, _ new: String) throws {
          try high.host.run("ip", "link", "set", old, "down")
          try high.host.run("ip", "link", "set", old, "name", new)
          try high.host.run("ip", "link", "set", new, "up")
        }
        let down = file.masterDownInterval(priority: Pair.lowPriority) + margin
        for round in 1...2 {
          let lost = MonotonicInstant.labNow()
          switch loss {
          case .carrier: try high.host.linkDown()
          case .name: try rename("eth0", "eth9")
          case .interface: try high.host.removeInterface()
          }
          try await pair.expectMaster(pair.low, since: lost, within: down, "\(loss) lost, round \(round)")
          let isInFault = await eventually(within: margin) {
            (try? MartletStatus.of(high).routers.first?.state) == "FAULT"
          }
          #expect(isInFault, "\(pair.logs)")

          let back = MonotonicInstant.labNow()
          switch loss {
          case .carrier: try high.host.linkUp()
          case .name: try rename("eth9", "eth0")
          case .interface: try high.host.addInterface()
          }
          let bound = startup + file.masterDownInterval(priority: Pair.highPriority) + margin
          try await pair.expectMaster(pair.high, since: back, within: bound, "\(loss) back, round \(round)")
          let made = try madeInterfaces(on: high.host).split(separator: "\n")
          #expect(made.count == 1 && made[0].contains("vrrp.\(file.vrid)@eth0"), "\(made)")
        }
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
        let before = try madeInterfaces(on: host)
        let martlet = try MartletPeer(host: host)
        try martlet.start(
          file().text(for: host, priority: 100, peers: []).replacing("interface eth0", with: "interface upper0"))
        let ended = await eventually(within: startup) { martlet.process?.isRunning == false }
        #expect(ended && martlet.process?.end == .exit(2), "\(martlet.log)")
        #expect(martlet.log.contains("upper0 is a macvlan"), "\(martlet.log)")
        #expect(try madeInterfaces(on: host) == before)
      }
    }

    @Test("What the kernel had no room to tell of 120 of them is found out (KA#38, #392, #803)", needs(.lab, .martlet))
    func whatTheKernelCouldNotTellIsFoundOut() async throws {
      try await inLab { lab in
        var file = file()
        file.interval = .seconds(1)
        (file.routers, file.vrid) = (120, 1)
        let addresses = (0..<file.routers).map { file.address($0) }
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        let host = martlet.host
        try martlet.start(file.text(for: host, priority: 100, peers: []))
        func isWhole() throws -> Bool {
          let made = try madeInterfaces(on: host).split(separator: "\n").count
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
          let engine = try #require(martlet.rolePID("engine"))
          kill(engine, SIGSTOP)
          _ = try host.attempt(["ip", "-batch", "-"], input: noise)
          try host.run("ip", "link", "delete", "vrrp.7")
          try host.run("ip", "address", "flush", "dev", "vrrp.9")
          kill(engine, SIGCONT)
          isNoticed = await eventually(within: startup, every: .milliseconds(50)) {
            martlet.log.contains("netlink messages were lost")
          }
          if !isNoticed {
            #expect(martlet.log.contains("stood still"), "\(martlet.log)")
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
