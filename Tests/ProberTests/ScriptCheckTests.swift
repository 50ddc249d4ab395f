import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober
@testable import Starter

/// Root, and not the root of a user namespace, in which files of other users belong to nobody.
private let isRootOfTheMachine: Bool = {
  var root = stat()
  return geteuid() == 0 && stat("/", &root) == 0 && root.st_uid == 0
}()

/// Lets a user read, write and execute a file of root's, as far as the list's mask has it; whether that was done.
private func setAccessList(of path: String, user: UInt32, mask: UInt8) -> Bool {
  typealias SetAttribute =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32
    ) -> Int32
  guard let symbol = dlsym(nil, "setxattr") else { return false }
  // Version 2, then tag, rights and number of each entry: the owner, the user, the owner's group, the mask, all others.
  var list: [UInt8] = [2, 0, 0, 0]
  for (tag, rights, number) in [
    (UInt8(0x01), UInt8(7), UInt32.max), (0x02, 7, user), (0x04, 7, .max), (0x10, mask, .max), (0x20, 0, .max),
  ] {
    list += [tag, 0, rights, 0]
    withUnsafeBytes(of: number.littleEndian) { list += $0 }
  }
  return unsafeBitCast(symbol, to: SetAttribute.self)(path, "system.posix_acl_access", list, list.count, 0) == 0
}

extension ProberTests {
  @Suite struct ScriptChecking {
    private func check(
      _ command: CommandDefinition, name: String = "check", interval: Nanoseconds = .milliseconds(20),
      timeout: Nanoseconds = .seconds(10)
    ) -> ScriptCheckDefinition {
      var check = ScriptCheckDefinition(name: name, command: command)
      check.schedule.interval = interval
      check.schedule.timeout = timeout
      return check
    }

    private func configuration(_ checks: ScriptCheckDefinition...) -> Configuration {
      var configuration = Configuration.asOwnUser()
      configuration.scripts = checks
      return configuration
    }

    @Test func risesAndFallsAndGivesTheReason() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      scratch.write("healthy", "")
      let script = scratch.script(
        "check",
        "echo run >> \(scratch.path("runs"))\ntest -e \(scratch.path("healthy")) || { echo it is gone; exit 7; }")
      var check = check(CommandDefinition(script))
      check.schedule.rise = 3
      check.schedule.fall = 2
      try harness.serve(configuration(check))
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      #expect(scratch.lines("runs").count < 3, "the first result decides at once")
      unlink(scratch.path("healthy"))
      try harness.wait(for: "down") { harness.verdicts.last?.status == .down }
      #expect(harness.verdicts.last?.reason == "exit 7: it is gone")
      let runsWhenDown = scratch.lines("runs").count
      scratch.write("healthy", "")
      try harness.wait(for: "up again") { harness.verdicts.last?.status == .up }
      #expect(scratch.lines("runs").count >= runsWhenDown + 3, "rise 3 needs three successes")
      #expect(harness.verdicts.map(\.status) == [.up, .down, .up], "only changes are said")
      #expect(harness.reports.contains(.ready))
    }

