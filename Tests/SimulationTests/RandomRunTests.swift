import SimulationKit
import Testing

@Suite struct RandomRunTests {
  /// Runs in this many lots, so that they spread over the processors.
  static let lots = 6
  static let runsInLot = 50

  @Test("Whatever befalls a cluster, the bounds hold, and at rest one host holds each address", arguments: 0..<lots)
  func bounds(lot: Int) throws {
    for number in 0..<Self.runsInLot {
      let seed = UInt64(lot * Self.runsInLot + number)
      let run = RandomRun(seed: seed)
      let failures = try run.failures(in: run.run())
      #expect(failures.isEmpty, "seed \(seed): \(failures)")
    }
  }

  @Test("A seed repeats its run exactly")
  func repeatable() throws {
    for seed in [1, 7, 42] as [UInt64] {
      let first = try RandomRun(seed: seed).run()
      let second = try RandomRun(seed: seed).run()
      #expect(first.advertsSent == second.advertsSent)
      #expect(first.deeds == second.deeds)
    }
  }
}
