import ArgumentParser
import LabKit
import NetworkTypes

/// `make bench`: takeover times, scripts and checked files of martlet and keepalived, side by side, and what martlet's probes can do.
@main
struct BenchmarksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Measures how long a takeover takes beyond what the protocol itself demands.",
    discussion: "Both daemons run in the same run, on the same machine, in turns; run it through `make bench`.")

  @Option(help: "How many takeovers of each kind are measured for each daemon.")
  var rounds = 15

  @Option(help: "Measure this daemon only: martlet or keepalived.")
  var only: PeerKind?

  @Flag(help: "Measure takeovers only.")
  var takeovers = false

  @Option(help: "Measure takeovers at this advert_int only, in milliseconds: 10 or 100.")
  var interval: Int?

  @Flag(help: "Measure martlet's probes only.")
  var probes = false

  @Flag(help: "Measure the schedule of 200 scripts only.")
  var scripts = false

  @Flag(help: "Measure the checking of large files only.")
  var checks = false

  @Flag(help: "Measure memory and the recovery of an engine only.")
  var recovery = false

  @Option(help: "Measure memory and recovery with at most so many routers.")
  var routers = 4_000

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds must be at least 1") }
    guard interval.map({ $0 >= 10 && $0 % 10 == 0 }) ?? true else {
      throw ValidationError("--interval must be in whole hundredths of a second")
    }
    // Two vrrpd hosts send from one virtual MAC: who said what could not be told.
    guard only != .frr else { throw ValidationError("--only must be martlet or keepalived") }
  }

  func run() async throws {
    let all = !probes && !scripts && !checks && !takeovers && !recovery
    let kinds = probes && !scripts && !checks && !takeovers ? [.martlet] : only.map { [$0] } ?? [.keepalived, .martlet]
    // The floor of the takeovers takes over from a martlet.
    for need in [.lab, .martlet] + kinds.map(\.need) {
      if let reason = LabEnvironment.reason(missing: need) { throw ValidationError(reason) }
    }
    if all || checks { try CheckBenchmark(kinds: kinds).run() }
    if all || takeovers {
      for interval in interval.map({ [$0] }) ?? [100, 10] {
        try await TakeoverBenchmark(kinds: kinds, rounds: rounds, interval: .milliseconds(Int64(interval))).run()
      }
    }
    if all || recovery { try await RecoveryBenchmark(kinds: kinds, most: routers).run() }
    if all || scripts { try await ScriptBenchmark(kinds: kinds).run() }
    if all || probes, kinds.contains(.martlet) { try await ProbeBenchmark(rounds: rounds).run() }
  }
}

extension PeerKind: ExpressibleByArgument {}