    @Test(arguments: [
      ("kill -9 $$", "terminated by signal 9"),
      ("echo first; echo '   last words\t'; echo; exit 3", "exit 3: last words"),
      ("printf unfinished; exit 1", "exit 1: unfinished"),
      ("exit 1", "exit 1"),
      ("echo to stderr >&2; exit 1", "exit 1: to stderr"),
      ("printf '\\033[31mred\\n'; exit 1", "exit 1:  [31mred"),
    ]) func keepsTheLastLineOfTheOutput(body: String, reason: String) throws {
      let harness = try Harness()
      try harness.serve(configuration(check(CommandDefinition(harness.scratch.script("check", body)))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts == [TrackerVerdict(tracker: 0, status: .down, reason: reason)])
    }

    @Test func boundsTheOutput() throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1")
      try harness.serve(configuration(check(CommandDefinition(script))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.reason == "exit 1: " + String(repeating: "x", count: 255))
    }

    @Test func killsTheWholeGroupOnTimeout() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let script = scratch.script(
        "check",
        """
        trap '' TERM
        sh -c "trap '' TERM; echo \\$\\$ > \(scratch.path("child")); while :; do sleep 1; done" &
        echo $$ > \(scratch.path("leader"))
        echo still at it
        wait
        while :; do sleep 1; done
        """)
      try harness.serve(
        configuration(check(CommandDefinition(script), interval: .seconds(3600), timeout: .milliseconds(300))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(
        harness.verdicts
          == [TrackerVerdict(tracker: 0, status: .down, reason: "timed out after 0.3 s: still at it")])
      for name in ["leader", "child"] {
        let pid = try #require(scratch.lines(name).first.flatMap { Int32($0) })
        try harness.wait(for: "the end of the \(name)") { !isRunning(pid) }
      }
    }

    @Test func aTimeoutCountsOnceAndTheScriptRunsAgain() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let script = scratch.script(
        "check", "echo run >> \(scratch.path("runs"))\ntest -e \(scratch.path("quick")) || exec sleep 60")
      try harness.serve(
        configuration(check(CommandDefinition(script), interval: .milliseconds(50), timeout: .milliseconds(100))))
      try harness.wait(for: "three runs") { scratch.lines("runs").count >= 3 }
      #expect(harness.verdicts.map(\.status) == [.down])
      scratch.write("quick", "")
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
    }

    /// Its end and the signal for it cross, one way or the other.
    @Test func aScriptThatEndsAsItTimesOutIsNotLost() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let script = scratch.script("check", "echo run >> \(scratch.path("runs"))\nsleep 0.1")
      try harness.serve(
        configuration(check(CommandDefinition(script), interval: .milliseconds(10), timeout: .milliseconds(100))))
      try harness.wait(for: "thirty runs") { scratch.lines("runs").count >= 30 }
      #expect(!harness.verdicts.isEmpty)
    }

