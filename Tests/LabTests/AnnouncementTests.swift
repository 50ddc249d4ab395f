import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// How announcements are spread over time.
  @Suite struct Announcements {
    @Test(
      "A switch that is to be spared gets its announcements one by one; what is not of its group does not wait",
      needs(.lab, .martlet), arguments: [["interface eth0"], ["interfaces {", "eth0 eth9", "}"], []])
    func areSpacedAsConfigured(interfaces: [String]) async throws {
      try await inLab { lab in
        let space = Nanoseconds.milliseconds(60)
        var file = RouterFile(version: .v3)
        let further = (1...5).map { IPAddress(v4: 0x0A09_0200 + UInt32($0)) }
        let six = (1...5).map { IPAddress(v6High: 0xFD00_0009_0000_0000, low: 0x2_0000 + UInt64($0)) }
        file.instanceLines =
          ["garp_master_repeat 1", "garp_master_delay 0", "virtual_ipaddress_excluded {"]
          + further.map { "\($0)/16 dev eth0" } + six.map { "\($0)/64 dev eth0" } + ["}"]
        if interfaces.isEmpty {
          file.globalLines = ["vrrp_garp_interval 0.06"]
        } else {
          file.topLines = ["garp_group {", "garp_interval 0.06"] + interfaces + ["}"]
        }
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let started = MonotonicInstant.labNow()
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        func times(_ addresses: [IPAddress]) -> [MonotonicInstant] {
          addresses.flatMap { lab.capture.announcements(of: $0, since: started) }.map(\.time).sorted()
        }
        let all = [file.address()] + further
        let bound = startup + file.masterDownInterval(priority: 100) + space * 6 + margin
        let isDone = await eventually(within: bound) { times(all).count >= 6 && times(six).count >= 5 }
        try #require(isDone, "\(times(all).count) and \(times(six).count)\n\(peer.log)")
        let four = times(all)
        let gaps = zip(four.dropFirst(), four).map { $0 - $1 }
        // The capture's clock may differ a little from packet to packet.
        #expect(gaps.allSatisfy { $0 > space - .milliseconds(2) }, "\(gaps)")
        let neighbors = times(six)
        let spread = try #require(neighbors.last) - #require(neighbors.first)
        #expect(spread < space, "\(spread)")
      }
    }

    /// Who believes an announcement before that is not answered, and a host that forwards sends what it is asked back to the LAN.
    @Test(
      "An address is announced, and in full, when the kernel has made sure of it and not before",
      needs(.lab, .martlet))
    func waitForTheKernel() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let started = MonotonicInstant.labNow()
        let text = file.text(for: peer.host, priority: 100, peers: [])
        let line = "\(file.address())/64 dev eth0"
        try #require(text.contains(line))
        // Written so, keepalived's word asks for duplicate address detection.
        try peer.start(text.replacing(line, with: "\(line) -nodad"))
        func announced() -> [MonotonicInstant] {
          lab.capture.announcements(of: file.address(), since: started).map(\.time).sorted()
        }
        let isDone = await eventually(within: startup + file.masterDownInterval(priority: 100) + .seconds(4)) {
          announced().count >= 5
        }
        try #require(isDone, "\(announced().count) announcements\n\(peer.log)")
        let claimed = try #require(lab.capture.adverts(vrid: file.vrid, since: started).first).time
        let first = try #require(announced().first)
        // The kernel asks once and waits for RetransTimer, a second (RFC 4862 section 5.4).
        #expect(first - claimed > .milliseconds(900), "announced \(first - claimed) after the claim")
        #expect(announced().count == 5 || announced()[5] - first > .milliseconds(900))
      }
    }
  }
}
