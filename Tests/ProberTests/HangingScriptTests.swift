import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// The command of fcntl(2) that Swift does not see.
private let setLease: Int32 = 1024

/// Holds a file so that nobody can open it; `nil` where that does not work.
private func holdLease(on path: String) -> Int32? {
  // The kernel tells the holder by this signal that somebody wants the file.
  signal(SIGIO, SIG_IGN)
  let file = open(path, O_RDONLY | O_CLOEXEC)
  if fcntl(file, setLease, Int32(F_WRLCK)) == 0 { return file }
  close(file)
  return nil
}

private let knowsLeases: Bool = {
  guard let scratch = try? Scratch(), let lease = holdLease(on: scratch.script("file", "")) else { return false }
  return close(lease) == 0
}()

extension ProberTests {
  /// Whoever executes a file whose lease is held waits for that, as for a server that does not answer.
  @Suite(.enabled(if: knowsLeases, "the file system of /tmp has no leases, which keep a file from being executed"))
  struct HangingScripts {
    private func check(
      _ name: String, _ script: String, every interval: Nanoseconds, sandbox: ScriptCheckDefinition.Sandbox = .off
    ) -> ScriptCheckDefinition {
      var check = ScriptCheckDefinition(name: name, command: CommandDefinition(script))
      check.schedule.interval = interval
      check.schedule.timeout = max(interval, .milliseconds(500))
      check.sandbox = sandbox
      return check
    }

    private func serve(_ checks: [ScriptCheckDefinition], _ harness: Harness) throws {
      var configuration = Configuration.asOwnUser()
      configuration.scripts = checks
      try harness.serve(configuration)
    }

    @Test("A script whose file cannot be read for now keeps nothing else waiting, and works again later")
    func others() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let stuck = scratch.script("stuck", "exit 0")
      let well = scratch.script("well", "echo run >> \(scratch.path("runs"))")
      let sandbox: ScriptCheckDefinition.Sandbox = (try? Sandbox(hasNetwork: false)) == nil ? .off : .closed
      try serve(
        [
          check("stuck", stuck, every: .milliseconds(500)),
          check("stuck in a sandbox", stuck, every: .milliseconds(500), sandbox: sandbox),
          check("well", well, every: .milliseconds(100)),
        ], harness)
      try harness.wait(for: "verdicts") { Set(harness.verdicts.map(\.tracker)).count == 3 }
      #expect(harness.verdicts.allSatisfy { $0.status == .up })
      // It cannot be had in the very moment in which somebody executes the file.
      var held: Int32?
      try harness.wait(for: "the lease") {
        held = holdLease(on: stuck)
        return held != nil
      }
      let lease = try #require(held)
      defer { close(lease) }
      let begin = MonotonicClock.now()
      func last(_ tracker: Int) -> TrackerVerdict? { harness.verdicts.last { $0.tracker == tracker } }
      try harness.wait(for: "both to be down") { last(0)?.status == .down && last(1)?.status == .down }
      for tracker in 0...1 { #expect(last(tracker)?.reason == "timed out after 0.5 s") }
      let runs = scratch.lines("runs").count
      try harness.wait(for: "runs of the other beside it") { scratch.lines("runs").count >= runs + 20 }
      // The lease is still held: the kernel takes it away after 45 s, and a loop that waits for a start would have waited as long.
      #expect(last(2)?.status == .up && MonotonicClock.now() - begin < .seconds(40))
      _ = fcntl(lease, setLease, Int32(F_UNLCK))
      try harness.wait(for: "both to be up again") {
        last(0)?.status == .up && last(1)?.status == .up
      }
    }

    @Test("Why a program was not executed is said when that is only known late")
    func lateRefusal() throws {
      let harness = try Harness()
      harness.scratch.write("stuck", "\u{7F}ELF and nothing more")
      let stuck = harness.scratch.path("stuck")
      chmod(stuck, 0o755)
      let lease = try #require(holdLease(on: stuck))
      defer { close(lease) }
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [ScriptCheckDefinition(name: "chk", command: CommandDefinition(stuck))]
      let starter = try LocalStarter(loop: harness.loop)
      let launcher = try starter.launcher(configuration)
      var outcome: CommandOutcome?
      let run = launcher.launch(CommandDefinition(stuck), for: .check(.none), limit: .seconds(20)) { outcome = $0 }
      try harness.wait(for: "its process") { run.processID != nil }
      _ = fcntl(lease, setLease, Int32(F_UNLCK))
      try harness.wait(for: "its end") { outcome != nil }
      #expect(outcome?.end == .notStarted("cannot run: Exec format error", isShortage: false))
      starter.finish()
    }
  }
}