    @Test func neverRunsTwoCopies() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let script = scratch.script(
        "check",
        """
        mkdir \(scratch.path("lock")) || echo overlap >> \(scratch.path("overlap"))
        sleep 0.05
        rmdir \(scratch.path("lock"))
        echo run >> \(scratch.path("runs"))
        """)
      try harness.serve(configuration(check(CommandDefinition(script), interval: .milliseconds(10))))
      try harness.wait(for: "eight runs") { scratch.lines("runs").count >= 8 }
      #expect(scratch.read("overlap").isEmpty)
    }

    @Test func doesNotWaitForWhatAScriptLeavesRunning() throws {
      let harness = try Harness()
      let script = harness.scratch.script(
        "check", "sleep 60 &\necho $! > \(harness.scratch.path("pid"))\necho fine; exit 0")
      try harness.serve(configuration(check(CommandDefinition(script), interval: .seconds(3600))))
      try harness.wait(for: "a verdict", seconds: 5) { !harness.verdicts.isEmpty }
      #expect(harness.verdicts == [TrackerVerdict(tracker: 0, status: .up, reason: "fine")])
      let pid = try #require(harness.scratch.lines("pid").first.flatMap { Int32($0) })
      #expect(isRunning(pid), "a service that a script starts lives on")
      kill(pid, SIGKILL)
    }

    @Test("A script that was not there at the start counts from when it is, and one that is gone leaves its verdict")
    func countsAnAbsentScriptFromWhenItIsThere() throws {
      let harness = try Harness()
      let path = harness.scratch.path("late")
      try harness.serve(configuration(check(CommandDefinition(path), interval: .milliseconds(10))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.last?.status == .untracked)
      #expect(harness.verdicts.last?.reason.hasPrefix("cannot tell: cannot run") == true)
      let other = harness.scratch.script("other", "echo up; exit 0")
      rename(other, path)
      try harness.wait(for: "the script") { harness.verdicts.last?.status == .up }
      unlink(path)
      try harness.wait(for: "the log") { harness.logText.contains("script check: cannot run: No such file") }
      let failing = harness.scratch.script("other", "echo sick; exit 1")
      rename(failing, path)
      try harness.wait(for: "a failure") { harness.verdicts.last?.reason == "exit 1: sick" }
      // Between the two there was none.
      #expect(harness.verdicts.map(\.status).drop { $0 == .untracked } == [.up, .down])
    }

    @Test("A script that is being written is none that failed")
    func aScriptBeingWritten() throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "exit 0")
      try harness.serve(configuration(check(CommandDefinition(script), interval: .milliseconds(10))))
      try harness.wait(for: "a verdict") { harness.verdicts.last?.status == .up }
      let writer = open(script, O_WRONLY | O_APPEND)
      try harness.wait(for: "the log") { harness.logText.contains("cannot run: Text file busy") }
      close(writer)
      harness.scratch.write("check", "#!/bin/sh\nexit 3\n")
      try harness.wait(for: "the next") { harness.verdicts.last?.reason == "exit 3" }
      #expect(harness.verdicts.map(\.status) == [.up, .down])
    }

    @Test(
      "A mode takes no verdict away: what failed before it is refused has failed",
      .enabled(if: isRootOfTheMachine, "only what the machine's root would run can be refused"), arguments: [0, 1])
    func refusedAfterItRan(exit: Int) throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "exit \(exit)")
      var configuration = configuration(check(CommandDefinition(script), interval: .milliseconds(10)))
      configuration.global.scriptSecurity = true
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      chmod(script, 0o777)
      try harness.wait(for: "the log") { harness.logText.contains("script check: refused: everybody can write") }
      #expect(harness.verdicts.map(\.status) == [exit == 0 ? .up : .down])
    }

    @Test(arguments: [
      (CommandDefinition("/nonexistent/check"), "cannot run: No such file or directory"),
      (CommandDefinition("no-such-program-anywhere"), "cannot run: no-such-program-anywhere is not in"),
      (CommandDefinition("/etc"), "cannot run: Permission denied"),
      (CommandDefinition(arguments: [], text: ""), "cannot run: there is no command"),
    ]) func saysWhyAScriptCannotRun(command: CommandDefinition, reason: String) throws {
      let harness = try Harness()
      try harness.serve(configuration(check(command)))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.status == .untracked)
      #expect(harness.verdicts.first?.reason.hasPrefix("cannot tell: " + reason) == true, "\(harness.verdicts)")
      try harness.wait(for: "the log") { harness.logText.contains("script check: \(reason)") }
    }

    @Test func anUnknownUserIsRefused() throws {
      let harness = try Harness()
      var command = CommandDefinition("/bin/true")
      command.user = ScriptUser(user: "nobody-of-that-name")
      try harness.serve(configuration(check(command)))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.reason == "cannot tell: there is no user nobody-of-that-name")
    }

    @Test(.enabled(if: isRootOfTheMachine, "only the machine's root can run scripts as someone else"))
    func runsAsTheUserNamed() throws {
      let harness = try Harness()
      chmod(harness.scratch.path, 0o755)
      var command = CommandDefinition.shell("echo $(id -u) $(id -g) $HOME; exit 1")
      command.user = ScriptUser(user: "65534", group: "65534")
      try harness.serve(configuration(check(command)))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.reason.hasPrefix("exit 1: 65534 65534 /") == true, "\(harness.verdicts)")
    }

    @Test func givesAShellWhatOnlyAShellUnderstands() throws {
      let harness = try Harness()
      try harness.serve(configuration(check(.shell("echo one | tr a-z A-Z; exit 4"))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.reason == "exit 4: ONE")
    }

    @Test func passesNothingOnButWhatItMeansTo() throws {
      setenv("MARTLET_TEST_SECRET", "leaked", 1)
      setenv("LD_LIBRARY_PATH", "/nonexistent", 1)
      defer {
        unsetenv("MARTLET_TEST_SECRET")
        unsetenv("LD_LIBRARY_PATH")
      }
      let harness = try Harness()
      let script = harness.scratch.script(
        "check",
        """
        env > \(harness.scratch.path("environment"))
        ls -l /proc/$$/fd > \(harness.scratch.path("descriptors"))
        readlink /proc/$$/fd/0 > \(harness.scratch.path("input"))
        """)
      try harness.serve(configuration(check(CommandDefinition(script), interval: .seconds(3600))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      let environment = harness.scratch.read("environment")
      #expect(!environment.contains("leaked") && !environment.contains("LD_"))
      #expect(environment.contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"))
      let descriptors = harness.scratch.read("descriptors")
      #expect(!descriptors.contains("socket:") && !descriptors.contains("anon_inode:"), "\(descriptors)")
      #expect(harness.scratch.read("input") == "/dev/null\n")
    }

    @Test func aReloadKeepsWhatDidNotChange() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      func counting(_ name: String, _ interval: Nanoseconds = .seconds(3600)) -> ScriptCheckDefinition {
        let script = scratch.script(name, "echo run >> \(scratch.path(name + ".runs"))")
        return check(CommandDefinition(script), name: name, interval: interval)
      }
      try harness.serve(configuration(counting("same"), counting("changed")))
      try harness.wait(for: "two verdicts") { harness.verdicts.count == 2 }
      var changed = counting("changed")
      changed.command.arguments.append("argument")
      // The positions change places, so verdicts must follow the checks and not the numbers.
      try harness.serve(configuration(changed, counting("same"), counting("new")))
      try harness.wait(for: "three verdicts") { Set(harness.verdicts.map(\.tracker)) == [0, 1, 2] }
      #expect(harness.verdicts.prefix(2).map(\.tracker) == [0, 1], "the verdicts that stand are said at once")
      try harness.wait(for: "a run of the changed one") { scratch.lines("changed.runs").count == 2 }
      #expect(scratch.lines("same.runs").count == 1)
      #expect(scratch.lines("new.runs").count == 1)
    }

    @Test func aReloadThatChangesNothingSaysTheVerdictsAgain() throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "echo run >> \(harness.scratch.path("runs")); echo ok")
      let configuration = configuration(check(CommandDefinition(script), interval: .seconds(3600)))
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      for _ in 0..<3 {
        try harness.serve(configuration)
        try harness.wait(for: "the verdict again") { !harness.verdicts.isEmpty }
        #expect(harness.verdicts == [TrackerVerdict(tracker: 0, status: .up, reason: "ok")])
      }
      #expect(harness.scratch.lines("runs").count == 1)
      #expect(harness.reports == [.ready])
    }

    @Test func aRemovedCheckIsEndedAndItsReplacementWaitsForThat() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let slow = scratch.script("slow", "trap '' TERM; echo $$ > \(scratch.path("pid")); while :; do sleep 1; done")
      try harness.serve(
        configuration(check(CommandDefinition(slow), interval: .seconds(60), timeout: .milliseconds(30_000))))
      try harness.wait(for: "the script") { !scratch.lines("pid").isEmpty }
      let pid = try #require(scratch.lines("pid").first.flatMap { Int32($0) })
      let quick = scratch.script("quick", "kill -0 \(pid) 2>/dev/null && echo both > \(scratch.path("both")); true")
      try harness.serve(configuration(check(CommandDefinition(quick))))
      try harness.wait(for: "the new check") { harness.verdicts.last?.status == .up }
      #expect(!isRunning(pid))
      #expect(scratch.read("both").isEmpty)
    }

    @Test func anInitiallyFailedCheckIsDownUntilItsFirstSuccess() throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "test -e \(harness.scratch.path("healthy"))")
      var check = check(CommandDefinition(script), interval: .milliseconds(20))
      check.schedule.initiallyFailed = true
      try harness.serve(configuration(check))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.status == .down)
      harness.scratch.write("healthy", "")
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
    }

    @Test(arguments: [TrackerStatus.up, .down])
    func aRestartedProberGoesOnFromTheBoard(status: TrackerStatus) throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "while test ! -e \(harness.scratch.path("go")); do sleep 0.05; done")
      let configuration = configuration(check(CommandDefinition(script), interval: .seconds(3600)))
      try harness.serve(configuration)
      harness.board.tracker(0)?.record(TrackerFinding(status, "as it was"), at: MonotonicClock.now())
      harness.scratch.write("go", "")
      try harness.wait(for: "the first prober's verdict") { !harness.verdicts.isEmpty }
      harness.board.tracker(0)?.record(TrackerFinding(status, "as it was"), at: MonotonicClock.now())
      unlink(harness.scratch.path("go"))
      try harness.restartProber()
      try harness.serve(configuration, keepingBoard: true)
      try harness.wait(for: "the verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first == TrackerVerdict(tracker: 0, status: status, reason: "as it was"))
      harness.scratch.write("go", "")
    }

    @Test(
      .enabled(if: isRootOfTheMachine, "only what the machine's root would run can be refused"),
      arguments: [(0o777, "everybody can write to"), (0o775, "group 65534 can write to"), (0o755, nil)])
    func securityRefusesWhatOthersCanChange(mode: UInt32, words: String?) throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "exit 0", mode: mode)
      chown(script, 0, 65534)
      chmod(script, mode)
      var configuration = configuration(check(CommandDefinition(script)))
      configuration.global.scriptSecurity = true
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      let verdict = try #require(harness.verdicts.first)
      if let words {
        // keepalived takes such a check away; the address stays where it is.
        #expect(verdict.status == .untracked)
        #expect(verdict.reason.contains("refused: \(words) \(script) (mode 0\(String(mode, radix: 8)))"))
        try harness.wait(for: "the error") { harness.logText.contains("<3>script check: refused") }
        #expect(harness.logText.contains("script check is untracked: cannot tell: refused: \(words)"))
        harness.scratch.write("check", "#!/bin/sh\nexit 1\n")
        chmod(script, 0o755)
        try harness.wait(for: "its verdict") { harness.verdicts.last?.status == .down }
        #expect(harness.verdicts.last?.reason == "exit 1")
      } else {
        #expect(verdict.status == .up)
      }
    }

    @Test(
      "What others can change behind a program is warned of, and run",
      .enabled(if: isRootOfTheMachine, "only what the machine's root would run can be refused"),
      arguments: [true, false])
    func securityBehindAProgram(isStrict: Bool) throws {
      let harness = try Harness()
      let scratch = harness.scratch
      symlink("/bin/sh", scratch.path("plain"))
      let interpreter = scratch.path("interpreter")
      // A copy, since it is to be writable.
      let copy = try #require(popen("cp /bin/sh \(interpreter) && chmod 757 \(interpreter)", "r"))
      #expect(pclose(copy) == 0)
      scratch.write("one", "#!\(interpreter)\nexit 0\n")
      chmod(scratch.path("one"), 0o755)
      let other = scratch.script("other", "exit 0", mode: 0o777)
      var second = check(CommandDefinition("/bin/sh", other))
      second.name = "second"
      var configuration = configuration(check(CommandDefinition(scratch.path("one"))), second)
      configuration.global.scriptSecurity = isStrict
      try harness.serve(configuration)
      try harness.wait(for: "both verdicts") { harness.verdicts.count >= 2 }
      #expect(harness.verdicts.allSatisfy { $0.status == .up })
      for path in [interpreter, other] {
        let words = "everybody can write to \(path) (mode 0\(path == other ? "777" : "757")) and root would run it"
        #expect(harness.logText.contains("<4>\(words); keepalived does not look at that"))
      }
    }

    @Test(.enabled(if: isRootOfTheMachine, "only what the machine's root would run can be refused"))
    func securityLooksAtEveryDirectoryAndBehindLinks() throws {
      let scratch = try Scratch()
      let inner = scratch.path("inner")
      mkdir(inner, 0o755)
      let script = scratch.script("inner/check", "exit 0")
      symlink("inner/check", scratch.path("link"))
      #expect(ScriptSecurity.weakness(of: scratch.path("link")) == nil)
      chmod(inner, 0o777)
      #expect(ScriptSecurity.weakness(of: script)?.contains("everybody can write to \(inner) ") == true)
      #expect(ScriptSecurity.weakness(of: scratch.path("link"))?.contains("everybody can write to \(inner) ") == true)
      chmod(inner, 0o755)
      chown(inner, 65534, 0)
      #expect(ScriptSecurity.weakness(of: scratch.path("link"))?.contains("\(inner) belongs to user") == true)
      symlink("loop", scratch.path("loop"))
      #expect(ScriptSecurity.weakness(of: scratch.path("loop"))?.contains("too many symbolic links") == true)
    }

    @Test(
      "A program that an access list lets somebody else write is not safe",
      .enabled(if: isRootOfTheMachine, "only what the machine's root would run can be refused"))
    func accessList() throws {
      let scratch = try Scratch()
      let script = scratch.script("check", "exit 0", mode: 0o770)
      #expect(ScriptSecurity.weakness(of: script) == nil)
      for (mask, isWeak) in [(UInt8(7), true), (5, false)] {
        guard setAccessList(of: script, user: 1234, mask: mask) else {
          try Test.cancel("the file system of /tmp has no access lists")
        }
        #expect((ScriptSecurity.weakness(of: script) != nil) == isWeak)
      }
      #expect(chmod(script, 0o770) == 0)
      #expect(ScriptSecurity.weakness(of: script)?.contains("an access list lets others write to \(script) ") == true)
    }

    @Test func securityTrustsTheSystemsOwnPrograms() {
      #expect(ScriptSecurity.weakness(of: "/bin/sh") == nil)
      #expect(ScriptSecurity.weakness(of: "/nonexistent/program") == nil)
    }

    @Test(.enabled(if: isRootOfTheMachine, "only what the machine's root would run is warned of"))
    func withoutSecurityThereIsAWarning() throws {
      let harness = try Harness()
      let script = harness.scratch.script("check", "exit 0", mode: 0o777)
      try harness.serve(configuration(check(CommandDefinition(script))))
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts.first?.status == .up)
      try harness.wait(for: "the warning") { harness.logText.contains("enable_script_security would refuse it") }
    }
  }
}
