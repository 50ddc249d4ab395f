import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Many routers at once.
  @Suite struct Scale {
    @Test(needs(.lab, .martlet))
    func twoHundredAndFiftyRoutersStartTogether() async throws {
      try await inLab(alone: true) { lab in
        var file = RouterFile(version: .v3, interval: .milliseconds(100))
        file.routers = 250
        file.vrid = 1
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        // The lower one waits 78 ms longer than the higher one: what lies between two processes started together.
        let priorities: (high: UInt8, low: UInt8) = (250, 50)
        let high = file.text(for: pair.high.host, priority: priorities.high, peers: [])
        let low = file.text(for: pair.low.host, priority: priorities.low, peers: [])
        let begin = MonotonicInstant.labNow()
        try pair.high.start(high)
        try pair.low.start(low)
        let minimum = file.masterDownInterval(priority: priorities.high)
        let addresses = (0..<file.routers).map { file.address($0) }
        let all = try await eventually(within: minimum + .seconds(10), every: .milliseconds(20)) {
          try pair.high.host.addresses().isSuperset(of: addresses)
        }
        #expect(all, "\(pair.logs)")
        try await pair.settle(.seconds(2))
        let capture = lab.capture.adverts(since: begin)
        var first: [UInt8: MonotonicInstant] = [:]
        for advert in capture where first[advert.vrid] == nil { first[advert.vrid] = advert.time }
        #expect(first.count == file.routers)
        let last = try #require(first.values.max())
        let converged = last - begin - minimum
        #expect(converged <= .seconds(1), "the last router was master \(converged) beyond the minimum")
        let lower = capture.filter { $0.sender == pair.low.host.macAddress }
        #expect(lower.isEmpty, "the lower host claimed \(Set(lower.map(\.vrid)).count) routers")
        #expect(try lab.holders(of: file.address(249)) == [pair.high.host.name])
        print("250 routers started together: last master \(converged) beyond the minimum of \(minimum)")
      }
    }
  }
}
