import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The virtual router's own MAC address moves with the role (RFC 9568 section 7.3). ``Interoperability`` has takeovers beside others.
  @Suite struct VirtualMAC {
    private func file(_ family: AddressFamily = .ipv4) -> RouterFile { .withVirtualMAC(family) }

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
        try await pair.expectMaster(
          pair.low, within: file.skewTime(priority: Pair.lowPriority) + margin, isTold: true, "stop")
        await pair.low.stop()
        for peer in [pair.high, pair.low] {
          #expect(try peer.host.madeInterfaces().isEmpty, "its interface stayed")
          #expect(try peer.host.readARPIgnore() == "0", "the interface below was not set back")
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
        #expect(try pair.low.host.madeInterfaces().contains("@eth0"))

        // Somebody takes it away: it comes back with the address.
        let name = try #require(
          pair.low.host.madeInterfaces().split(separator: "@").first?.split(separator: " ").last)
        try pair.low.host.run("ip", "link", "delete", String(name))
        let held = try await eventually(within: startup) { try lab.holders(of: pair.address) == [pair.low.host.name] }
        #expect(held, "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")

        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try pair.start(pair.high)
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority)
        try await pair.expectMaster(pair.high, since: back, within: bound, "hand-back")
        await pair.low.stop()
        #expect(try pair.low.host.madeInterfaces().isEmpty, "its interface stayed")
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
          #expect(await pair.client.answers(within: margin), "round \(round)\n\(pair.logs)")
          let expected = wanted.usesVirtualMAC ? MACAddress(virtualRouter: wanted.vrid, family) : high.host.macAddress
          #expect(try pair.clientHost.neighbor(of: pair.address) == "\(expected)", "round \(round)\n\(pair.logs)")
          let outage = pair.client.summary(since: begin).longestOutage
          print("\(family), virtual MAC \(wanted.usesVirtualMAC): the client waited \(outage)")
        }
        #expect(try high.host.madeInterfaces().isEmpty, "its interface stayed")
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
            try low.host.madeInterfaces().contains("LOWERLAYERDOWN")
          }
          #expect(follows, "round \(round): the virtual interface did not go down with the one below.\n\(pair.logs)")
          try low.host.linkUp()
          #expect(await eventually(within: startup) { isBackup() }, "round \(round)\n\(pair.logs)")
          try pair.clientHost.run("ip", "neighbour", "flush", "dev", "eth0")
          #expect(await pair.client.answers(within: margin), "round \(round)\n\(pair.logs)")
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
          let made = try high.host.madeInterfaces().split(separator: "\n")
          #expect(made.count == 1 && made[0].contains("vrrp.\(file.vrid)@eth0"), "\(made)")
        }
      }
    }
  }
}
