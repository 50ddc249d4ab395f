import NetworkTypes
import SimulationKit

/// The runs of many seeds, on all processors.
struct Campaign {
  let seeds: ClosedRange<UInt64>

  /// Seeds that one task takes at a time: few enough that all processors end together.
  private static let lot: UInt64 = 64

  func run() async -> Tally {
    await withTaskGroup(of: Tally.self) { group in
      var first = seeds.lowerBound
      while first <= seeds.upperBound {
        let last = min(seeds.upperBound, first + Self.lot - 1)
        let lot = first...last
        group.addTask { Self.run(lot) }
        first = last + 1
      }
      return await group.reduce(into: Tally()) { $0.add($1) }
    }
  }

  private static func run(_ seeds: ClosedRange<UInt64>) -> Tally {
    seeds.reduce(into: Tally()) { $0.add(RunRecord(seed: $1, keepsTimeline: false)) }
  }
}

/// One run and what came of it.
struct RunRecord {
  let seed: UInt64
  let failures: [String]
  let disturbances: Int
  let adverts: Int
  let virtualTime: Nanoseconds
  /// What happened, a line each.
  let timeline: String

  /// Runs a seed. Its timeline is long, and few runs are looked at.
  init(seed: UInt64, keepsTimeline: Bool = true) {
    self.seed = seed
    let run = RandomRun(seed: seed)
    do {
      let cluster = try run.run()
      failures = run.failures(in: cluster)
      disturbances = cluster.disturbances.count
      adverts = cluster.advertsSent
      virtualTime = cluster.now - MonotonicInstant(nanoseconds: 0)
      timeline = keepsTimeline ? ([run.description] + cluster.timeline).joined(separator: "\n") : ""
    } catch {
      failures = ["it could not begin: \(error)"]
      disturbances = 0
      adverts = 0
      virtualTime = .zero
      timeline = ""
    }
  }
}

/// What came of many runs.
struct Tally: Sendable {
  /// A run that broke its word.
  struct Failure: Sendable {
    let seed: UInt64
    let findings: [String]

    /// All that is needed to see it again.
    func report(commit: String) -> String {
      (["seed \(seed) failed at commit \(commit):"] + findings + ["again: make simulate SEED=\(seed)"])
        .joined(separator: "\n  ")
    }
  }

  private var runs = 0
  private var disturbances = 0
  private var adverts = 0
  private var virtualTime = Nanoseconds.zero
  private(set) var failures: [Failure] = []

  /// Counts a run.
  mutating func add(_ record: RunRecord) {
    runs += 1
    disturbances += record.disturbances
    adverts += record.adverts
    virtualTime = virtualTime + record.virtualTime
    guard !record.failures.isEmpty else { return }
    failures.append(Failure(seed: record.seed, findings: record.failures))
  }

  /// Counts what another counted. Failures stay in the order of their seeds, whichever task was done first.
  mutating func add(_ other: Tally) {
    runs += other.runs
    disturbances += other.disturbances
    adverts += other.adverts
    virtualTime = virtualTime + other.virtualTime
    failures = (failures + other.failures).sorted { $0.seed < $1.seed }
  }

  /// One line for people.
  func summary(elapsed: Duration) -> String {
    let hours = virtualTime.rawValue / 3_600_000_000_000
    let seconds = elapsed.components.seconds
    let tenths = elapsed.components.attoseconds / 100_000_000_000_000_000
    let verdict = failures.isEmpty ? "no failure" : "\(failures.count) FAILED, the first with seed \(failures[0].seed)"
    return "\(runs) runs, \(hours) hours of virtual time, \(disturbances) disturbances, \(adverts) adverts "
      + "in \(seconds).\(tenths) s: \(verdict)"
  }
}
