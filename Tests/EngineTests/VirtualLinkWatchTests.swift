import Netlink
import NetworkTypes
import Testing

@testable import Engine

/// Which links with virtual MAC addresses are to be set right, and when.
@Suite struct VirtualLinkWatchTests {
  private static let mac = MACAddress(virtualRouter: 5, .ipv4)
  private static let links = (1...3).map {
    PlannedLink(interface: InterfaceIndex(rawValue: 10 + $0), lower: InterfaceIndex(rawValue: $0), mac: mac)
  }

  private func link(
    _ number: Int32, mac: MACAddress = mac, flags: LinkFlags = [.up], alias: String? = "martlet 0 0 0"
  ) -> LinkState {
    var link = LinkState(
      index: InterfaceIndex(rawValue: 10 + number), name: "vrrp.\(number)", mac: mac, flags: flags, kind: "macvlan")
    link.alias = alias
    return link
  }

  @Test func oneIsChangedUntilItIsAsItWasMade() throws {
    var watch = try VirtualLinkWatch(Self.links, InterfaceTable())
    let other = try #require(MACAddress(bytes: [2, 0, 0, 0, 0, 9]))
    for changed in [link(1, flags: []), link(1, mac: other), link(1, alias: "mine"), link(1, alias: nil)] {
      watch.record(changed)
      #expect(watch.changed[changed.index] == changed)
      watch.record(link(1))
      #expect(watch.changed.isEmpty)
    }
    // What is none of the plan's is nobody's business.
    watch.record(link(7, flags: []))
    #expect(watch.changed.isEmpty)
  }

  @Test func theyAreTakenAtABoundedPaceAndOnlyAboveWhatIsUp() throws {
    var watch = try VirtualLinkWatch(Self.links, InterfaceTable())
    for number in 1...3 as ClosedRange<Int32> { watch.record(link(number, flags: [])) }
    let pace = Nanoseconds.milliseconds(250)
    let start = MonotonicInstant(nanoseconds: 0)
    func take(_ limit: Int, _ time: Nanoseconds) -> [Int32] {
      watch.takeDue(limit, after: pace, at: start + time) { $0.rawValue != 3 }.map(\.planned.lower.rawValue).sorted()
    }
    let first = take(1, .zero)
    #expect(first.count == 1)
    #expect(Set(first + take(5, .zero)) == [1, 2])
    #expect(take(5, .milliseconds(249)).isEmpty)
    #expect(take(5, .milliseconds(250)) == [1, 2])
  }

  @Test func aChangeIsSaidOnceAMinute() throws {
    var watch = try VirtualLinkWatch(Self.links, InterfaceTable())
    let (index, start) = (Self.links[0].interface, MonotonicInstant(nanoseconds: 0))
    let said = [(index, 0), (index, 59), (Self.links[1].interface, 59), (index, 60)].map { link, seconds in
      watch.shouldReport(of: link, at: start + .seconds(seconds))
    }
    #expect(said == [true, false, true, true])
  }
}
