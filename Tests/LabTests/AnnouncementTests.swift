import Glibc
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
        // Where the kernel kept one from the capture for a while, the next is closer to it.
        #expect(gaps.sorted()[gaps.count / 2] > space - .milliseconds(2), "\(gaps)")
        #expect(four[5] - four[0] > space * 4, "\(gaps)")
        // Were there a space between these too, about as many of the others would leave meanwhile.
        let neighbors = times(six)
        let (first, last) = (try #require(neighbors.first), try #require(neighbors.last))
        let between = four.count { $0 > first && $0 < last }
        #expect(between <= 2, "\(between) of the others left meanwhile: \(last - first)")
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

    /// An old master may answer for it until it hears of the new one; the kernel by itself would leave it unused for ever.
    @Test("One that another host answers for is claimed anew until that one is silent", needs(.lab, .martlet))
    func aDuplicateIsClaimedAnew() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let other = try lab.addHost("b", number: 2)
        try other.run("ip", "address", "add", "\(file.address())/64", "dev", "eth0", "nodad")
        let text = file.text(for: peer.host, priority: 100, peers: [])
        let line = "\(file.address())/64 dev eth0"
        try peer.start(text.replacing(line, with: "\(line) -nodad"))
        let isSeen = await eventually(within: startup + margin + .seconds(3)) {
          peer.log.contains("another host uses")
        }
        try #require(isSeen, "\(peer.log)")
        // The next engine goes on with that.
        #expect(try peer.command("reload").succeeded, "\(peer.log)")
        // It is asked for again: a question from nobody's address, each time that the kernel looks (RFC 4862 section 5.4.2).
        let begin = MonotonicInstant.labNow()
        let isAsked = await eventually(within: .seconds(6)) {
          lab.capture.frames(since: begin).count { frame in
            frame.source == peer.host.macAddress && frame.bytes.count >= 78 && frame.bytes[54] == 135
              && frame.bytes[62..<78].elementsEqual(file.address().bytes)
          } >= 2
        }
        #expect(isAsked, "\(peer.log)")
        let said = peer.log.split(separator: "\n").count { $0.contains("another host uses") }
        #expect((1...2).contains(said), "\(peer.log)")

        let gone = MonotonicInstant.labNow()
        try other.run("ip", "address", "del", "\(file.address())/64", "dev", "eth0")
        // The next look of each second, and the kernel's own second.
        let announced = await eventually(within: .seconds(3) + margin) {
          lab.capture.announcements(of: file.address(), since: gone).count >= 5
        }
        #expect(announced, "\(peer.log)")
        let shown = try peer.host.run("ip", "-6", "address", "show", "dev", "eth0")
        #expect(shown.contains("\(file.address())/64") && !shown.contains("dadfailed"), "\(shown)")
      }
    }

    @Test(
      "One of which the kernel makes sure while another engine takes over is announced when that is done",
      needs(.lab, .martlet), arguments: ["reload", "death"])
    func theNextEngineKnowsWhatIsNotSettled(_ change: String) async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let text = file.text(for: peer.host, priority: 100, peers: [])
        let line = "\(file.address())/64 dev eth0"
        try peer.start(text.replacing(line, with: "\(line) -nodad"))
        func isTentative() throws -> Bool {
          try peer.host.run("ip", "-6", "address", "show", "dev", "eth0", "tentative").contains("\(file.address())/64")
        }
        // The kernel asks so often, once a second, that the other engine is there before it is done.
        try peer.host.run("sysctl", "-q", "-w", "net.ipv6.conf.eth0.dad_transmits=10")
        let isClaimed = try await eventually(within: startup + margin, every: .milliseconds(5)) { try isTentative() }
        try #require(isClaimed, "\(peer.log)")
        let changed = MonotonicInstant.labNow()
        if change == "reload" {
          #expect(try peer.command("reload").succeeded, "\(peer.log)")
        } else {
          kill(try #require(peer.rolePID("engine")), SIGKILL)
        }
        try #require(try isTentative(), "the kernel was sooner")
        #expect(lab.capture.announcements(of: file.address(), since: changed).isEmpty, "\(peer.log)")
        let isSure = try await eventually(within: .seconds(12), every: .milliseconds(5)) { try !isTentative() }
        try #require(isSure, "\(peer.log)")
        let announced = await eventually(within: margin) {
          !lab.capture.announcements(of: file.address(), since: changed).isEmpty
        }
        #expect(announced, "\(peer.log)")
      }
    }
  }
}
