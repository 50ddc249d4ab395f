import ArgumentParser
import NetworkTypes
import SimulationKit

/// `make simulate`: whole clusters through random trouble, each from a seed.
@main
struct RandomRunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "RandomRuns",
    abstract: "Runs random clusters through random faults in virtual time and checks every step.",
    discussion: """
      Ends with 1 if a host broke its word in a run; the seed repeats that run exactly. Run it through `make simulate`.
      """)

  @Option(help: "Run the seeds from 1 to this.")
  var seeds: UInt64 = 10_000

  @Option(help: "Run this seed alone, and show what happens in it.")
  var seed: UInt64?

  @Option(help: "What the source is called in reports of failures: a commit.")
  var commit = "unknown"

  @Flag(help: "Measure large clusters instead.")
  var scale = false

  func validate() throws {
    guard seeds >= 1 else { throw ValidationError("--seeds must be at least 1") }
  }

  func run() async throws {
    if scale { return try measureScale() }
    let clock = ContinuousClock()
    let began = clock.now
    let tally = await Campaign(seeds: seed.map { $0...$0 } ?? 1...seeds).run()
    if let seed { print(RunRecord(seed: seed).timeline) }
    if seed == nil, let first = tally.failures.first { print(RunRecord(seed: first.seed).timeline) }
    for failure in tally.failures.prefix(Self.mostShown) { print(failure.report(commit: commit)) }
    print(tally.summary(elapsed: clock.now - began))
    if !tally.failures.isEmpty { throw ExitCode(1) }
  }

  private func measureScale() throws {
    var isSound = true
    for size in Scale.all {
      let cost = try size.measure(seconds: 4)
      print(cost.line)
      isSound = isSound && cost.violations == 0 && cost.masters == size.hosts[0].routers.count
    }
    if !isSound { throw ExitCode(1) }
  }

  /// So many failures are shown, the first with its timeline; one is enough to begin with.
  private static let mostShown = 20
}
