import NetworkTypes
import SimulationKit
import Testing
import VRRPCore

@Suite struct RandomRunTests {
  /// Runs in this many lots, so that they spread over the processors.
  static let lots = 6
  static let runsInLot = 50

  @Test("Whatever befalls a cluster, the bounds hold, and at rest one host holds each address", arguments: 0..<lots)
  func bounds(lot: Int) throws {
    for number in 0..<Self.runsInLot {
      let seed = UInt64(lot * Self.runsInLot + number)
      let run = RandomRun(seed: seed)
      let cluster = try run.run()
      #expect(cluster.violations.isEmpty, "seed \(seed): \(cluster.violations.map(\.description))")
      for router in run.hosts[0].routers.indices {
        let holders = cluster.holders(of: router)
        #expect(holders.count == 1, "seed \(seed): router \(router) is held by hosts \(holders)")
        if let rightful = run.rightfulHolder(of: router) {
          #expect(holders == [rightful], "seed \(seed): router \(router) is held by hosts \(holders)")
        }
      }
    }
  }

  @Test("A seed repeats its run exactly")
  func repeatable() throws {
    for seed in [1, 7, 42] as [UInt64] {
      let first = try RandomRun(seed: seed).run()
      let second = try RandomRun(seed: seed).run()
      #expect(first.advertsSent == second.advertsSent)
      #expect(first.deeds.map(\.at) == second.deeds.map(\.at))
      #expect(first.deeds.map(\.action) == second.deeds.map(\.action))
    }
  }
}
