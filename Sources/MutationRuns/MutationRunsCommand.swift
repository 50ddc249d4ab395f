import ArgumentParser
import ConfigurationSyntax
import Glibc
import LinuxSystem

/// `make fuzz`: changed configurations by the million, each from a seed.
@main
struct MutationRunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "MutationRuns",
    abstract: "Reads randomly changed configurations, each within one second of processor time and 256 MiB.",
    discussion: """
      Ends with 1 if one could not be read to its end within its bounds; the file is written to the directory.
      Run it through `make fuzz`.

      Sequences and definitions may make \(Worker.lines) lines here. martlet reads \(SourceLimits().expandedLines), which the example of \
      65,024 routers in keepalived's manual needs; so many take two seconds and some hundred MiB however soon each is read, and
      `make bench` holds that example to bounds of its own.
      """)

  @Option(help: "How many changed files are read.")
  var runs: UInt64 = 1_000_000

  @Option(help: "The seed; the same files and seed give the same changes.")
  var seed: UInt64 = 20_261_125

  @Option(help: "How many processes read at a time, at most 2.")
  var workers = 2

  @Option(help: "Where files that fail are written.")
  var directory = ".build/fuzz"

  @Option(help: .hidden)
  var first: UInt64 = 0

  @Option(help: .hidden)
  var worker: Int?

  @Argument(help: "The files that are changed.")
  var files: [String]

  func validate() throws {
    guard (1...2).contains(workers) else { throw ValidationError("--workers must be 1 or 2") }
    guard !files.isEmpty else { throw ValidationError("Name at least one file.") }
  }

  func run() throws {
    mkdir(directory, 0o700)
    let texts = files.compactMap { try? DiskSourceFiles().read($0) }
    guard !texts.isEmpty else { throw ValidationError("None of the files can be read.") }
    let mutator = Mutator(files: texts, seed: seed)
    if let worker {
      guard let note = RunNote(path: notePath(worker)) else { throw ExitCode(2) }
      print(Worker(mutator: mutator, first: first, end: first + runs, note: note).run().line)
      return
    }
    let outcome = try Pool(command: self, mutator: mutator).run()
    let tally = outcome.tally
    print(
      """
      \(tally.runs) changed configurations from \(texts.count) files, seed \(seed): \(tally.refused) refused, \
      \(outcome.failures) failed; the slowest took \(tally.slowest / 1000) ms (run \(tally.slowestRun)), \
      the greatest process had \(tally.peakKilobytes / 1024) MiB
      """)
    if outcome.failures > 0 { throw ExitCode(1) }
  }

  func notePath(_ worker: Int) -> String { "\(directory)/worker-\(worker)" }
}
