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

    /// Returns whether the two were ready close enough to each other to be judged.
    private func startTogether(in lab: Lab) async throws -> Bool {
      var file = RouterFile(version: .v3, interval: .milliseconds(100))
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
      #expect(last - begin - minimum <= .seconds(1), "the last router was master \(last - begin - minimum) late")
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
