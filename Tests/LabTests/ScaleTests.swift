import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Many routers at once.
  @Suite struct Scale {
    private static let priorities: (high: UInt8, low: UInt8) = (250, 50)

    @Test(needs(.lab, .martlet))
    func twoHundredAndFiftyRoutersStartTogether() async throws {
      // A start counts when both were ready within what the skew times make up for; a busy machine may need another.
      var judged = false
      for _ in 0..<5 where !judged {
        try await inLab(alone: true) { judged = try await startTogether(in: $0) }
      }
      #expect(judged, "the machine never started two daemons at about the same moment")
    }

    /// Reading a configuration needs several times what it then takes; the rest must go back, or each reload leaves more behind.
    @Test(needs(.lab, .martlet))
    func reloadsOfManyRoutersKeepTheMemorySmall() async throws {
      // Alone, since what several daemons share of the program is counted to each in part only.
      try await inLab(alone: true) { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        var file = RouterFile(version: .v3, interval: .seconds(1))
        file.routers = 250
        file.vrid = 1
        let text = file.text(for: peer.host, priority: 100, peers: [])
        var whole = ""
        for link in 0..<8 {
          let name = "many\(link)"
          try peer.host.run("ip", "link", "add", name, "type", "veth", "peer", "name", "\(name)b")
          for end in [name, "\(name)b"] { try peer.host.run("ip", "link", "set", end, "up") }
          try peer.host.run("ip", "address", "add", "10.8.\(link).1/24", "dev", name)
          whole += text.replacing("eth0", with: name).replacing("VI_", with: "VI_\(link)_")
            .replacing("10.9.1.", with: "10.9.\(link + 1).")
        }
        try peer.start(whole)
        func masters() throws -> Int { try MartletStatus.of(peer).routers.count { $0.state == "MASTER" } }
        let serves = await eventually(within: startup + .seconds(10)) {
          (try? masters()) == 2000
        }
        #expect(serves, "\(peer.log.suffix(2000))")
        let first = peer.footprint()
        for _ in 0..<3 { #expect(try peer.command("reload").succeeded, "\(peer.log.suffix(2000))") }
        #expect(try masters() == 2000)
        // The engines before the last one go, and with the last of them what the prober kept of theirs.
        var after = first
        let goesBack = await eventually(within: startup) {
          after = peer.footprint()
          return peer.host.processes().count == 3 && after.ownBytes - first.ownBytes < first.ownBytes / 10
        }
        #expect(goesBack, "\(first.ownBytes) to \(after.ownBytes) bytes")
        print(
          "2,000 routers: \(first.proportionalBytes / 1024) KiB (PSS of all processes), after three reloads "
            + "\(after.proportionalBytes / 1024) KiB")
      }
    }

    /// Returns whether the two were ready close enough to each other to be judged.
    private func startTogether(in lab: Lab) async throws -> Bool {
      var file = RouterFile(version: .v3, interval: .seconds(1))
      file.routers = 250
      file.vrid = 1
      let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
      let high = file.text(for: pair.high.host, priority: Self.priorities.high, peers: [])
      let low = file.text(for: pair.low.host, priority: Self.priorities.low, peers: [])
      try await warmUp(pair, file)
      let begin = MonotonicInstant.labNow()
      try pair.high.start(high)
      try pair.low.start(low)
      let minimum = file.masterDownInterval(priority: Self.priorities.high)
      let addresses = (0..<file.routers).map { file.address($0) }
      let all = try await eventually(within: minimum + .seconds(10), every: .milliseconds(20)) {
        try pair.high.host.addresses().isSuperset(of: addresses)
      }
      #expect(all, "\(pair.logs)")
      try await pair.settle(.seconds(2))

      let highReady = try #require(ready(pair.high.host, since: begin, in: lab))
      let lowReady = try #require(ready(pair.low.host, since: begin, in: lab))
      let slack = file.masterDownInterval(priority: Self.priorities.low) - minimum - .milliseconds(20)
      guard highReady - lowReady < slack else { return false }
      let adverts = lab.capture.adverts(since: begin)
      var first: [UInt8: MonotonicInstant] = [:]
      for advert in adverts where first[advert.vrid] == nil { first[advert.vrid] = advert.time }
      #expect(first.count == file.routers)
      let last = try #require(first.values.max())
      let sinceReady = last - highReady - minimum
      let claimed = Set(adverts.filter { $0.sender == pair.low.host.macAddress }.map(\.vrid))
      #expect(claimed.isEmpty, "the lower host claimed \(claimed.count) routers\n\(pair.logs)")
      #expect(try lab.holders(of: file.address(249)) == [pair.high.host.name])
      print(
        "250 routers started together (ready \(highReady - lowReady) apart): last master \(last - begin - minimum) "
          + "beyond the minimum of \(minimum), \(sinceReady) of it since it was ready")
      return true
    }

    /// Starts and stops a daemon until one is ready soon: then the program is in memory, and the kernel is done with taking down the
    /// namespaces of labs before this one, which holds up whoever asks it for interfaces.
    private func warmUp(_ pair: Pair, _ file: RouterFile) async throws {
      var file = file
      file.routers = 1
      for _ in 0..<20 {
        let begin = MonotonicInstant.labNow()
        try pair.low.start(file.text(for: pair.low.host, priority: Self.priorities.low, peers: []))
        let listens = await eventually(within: .seconds(10), every: .milliseconds(1)) {
          ready(pair.low.host, since: begin, in: pair.lab) != nil
        }
        #expect(listens, "\(pair.logs)")
        let took = MonotonicInstant.labNow() - begin
        await pair.low.stop()
        if took < .milliseconds(100) { return }
      }
    }

    /// When a host's daemon began to listen: its kernel reports the group at once.
    private func ready(_ host: Host, since begin: MonotonicInstant, in lab: Lab) -> MonotonicInstant? {
      lab.capture.frames(since: begin).first { $0.isMembershipReport && $0.source == host.macAddress }?.time
    }
  }
}
