import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The addresses that adverts leave from, and the interface's own that announcements name.
  @Suite struct Sources {
    @Test(
      "A master says so when the interface's own link-layer address changes, as a bond's does (KA#1112)",
      needs(.lab, .martlet))
    func aChangedLinkLayerAddressIsAnnounced() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let changed = MonotonicInstant.labNow()
        let mac = try #require(MACAddress(bytes: [2, 0, 0, 9, 0, 0x77]))
        try high.host.run("ip", "link", "set", "eth0", "address", "\(mac)")
        let announced = await eventually(within: margin) {
          lab.capture.announcements(of: pair.address, since: changed).contains { $0.sender == mac && $0.target == mac }
        }
        #expect(announced, "\(pair.logs)")
        let leads = try await eventually(within: margin) { try pair.clientHost.neighbor(of: pair.address) == "\(mac)" }
        #expect(leads, "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: changed)
      }
    }

    @Test(
      "A master that loses every address of its interface resigns, from the address that it had, and the next host need not wait",
      needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func aMasterWithoutASourceResigns(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: family, interval: .seconds(1))
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let flushed = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "address", "flush", "dev", "eth0")
        try await pair.expectMaster(
          pair.low, since: flushed, within: file.skewTime(priority: Pair.lowPriority) + margin, "flushed")
        let last = pair.adverts(of: pair.high, since: flushed).last
        #expect(last?.priority == 0, "\(pair.logs)")
        let high = try #require(pair.high as? MartletPeer)
        #expect(try MartletStatus.of(high).routers.first?.faults == ["source-address"], "\(pair.logs)")
      }
    }

    /// keepalived has it since 2.2.8.
    @Test(
      "A unicast router that names no interface is on the one with its source address, and follows it",
      needs(.lab, .martlet))
    func aRouterWithoutAnInterfaceFollowsItsSource() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, transport: .unicast)
        let host = try lab.addHost("a", number: 1)
        let other = try lab.addHost("b", number: 2)
        let text = file.text(for: host, priority: 100, peers: [other])
        let without = text.replacing("interface eth0\n", with: "\n").replacing(" dev eth0", with: "")
        #expect(without != text)
        try host.run("ip", "link", "add", "other0", "type", "veth", "peer", "name", "other1")
        for link in ["other0", "other1"] { try host.run("ip", "link", "set", link, "up") }
        try host.run("ip", "address", "del", "10.9.0.1/16", "dev", "eth0")
        let peer = try MartletPeer(host: host)
        try peer.start(without)
        func state() -> String? { try? MartletStatus.of(peer).routers.first?.state }
        #expect(await eventually(within: startup) { state() == "FAULT" }, "\(peer.log)")
        try host.run("ip", "address", "add", "10.9.0.1/16", "dev", "eth0")
        #expect(await eventually(within: startup) { state() == "MASTER" }, "\(peer.log)")
        #expect(try host.holds(file.address()), "\(peer.log)")
        // The floating address goes where the source address goes.
        try host.run("ip", "address", "add", "10.9.0.1/16", "dev", "other0")
        try host.run("ip", "address", "del", "10.9.0.1/16", "dev", "eth0")
        func carries(_ link: String) throws -> Bool {
          try host.run("ip", "-o", "address", "show", "dev", link).contains("\(file.address())/")
        }
        let hasMoved = try await eventually(within: startup) { try carries("other0") && !carries("eth0") }
        #expect(hasMoved && state() == "MASTER", "\(peer.log)")
      }
    }

    @Test(
      "Status and log name the source address that is missing, and why the one that is there does not do",
      needs(.lab, .martlet))
    func theMissingSourceIsNamed() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, transport: .unicast)
        let host = try lab.addHost("a", number: 1)
        let other = try lab.addHost("b", number: 2)
        let peer = try MartletPeer(host: host)
        let text = file.text(for: host, priority: 100, peers: [other])
        try peer.start(text.replacing("unicast_src_ip 10.9.0.1", with: "unicast_src_ip 10.9.0.7"))
        let missing = "no interface has 10.9.0.7, which it is to send from"
        let words = "\(missing); eth0 has 10.9.0.1, which nobody expects adverts from"
        let isNamed = await eventually(within: .seconds(10)) { peer.statusText.contains(words) }
        #expect(isNamed, "\(peer.statusText)\n\(peer.log)")
        #expect(peer.log.contains(words), "\(peer.log)")
        // What stands there follows the addresses.
        try host.run("ip", "address", "add", "10.9.0.8/16", "dev", "eth0")
        let isFresh = await eventually(within: .seconds(10)) {
          peer.statusText.contains("\(missing); eth0 has 10.9.0.1, 10.9.0.8, which")
        }
        #expect(isFresh, "\(peer.statusText)")
        try host.run("ip", "address", "add", "10.9.0.7/16", "dev", "eth0")
        let held = try await eventually(within: .seconds(10)) { try host.holds(file.address()) }
        #expect(held, "\(peer.log)")
      }
    }

    @Test("Hosts without an IPv4 address serve IPv6 (bb9f0f4c)", needs(.lab, .martlet))
    func anInterfaceWithoutIPv4ServesIPv6() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for host in [pair.high.host, pair.low.host] { try host.run("ip", "-4", "address", "flush", "dev", "eth0") }
        try await pair.startInOrder()
        let before = MonotonicInstant.labNow()
        await pair.high.stop()
        try await pair.expectMaster(
          pair.low, since: before, within: file.skewTime(priority: Pair.lowPriority) + margin, isTold: true, "stop")
      }
    }

    @Test(
      "Unicast over IPv6 without a source of the file's leaves from an address that the peers know (truenas#19527)",
      needs(.lab, .martlet))
    func unicastOverIPv6LeavesFromAnAddressThePeersKnow() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6, transport: .unicast)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] {
          let text = try pair.configuration(of: peer).split(separator: "\n").filter { !$0.contains("unicast_src_ip") }
          try peer.start(text.joined(separator: "\n") + "\n")
          if peer.host === pair.high.host {
            let bound = file.masterDownInterval(priority: Pair.highPriority) + startup + margin
            try await pair.expectMaster(pair.high, within: bound)
          }
        }
        #expect(await eventually(within: startup) { pair.low.saysBackup }, "\(pair.logs)")
        let begin = MonotonicInstant.labNow()
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .milliseconds(500))
        pair.expectOnlySender(pair.high, since: begin)
        #expect(pair.adverts(of: pair.high, since: begin).allSatisfy { $0.source == pair.high.host.ipv6 })
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(pair.logs)")
      }
    }

    @Test(
      "The host's own address among the peers is passed over without a word (machine-config-operator#2576)",
      needs(.lab, .martlet))
    func itsOwnAddressAmongThePeersIsNoPeer() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, transport: .unicast)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        // One file for all hosts, as those who write them like it.
        for peer in [pair.high, pair.low] {
          let hosts = [pair.high.host, pair.low.host]
          try peer.start(file.text(for: peer.host, priority: pair.priority(of: peer), peers: hosts))
          if peer.host === pair.high.host {
            let bound = file.masterDownInterval(priority: Pair.highPriority) + startup + margin
            try await pair.expectMaster(pair.high, within: bound)
          }
        }
        #expect(await eventually(within: startup) { pair.low.saysBackup }, "\(pair.logs)")
        let begin = MonotonicInstant.labNow()
        try await pair.settle(.seconds(1))
        pair.expectOnlySender(pair.high, since: begin)
        for peer in [pair.high, pair.low] {
          let martlet = try #require(peer as? MartletPeer)
          let router = try #require(MartletStatus.of(martlet).routers.first)
          #expect(router.drops.values.allSatisfy { $0 == 0 }, "\(router.drops)")
          #expect(!martlet.log.contains("\(peer.host.ipv4)"), "\(martlet.log)")
        }
        let crashed = MonotonicInstant.labNow()
        try pair.high.host.crash()
        try await pair.expectMaster(
          pair.low, since: crashed, within: file.masterDownInterval(priority: Pair.lowPriority) + margin, "crash")
      }
    }
  }
}

extension MartletPeer {
  /// What `martlet status` prints; empty while nobody answers.
  fileprivate var statusText: String { (try? command("status").output) ?? "" }
}
