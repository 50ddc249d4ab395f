import Configuration
import ConfigurationModel
import Netlink
import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

@testable import Engine

@Suite struct PlanTests {
  private let eth0 = InterfaceIndex(rawValue: 2)
  private let eth1 = InterfaceIndex(rawValue: 3)

  private func configuration() throws -> Configuration {
    var configuration = Configuration()
    var script = ScriptCheckDefinition(
      name: "chk", command: CommandDefinition(arguments: ["/bin/true"], text: "/bin/true"))
    script.schedule.initiallyFailed = true
    configuration.scripts = [script]
    let core = VirtualRouterConfiguration(
      virtualRouterID: try #require(VirtualRouterID(51)), version: .v3, priority: .standard,
      interval: Centiseconds(rawValue: 100))
    var router = VirtualRouterDefinition(name: "VI_1", interface: "eth0", core: core, family: .ipv4)
    var second = VirtualAddress(prefix: try #require(IPPrefix("192.0.2.11/24")))
    second.interface = "eth1"
    router.addresses = [VirtualAddress(prefix: try #require(IPPrefix("192.0.2.10/24"))), second]
    router.excludedAddresses = [VirtualAddress(prefix: try #require(IPPrefix("2001:db8::1/64")))]
    router.tracked = [TrackerReference(.script, "chk", weight: -20), TrackerReference(.interface, "eth1")]
    configuration.routers = [router]
    return configuration
  }

  @Test func bindsNamesToNumbers() throws {
    let plan = try Plan(configuration(), interfaces: ["eth0": eth0, "eth1": eth1])
    #expect(plan.addresses.map(\.interface) == [eth0, eth1, eth0])
    #expect(plan.routers[0].addresses == 0..<3)
    #expect(plan.routers[0].policy.addresses.addresses.count == 2)
    #expect(plan.routers[0].destinations == [IPAddress(v4: 0xE000_0012)])
    #expect(
      plan.core[0].trackers == [
        TrackerBinding(tracker: TrackerID(rawValue: 0), weight: -20),
        TrackerBinding(tracker: TrackerID(rawValue: 1), weight: 0),
      ])
    #expect(plan.trackers.map(\.name) == [TrackerName(.script, "chk"), TrackerName(.interface, "eth1")])
    #expect(try plan.trackers.map(\.name) == configuration().trackers)
    #expect(plan.trackers[0].isInitiallyFailed)
  }

  @Test func aRouterThatIsToHavePeersSendsToNobodyWithoutThem() throws {
    var configuration = try configuration()
    configuration.routers[0].faultsWithoutPeers = true
    let router = try Plan(configuration, interfaces: ["eth0": eth0, "eth1": eth1]).routers[0]
    #expect(router.isUnicast && router.destinations.isEmpty)
    configuration.routers[0].unicastPeers = [UnicastPeer(address: IPAddress(v4: 0xC000_0202))]
    let other = try Plan(configuration, interfaces: ["eth0": eth0, "eth1": eth1]).routers[0]
    #expect(other.isUnicast && other.destinations == [IPAddress(v4: 0xC000_0202)])
  }

  @Test func aRouterWithoutAnInterfaceIsWhereItsSourceIs() throws {
    var configuration = try configuration()
    let source = IPAddress(v4: 0xC000_0201)
    configuration.routers[0].interface = ""
    configuration.routers[0].sourceAddress = source
    configuration.routers[0].unicastPeers = [UnicastPeer(address: IPAddress(v4: 0xC000_0202))]
    let interfaces = ["eth0": eth0, "eth1": eth1]
    let plan = try Plan(configuration, interfaces: interfaces, carriers: [source: eth1])
    #expect(plan.routers[0].interface == eth1 && plan.routers[0].interfaceName == "eth1")
    // eth1 by its name is the router's own interface now.
    #expect(plan.addresses.map(\.interface) == [eth1, eth1, eth1] && plan.placedSources == [source: eth1])
    let lost = try Plan(configuration, interfaces: interfaces)
    #expect(lost.routers[0].interface == Plan.absent && lost.placedSources == [source: Plan.absent])
  }

  private func withRouting() throws -> Configuration {
    var configuration = try configuration()
    var route = Route(destination: try #require(IPPrefix("198.51.100.0/24")))
    route.interface = "eth1"
    let rule = RoutingRule(family: .ipv4, action: .blackhole, preference: 7)
    configuration.routers[0].entries = [
      KernelEntryDefinition(.route(route), text: "route"), KernelEntryDefinition(.rule(rule), text: "rule"),
    ]
    var address = VirtualAddress(prefix: try #require(IPPrefix("192.0.2.20/24")))
    address.interface = "eth2"
    configuration.staticEntries = [KernelEntryDefinition(.address(address), text: "address")]
    return configuration
  }

  @Test func staticEntriesStandBeforeThoseOfRouters() throws {
    let eth2 = InterfaceIndex(rawValue: 4)
    let plan = try Plan(withRouting(), interfaces: ["eth0": eth0, "eth1": eth1, "eth2": eth2])
    #expect(plan.entries.map(\.text) == ["address", "route", "rule"])
    #expect(plan.entries.map(\.router) == [nil, 0, 0])
    #expect(plan.routers[0].entries == 1..<3)
    #expect(plan.rules == [2])
    let identity = RouteIdentity(destination: try #require(IPPrefix("198.51.100.0/24")), table: 254)
    #expect(plan.entriesOfRoute == [identity: [1]])
    let place = AddressPlace(prefix: try #require(IPPrefix("192.0.2.20/24")), interface: eth2)
    #expect(plan.entriesOfPlace == [place: [0]])
    #expect(plan.entries.allSatisfy { $0.entry != nil })
    #expect(plan.entries.map(\.isMarked) == [false, true, true])
    #expect(plan.duplicateEntries.isEmpty)
  }

  @Test func anEntryOfAMissingInterfaceWaitsForItOrIsNamed() throws {
    let present = ["eth0": eth0, "eth1": eth1]
    let configuration = try withRouting()
    #expect(throws: PlanError.missingInterface("eth2", usedBy: "\"address\"")) {
      _ = try Plan(configuration, interfaces: present)
    }
    let plan = try Plan(configuration, interfaces: present, toleratesAbsence: true)
    #expect(plan.entries.map { $0.entry != nil } == [false, true, true])
    #expect(plan.interfaces["eth2"] == Plan.absent)
  }

  @Test(
    arguments: [
      // Nothing asks for a space; the interfaces are apart; those of a group are together; the group says nothing of IPv6.
      ([], 0, 0, [0, 0, 0], []),
      ([], 10, 20, [1, 2, 3], [10, 10, 20]),
      ([(["eth0", "eth1"], 5, 0)], 10, 20, [1, 1, 0], [5]),
      ([(["eth1"], 0, 7)], 10, 20, [1, 0, 2], [10, 20]),
      ([(["eth9"], 5, 5)], 0, 0, [0, 0, 0], []),
    ] as [([([String], Int64, Int64)], Int64, Int64, [Int], [Int64])])
  func announcementsAreSpacedByInterface(
    groups: [([String], Int64, Int64)], garp: Int64, neighbor: Int64, lanes: [Int], intervals: [Int64]
  ) throws {
    var configuration = try configuration()
    configuration.global.garpInterval = .milliseconds(garp)
    configuration.global.neighborAdvertisementInterval = .milliseconds(neighbor)
    configuration.announcementGroups = groups.map {
      AnnouncementGroup(
        interfaces: $0.0, garpInterval: .milliseconds($0.1), neighborAdvertisementInterval: .milliseconds($0.2))
    }
    let plan = try Plan(configuration, interfaces: ["eth0": eth0, "eth1": eth1])
    #expect((0..<3).map { plan.announcementLanes.lane(of: 0, position: $0) } == lanes)
    #expect(plan.announcementLanes.intervals == [.zero] + intervals.map { .milliseconds($0) })
  }

  @Test func aRouterThatSignsExpectsSignatures() throws {
    var signed = try configuration()
    signed.routers[0].core.version = .v2
    signed.routers[0].authentication = .header(key: [1, 2, 3])
    let plan = try Plan(signed, interfaces: ["eth0": eth0, "eth1": eth1])
    #expect(plan.routersBehindHeaders == [0] && plan.routersWithTrailers.isEmpty)
    #expect(plan.routers[0].policy.signing?.trailerUse == TrailerUse.none)
    #expect(plan.routers[0].policy.expectation.authentication == .header)
    let bare = try Plan(configuration(), interfaces: ["eth0": eth0, "eth1": eth1])
    #expect(bare.routersBehindHeaders.isEmpty && bare.routersWithTrailers.isEmpty)
    #expect(bare.routers[0].policy.signing == nil)
  }

  @Test(
    arguments: [
      (.enforce, TrailerUse.demanded, true), (.permissive, .allowed, true), (.receiveOnly, .allowed, false),
    ] as [(TrailerDefinition.Mode, TrailerUse, Bool)])
  func aRoutersModeSaysWhoMustSign(mode: TrailerDefinition.Mode, use: TrailerUse, signs: Bool) throws {
    var signed = try configuration()
    let key = TrailerDefinition.Key(id: 7, bytes: Array(repeating: 1, count: 32))
    signed.routers[0].authentication = .trailer(TrailerDefinition(activeKey: key, window: 5, mode: mode))
    let plan = try Plan(signed, interfaces: ["eth0": eth0, "eth1": eth1])
    #expect(plan.routersBehindHeaders.isEmpty && plan.routersWithTrailers == [0])
    let signing = try #require(plan.routers[0].policy.signing)
    #expect(signing.trailerUse == use)
    #expect(signing.makesTrailers == signs && signing.overhead == (signs ? 28 : 0) && !signing.makesWholePackets)
    #expect(plan.routers[0].policy.expectation.authentication == .none)
  }

  @Test(arguments: [["eth1"], ["eth0"]]) func namesTheInterfaceThatIsMissing(present: [String]) throws {
    let missing = present == ["eth1"] ? "eth0" : "eth1"
    let interfaces = Dictionary(uniqueKeysWithValues: present.map { ($0, eth0) })
    let configuration = try configuration()
    #expect(throws: PlanError.missingInterface(missing, usedBy: "VI_1")) {
      _ = try Plan(configuration, interfaces: interfaces)
    }
  }

  /// Boards outlive releases: what a tracker is known by is the same in all of them.
  @Test func whatTheNextEngineKnowsATrackerByNeverChanges() throws {
    var configuration = try configuration()
    configuration.bfdInstances = [BFDInstanceDefinition(name: "far", neighbor: IPAddress(v4: 0xC000_0202))]
    let interfaces = ["eth0": eth0, "eth1": eth1]
    let trackers = try Plan(configuration, interfaces: interfaces).trackers
    #expect(trackers.map(\.name.name) == ["chk", "eth1", "far"])
    #expect(trackers.map(\.fingerprint) == [0xF5FA_F419_0CF9_14BF, 0xC41B_F860_7A25_A5B7, 0x4D76_E8DF_F5AF_BD7C])
    configuration.scripts[0].command.text = "/bin/false"
    configuration.bfdInstances[0].source = IPAddress(v4: 0xC000_0201)
    configuration.bfdInstances[0].isMultihop = true
    let changed = try Plan(configuration, interfaces: interfaces).trackers
    #expect(changed.map(\.fingerprint) == [0xF5FA_F419_0CF9_14BF, 0xC41B_F860_7A25_A5B7, 0x921B_0429_47AA_27F6])
  }
}

@Suite struct InterfaceTableTests {
  private let index = InterfaceIndex(rawValue: 2)

  private func address(_ text: String, tentative: Bool = false, secondary: Bool = false) throws -> InterfaceAddress {
    InterfaceAddress(prefix: try #require(IPPrefix(text)), isTentative: tentative, isSecondary: secondary)
  }

  private func table(_ addresses: [InterfaceAddress]) -> InterfaceTable {
    var table = InterfaceTable()
    table.setLink(index, name: "eth0", mac: MACAddress(bits: 1), isUp: true)
    for address in addresses { table.setAddress(address, on: index) }
    return table
  }

  @Test func aVirtualAddressIsNeverTheSource() throws {
    let table = try table([address("192.0.2.10/24"), address("192.0.2.1/24"), address("192.0.2.2/24", secondary: true)])
    let virtual = try Set([#require(IPAddress("192.0.2.10"))])
    #expect(table.primaryAddress(.ipv4, on: index, excluding: virtual)?.description == "192.0.2.1")
  }

  @Test func anAddressMovesWhenItIsElsewhereAndNotWhereItWas() throws {
    let source = try #require(IPAddress("192.0.2.1"))
    var table = try table([address("192.0.2.1/24")])
    #expect(table.carriers == [source: index])
    #expect(!table.moves(from: [source: index]) && table.moves(from: [source: Plan.absent]))
    let other = InterfaceIndex(rawValue: 3)
    table.setLink(other, name: "eth1", mac: nil, isUp: true)
    table.setAddress(try address("192.0.2.1/24"), on: other)
    #expect(!table.moves(from: [source: index]))
    table.removeAddress(try #require(IPPrefix("192.0.2.1/24")), from: index)
    #expect(table.moves(from: [source: index]) && !table.moves(from: [source: other]))
    table.removeAddress(try #require(IPPrefix("192.0.2.1/24")), from: other)
    #expect(!table.moves(from: [source: index]), "It is nowhere: the router is in fault and stays where it is.")
  }

  @Test func tentativeAddressesWait() throws {
    var table = try table([address("fe80::1/64", tentative: true), address("2001:db8::1/64")])
    #expect(table.primaryAddress(.ipv6, on: index, excluding: []) == nil)
    table.setAddress(try address("fe80::1/64"), on: index)
    #expect(table.primaryAddress(.ipv6, on: index, excluding: [])?.description == "fe80::1")
  }

  @Test func anotherLinkLocalAddressDoesNotChangeTheSource() throws {
    var table = try table([address("fe80::5/64")])
    table.setAddress(try address("fe80::1/64"), on: index)
    #expect(table.primaryAddress(.ipv6, on: index, excluding: [])?.description == "fe80::5")
  }

  /// Who is known to the peers by a global address sends from one, or not at all (truenas#19527).
  @Test(arguments: [
    (["fe80::5/64", "2001:db8::5/64"], ["2001:db8::6"], "2001:db8::5"),
    (["fe80::5/64", "2001:db8:7::5/64", "2001:db8::5/64"], ["2001:db8::6"], "2001:db8::5"),
    (["fe80::5/64", "2001:db8:7::5/64"], ["2001:db8::6"], "2001:db8:7::5"),
    (["fe80::5/64"], ["2001:db8::6"], nil),
    (["2001:db8::5/64", "fe80::5/64"], ["fe80::6"], "fe80::5"),
    (["192.0.2.1/24", "198.51.100.1/24"], ["198.51.100.2"], "198.51.100.1"),
    (["192.0.2.1/24", "198.51.100.1/24"], ["203.0.113.2"], "192.0.2.1"),
  ])
  func unicastLeavesFromAnAddressOfThePeersKind(own: [String], peers: [String], source: String?) throws {
    let table = try table(own.map { try address($0) })
    let peers = try peers.map { try #require(IPAddress($0)) }
    let found = table.address(towards: peers, peers[0].family, on: index, excluding: [])
    #expect(found?.description == source)
  }

  @Test func forgetsWhatIsRemoved() throws {
    var table = try table([address("192.0.2.1/24")])
    #expect(table.isUsable(try #require(IPAddress("192.0.2.1"))))
    table.removeAddress(try #require(IPPrefix("192.0.2.1/24")), from: index)
    #expect(!table.isUsable(try #require(IPAddress("192.0.2.1"))))
    table.removeLink(index)
    #expect(!table.isUp(index))
    #expect(table.indexes.isEmpty)
  }
}

@Suite struct PendingEntriesTests {
  @Test func eachWaitsOnceAndInOrder() {
    var pending = PendingEntries(count: 5)
    pending.insert([3, 1, 3, 4])
    #expect(pending.removeNext(2) == [3, 1])
    pending.insert([1, 4])
    #expect(pending.removeNext(10) == [4, 1])
    #expect(pending.isEmpty)
    #expect(pending.removeNext(10).isEmpty)
  }
}

@Suite struct LinkDelayTests {
  private func link(isUp: Bool, name: String = "eth0") -> LinkState {
    // IFF_UP, and IFF_RUNNING and IFF_LOWER_UP with the carrier.
    LinkState(
      index: InterfaceIndex(rawValue: 2), name: name, mtu: 1500, flags: LinkFlags(rawValue: isUp ? 0x1_0041 : 0x1),
      hardwareType: 1)
  }

  private func instant(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func aChangeCountsOnceItHasLasted() {
    var delays = LinkDelays(["eth0": LinkDelay(down: .milliseconds(500), up: .seconds(2))])
    let appeared = delays.countsAsUp(link(isUp: true), wasUp: nil, at: instant(0))
    #expect(appeared)
    // The kernel tells of the same change twice.
    let wentDown = [1000, 1200].map { delays.countsAsUp(link(isUp: false), wasUp: true, at: instant($0)) }
    #expect(wentDown == [true, true])
    #expect(delays.nextDeadline == instant(1500))
    let lasted = [1499, 1500].map { delays.takeDue(at: instant($0)).map(\.isUsable) }
    #expect(lasted == [[], [false]])
    #expect(delays.nextDeadline == nil)
    let cameUp = delays.countsAsUp(link(isUp: true), wasUp: false, at: instant(2000))
    #expect(!cameUp)
    #expect(delays.nextDeadline == instant(4000))
  }

  @Test func aChangeThatIsTakenBackNeverCounts() {
    var delays = LinkDelays(["eth0": LinkDelay(down: .milliseconds(500))])
    let counts = [false, true].map { delays.countsAsUp(link(isUp: $0), wasUp: true, at: instant(0)) }
    #expect(counts == [true, true])
    #expect(delays.nextDeadline == nil)
  }

  @Test func withoutADelayAStateCountsAtOnce() {
    var delays = LinkDelays(["eth0": LinkDelay(down: .milliseconds(500))])
    let cameUp = delays.countsAsUp(link(isUp: true), wasUp: false, at: instant(200))
    let another = delays.countsAsUp(link(isUp: false, name: "eth1"), wasUp: true, at: instant(200))
    #expect(cameUp && !another)
  }
}
