import ArgumentParser
import Glibc
import LinuxSystem

/// The processes that read, and what becomes of those that end early.
struct Pool {
  let command: MutationRunsCommand
  let mutator: Mutator

  /// Runs that one process reads.
  private static let lot: UInt64 = 20_000

  private final class Member {
    let child: ChildProcess
    let output: FileDescriptor
    let end: UInt64
    let note: RunNote

    init(child: ChildProcess, output: consuming FileDescriptor, end: UInt64, note: RunNote) {
      self.child = child
      self.output = output
      self.end = end
      self.note = note
    }
  }

  func run() throws -> (tally: Worker.Tally, failures: Int) {
    var tally = Worker.Tally()
    var failures = 0
    var next: UInt64 = 0
    var rests: [Range<UInt64>] = []
    var members: [Int: Member] = [:]
    while true {
      for slot in 0..<command.workers where members[slot] == nil {
        if let rest = rests.popLast() {
          members[slot] = try start(rest, slot)
        } else if next < command.runs {
          let end = min(command.runs, next + Self.lot)
          members[slot] = try start(next..<end, slot)
          next = end
        }
      }
      guard let slot = wait(members), let member = members.removeValue(forKey: slot) else { break }
      let status = try member.child.reap()
      let text = try String(decoding: MemoryFile.readAll(member.output.rawValue, limit: 4096), as: UTF8.self)
      if status?.isSuccess == true, let part = Worker.Tally(text.prefix { $0 != "\n" }) {
        tally.add(part)
        continue
      }
      failures += 1
      let run = member.note.run
      report(run, status)
      // What the process had read before it is not in the sums, which are of good runs; the rest is still to be read.
      if run + 1 < member.end { rests.append((run + 1)..<member.end) }
      guard failures < 100 else { break }
    }
    return (tally, failures)
  }

  private func start(_ runs: Range<UInt64>, _ slot: Int) throws -> Member {
    guard let note = RunNote(path: command.notePath(slot)) else { throw ExitCode(2) }
    note.run = runs.lowerBound
    let output = try MemoryFile.create(name: "output")
    var request = SpawnRequest(
      executable: try Executable.resolvedPath(),
      arguments: [
        "MutationRuns", "--worker", "\(slot)", "--seed", "\(command.seed)", "--first", "\(runs.lowerBound)",
        "--runs", "\(runs.count)", "--directory", command.directory,
      ] + command.files,
      environment: ProcessEnvironment.current.entries)
    request.parentDeathSignal = SIGKILL
    request.map(output.rawValue, to: STDOUT_FILENO)
    request.map(STDERR_FILENO, to: STDERR_FILENO)
    return Member(child: try ChildProcess(request), output: output, end: runs.upperBound, note: note)
  }

  /// The place of the next process that ends; `nil` if there is none.
  private func wait(_ members: [Int: Member]) -> Int? {
    let slots = Array(members.keys)
    var waiting = slots.compactMap { members[$0]?.child.rawValue }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard !waiting.isEmpty else { return nil }
    while poll(&waiting, nfds_t(waiting.count), -1) < 0, errno == EINTR {}
    return zip(slots, waiting).first { $1.revents != 0 }?.0
  }

  private func report(_ run: UInt64, _ status: ExitStatus?) {
    let path = "\(command.directory)/failure-\(command.seed)-\(run).conf"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      var rest = mutator.bytes(run: run)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        rest = rest.dropFirst(count)
      }
      close(descriptor)
    }
    let end = status == .signaled(SIGPROF) ? "took more than a second" : status?.description ?? "did not end"
    print("run \(run) \(end): \(path)")
  }
}
