import Configuration
import ConfigurationModel
import ControlModel
import Foundation
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

private let needsLandlock = ConditionTrait.enabled(
  if: (try? Sandbox(hasNetwork: false)) != nil, "this kernel has no Landlock")
private let needsAbstractScope = ConditionTrait.enabled(
  if: Sandbox.closesAbstractSockets, "this kernel's Landlock knows no abstract sockets")
private let tools = ["perl", "prlimit", "taskset", "chrt", "ionice", "renice", "setsid"]
private let needsTools = ConditionTrait.enabled(
  if: tools.allSatisfy { access("/usr/bin/\($0)", X_OK) == 0 },
  "perl or a tool of util-linux is not installed")
private let needsBash = ConditionTrait.enabled(if: access("/bin/bash", X_OK) == 0, "bash is not installed")

extension ProberTests {
  @Suite struct Sandboxing {
    private func verdict(
      of body: String, _ sandbox: ScriptCheckDefinition.Sandbox, in harness: Harness
    ) throws -> TrackerVerdict? {
      mkdir(harness.scratch.path("files"), 0o755)
      let script = harness.scratch.script("check", "cd \(harness.scratch.path)/files || exit 99\n" + body)
      var check = ScriptCheckDefinition(name: "check", command: CommandDefinition(script))
      check.schedule.interval = .seconds(3600)
      check.schedule.timeout = .seconds(10)
      check.sandbox = sandbox
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [check]
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      return harness.verdicts.first
    }

    @Test(
      "A script in a sandbox changes no file, and one without it does", needsLandlock,
      arguments: [
        "echo x > new", "echo x >> kept", "rm kept", "mv kept moved", "mkdir folder", "ln -s kept link",
        "chmod 600 kept",
        "touch -d @0 kept", "truncate -s 1 kept", ": > kept",
      ])
    func files(command: String) throws {
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let harness = try Harness()
        mkdir(harness.scratch.path("files"), 0o755)
        harness.scratch.write("files/kept", "some text")
        let state = "cd \(harness.scratch.path("files")) && ls -lAn --time-style=+%s && cat kept"
        func look() -> String {
          guard let pipe = popen(state + " 2>&1", "r") else { return "" }
          defer { pclose(pipe) }
          var buffer = [UInt8](repeating: 0, count: 4096)
          let count = fread(&buffer, 1, buffer.count, pipe)
          return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        let before = look()
        let verdict = try verdict(of: command, sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .off ? .up : .down), "\(sandbox): \(String(describing: verdict))")
        #expect((look() == before) == (sandbox != .off), "\(sandbox): \(look()), before: \(before)")
      }
    }

    @Test(
      "What a check needs goes on in a sandbox", needsLandlock,
      arguments: [
        "cat /etc/passwd > /dev/null", "echo x > /dev/null", "echo x | grep -q x", "kill -0 $$", "test -d /proc/1",
        "grep -q 'NoNewPrivs:.1' /proc/self/status", "ls / > /dev/null", "sleep 0.01 & wait",
        "exec 3< /etc/passwd && flock -s 3 && read x <&3", "ipcs > /dev/null",
        #"perl -e 'pipe(R, W); exit !(fcntl(R, 4, 04000) && fcntl(R, 1, 0) && ioctl(R, 0x541B, $n = "    "))'"#,
      ])
    func ordinary(command: String) throws {
      let harness = try Harness()
      let verdict = try verdict(of: command, .closed, in: harness)
      #expect(verdict?.status == .up, "\(String(describing: verdict))")
    }

    @Test(
      "A script in a sandbox asks whether others live, and signals and changes what it has started", needsLandlock,
      needsTools,
      arguments: [
        "kill -0 \(getpid())", "sleep 20 & kill $!; wait $!; test $? = 143", "timeout 0.2 sleep 20; test $? = 124",
        "(sleep 20 & kill $!; wait) && sh -c 'sleep 20 & kill -9 $!'", "prlimit --pid \(getpid()) --nofile > /dev/null",
        "trap 'exit 0' USR1; kill -USR1 $$; exit 1", "nice -n 5 true", "sleep 20 & renice 5 $! && kill $!",
        "ulimit -n 64", "sleep 20 & prlimit --pid $! --nofile=64 && taskset -p 1 $! && kill $!",
        "test $(ps -o sid= -p $$) = $$", "sh -c 'kill -ABRT $$'; test $? = 134",
      ])
    func ownProcesses(command: String) throws {
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork] {
        let verdict = try verdict(of: command, sandbox, in: try Harness())
        #expect(verdict?.status == .up, "\(sandbox): \(String(describing: verdict))")
      }
    }

    /// A process of this user that is in no sandbox, and where its memory may be written.
    private func victim() throws -> (process: ChildProcess, address: UInt64) {
      var request = SpawnRequest(executable: "/bin/sleep", arguments: ["sleep", "60"])
      request.group = .session
      let process = try ChildProcess(request)
      let maps = try String(contentsOfFile: "/proc/\(process.processID)/maps", encoding: .utf8)
      let line = try #require(maps.split(separator: "\n").first { $0.hasSuffix("[stack]") })
      return (process, try #require(UInt64(line.prefix { $0 != "-" }, radix: 16)))
    }

    /// What others can see to have been done to a process.
    private func look(at process: ChildProcess) -> String {
      let status = try? String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
      let limits = try? String(contentsOfFile: "/proc/\(process.processID)/limits", encoding: .utf8)
      let lines = (status ?? "gone").split(separator: "\n").filter {
        $0.hasPrefix("TracerPid") || $0.hasPrefix("Cpus_allowed:")
      }
      let ended = (try? process.peek()).flatMap(\.self)
      let niceness = getpriority(__priority_which_t(0), id_t(process.processID))
      return
        "\(lines) \(niceness) \(sched_getscheduler(process.processID)) \(limits ?? "") \(String(describing: ended))"
    }

    #if arch(x86_64)
      /// System calls that no tool makes: rt_sigqueueinfo, tkill, tgkill, pidfd_send_signal, ptrace (attach), process_vm_writev.
      private static let rareCalls = [
        #"perl -e '$i = pack("l4x112", 9, 0, -1, 0); exit(syscall(129, PID, 9, $i) != 0)'"#,
        "perl -e 'exit(syscall(200, PID, 9) != 0)'", "perl -e 'exit(syscall(234, PID, PID, 9) != 0)'",
        "perl -e 'exit(syscall(424, syscall(434, PID, 0), 9, 0, 0) != 0)'",
        "perl -e 'exit(syscall(101, 16, PID, 0, 0) != 0)'",
        #"perl -e '$b = "martlet!"; $v = pack("PQ", $b, 8); $w = pack("QQ", ADDRESS, 8);"#
          + " exit(syscall(311, PID, $v, 1, $w, 1, 0) != 8)'",
      ]
    #else
      private static let rareCalls: [String] = []
    #endif

    @Test(
      "A script in a sandbox leaves other processes alone, and one without it need not", needsLandlock, needsTools,
      arguments: [
        "kill -9 PID", "kill -STOP PID", "kill -9 -PID", "renice -n 5 -p PID", "renice -n 5 -g PID",
        "prlimit --pid PID --nofile=99", "chrt -i -p 0 PID", "taskset -p 1 PID", "ionice -c 3 -p PID",
        "perl -e 'pipe(R, W); fcntl(R, 8, PID) && fcntl(R, 10, 9) && fcntl(R, 4, 020000) or exit 1; syswrite W, 1'",
        #"perl -e 'pipe(R, W); $o = pack("ii", 1, PID); exit !fcntl(R, 15, $o)'"#,
        "perl -e 'pipe(R, W); exit !fcntl(R, 10, 9)'",
        #"perl -e 'use Socket; socketpair(A, B, 1, 1, 0); $p = pack("i", PID); exit !ioctl(A, 0x8901, $p)'"#,
        #"perl -e 'use Socket; socketpair(A, B, 1, 1, 0); $p = pack("i", PID); exit !ioctl(A, 0x8902, $p)'"#,
        "setsid true", "cat /proc/PID/environ", "head -c 1 /proc/PID/mem; test $? = 1 && : >> /proc/PID/mem",
      ] + rareCalls)
    func otherProcesses(command: String) throws {
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let harness = try Harness()
        let (process, address) = try victim()
        defer {
          try? process.signal(SIGKILL)
          awaitEnd(of: process)
        }
        let text = command.replacing("PID", with: "\(process.processID)").replacing("ADDRESS", with: "\(address)")
        let before = look(at: process)
        let verdict = try verdict(of: text, sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .off ? .up : .down), "\(sandbox): \(String(describing: verdict))")
        if sandbox != .off { #expect(look(at: process) == before, "\(sandbox)") }
      }
    }

    @Test(
      "A script in a sandbox leaves alone what processes share outside of files, and may read it", needsLandlock,
      needsTools,
      arguments: [
        "exit !shmctl(SHM, 0, 0)", #"exit !shmwrite(SHM, "x", 0, 1)"#, "exit !semctl(SEM, 0, 0, 0)",
        "exit !semctl(SEM, 0, 16, 5)", #"exit !semop(SEM, pack("s3", 0, 1, 0))"#, "exit !msgctl(MSG, 0, 0)",
        #"exit !msgsnd(MSG, pack("l! a*", 1, "x"), 0)"#, #"exit !msgrcv(MSG, $x, 10, 0, 0)"#,
        #"open(F, "<", "lease") or die; exit !fcntl(F, 1024, 1)"#,
      ])
    func sharedObjects(attack: String) throws {
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let segment = shmget(0, 4096, 0o600 | 0o1000)
        let semaphore = semget(0, 1, 0o600 | 0o1000)
        let queue = msgget(0, 0o600 | 0o1000)
        defer {
          shmctl(segment, 0, nil)
          msgctl(queue, 0, nil)
        }
        try #require(segment >= 0 && semaphore >= 0 && queue >= 0)
        var message = (1, 7)
        try #require(msgsnd(queue, &message, 8, 0) == 0)
        let harness = try Harness()
        mkdir(harness.scratch.path("files"), 0o755)
        harness.scratch.write("files/lease", "")
        let program = attack.replacing("SHM", with: "\(segment)").replacing("SEM", with: "\(semaphore)")
          .replacing("MSG", with: "\(queue)")
        let reads = "shmread(\(segment), $y, 0, 4) or exit 9; semctl(\(semaphore), 0, 12, 0) or exit 8;"
        let verdict = try verdict(of: "perl -e '\(reads) \(program)'", sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .off ? .up : .down), "\(sandbox): \(String(describing: verdict))")
        #expect(["exit 8", "exit 9"].contains(verdict?.reason ?? "") == false)
        // The call that removes it is variadic, which Swift does not see; it may be gone already.
        let words = ["perl", "-e", "semctl(\(semaphore), 0, 0, 0)"]
        let remover = try ChildProcess(SpawnRequest(executable: "/usr/bin/perl", arguments: words))
        awaitEnd(of: remover)
      }
    }

    @Test("A script in a sandbox cannot join another group to signal it", needsLandlock, needsTools)
    func groups() throws {
      let harness = try Harness()
      let command = "perl -e 'exit(!setpgrp(0, \(getpgrp())))'"
      #expect(try verdict(of: command, .closed, in: harness)?.status == .down)
    }

    @Test("A script in a sandbox is not heard at the control socket", needsLandlock, needsTools)
    func control() throws {
      let harness = try Harness()
      let ask =
        "use Socket; $SIG{PIPE} = 'IGNORE'; socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un(shift)) or die; syswrite S, qq(status\\n);"
        + "print scalar(<S>)"
      harness.scratch.write("ask.pl", ask)
      let path = harness.scratch.path
      let command = "perl \(path)/ask.pl \(path)/control.sock; exit 1"
      let barred = try verdict(of: command, .withNetwork, in: harness)
      #expect(barred?.reason.contains("a script in a sandbox may not ask") == true, "\(String(describing: barred))")
      let free = try verdict(of: command, .off, in: try Harness(scratch: harness.scratch))
      #expect(free?.reason.contains("may not ask") == false, "\(String(describing: free))")
    }

    @Test("What scripts in a sandbox leave running takes no more than its share, and is still known", needsLandlock)
    func leftovers() throws {
      let harness = try Harness()
      let fifo = harness.scratch.path("fifo")
      try #require(mkfifo(fifo, 0o600) == 0)
      // Whoever waits for the other end goes on when there is one.
      defer { close(open(fifo, O_RDWR)) }
      let script = harness.scratch.script("check", "cat \(fifo) > /dev/null 2>&1 &\necho $!; exit 1")
      var check = ScriptCheckDefinition(name: "check", command: CommandDefinition(script))
      check.schedule.interval = .milliseconds(10)
      check.schedule.timeout = .seconds(10)
      check.sandbox = .closed
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [check]
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      let first = try #require(harness.verdicts.first?.reason.split(separator: " ").last.flatMap { Int32($0) })
      var most = 0
      try harness.wait(for: "the warning", seconds: 30) {
        most = max(most, harness.prober.sandboxes.count)
        return harness.logText.contains("have left more than 32 programs running, as \(script) has")
      }
      let end = MonotonicClock.now() + .seconds(1)
      try harness.wait(for: "some more runs") {
        most = max(most, harness.prober.sandboxes.count)
        return MonotonicClock.now() > end
      }
      #expect((32...33).contains(most))
      #expect(harness.logText.components(separatedBy: "have left more than").count == 2)
      #expect(kill(first, 0) == 0 && harness.prober.sandboxes.mayHold(first))
      #expect(!harness.prober.sandboxes.mayHold(getpid()))
    }

    @Test("A script in a sandbox finds no abstract socket of others", needsLandlock, needsTools, needsAbstractScope)
    func abstractSockets() throws {
      let name = "martlet-test-\(getpid())"
      let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0[1...].copyBytes(from: name.utf8) }
      let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
      }
      try #require(result == 0 && listen(listener, 8) == 0)
      let command =
        #"perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); exit !connect(S, pack("S", AF_UNIX) . "\0\#(name)")'"#
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let verdict = try verdict(of: command, sandbox, in: try Harness())
        #expect(verdict?.status == (sandbox == .off ? .up : .down), "\(sandbox): \(String(describing: verdict))")
      }
    }

    @Test("Root's script has no capability left that changes anything", needsLandlock)
    func capabilities() throws {
      let harness = try Harness()
      let verdict = try verdict(of: "grep CapEff /proc/self/status; exit 1", .closed, in: harness)
      let word = verdict?.reason.split(whereSeparator: { $0 == " " || $0 == "\t" }).last ?? ""
      let held = try #require(UInt64(word, radix: 16), "\(String(describing: verdict))")
      // CAP_DAC_READ_SEARCH and CAP_KILL.
      #expect(held & ~(1 << 2 | 1 << 5) == 0)
    }

    @Test("Only a sandbox that says so has a network", needsLandlock, needsBash)
    func network() throws {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, size) == 0 && listen(listener, 8) == 0 ? getsockname(listener, $0, &size) : -1
        }
      }
      try #require(result == 0)
      let command = "exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(UInt16(bigEndian: address.sin_port))'"
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let harness = try Harness()
        let verdict = try verdict(of: command, sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .closed ? .down : .up), "\(sandbox): \(String(describing: verdict))")
        if sandbox == .closed { #expect(verdict?.reason.contains("Operation not permitted") == true) }
      }
    }

    @Test("Where the kernel can make no sandbox the script is refused, and not run without")
    func refusal() throws {
      let scratch = try Scratch()
      let loop = try EventLoop()
      let command = CommandDefinition("/usr/bin/touch", scratch.path("ran"))
      var configuration = Configuration.asOwnUser()
      let confinements = [CommandTable.Confinement.closed, .withNetwork]
      configuration.scripts = [ScriptCheckDefinition.Sandbox.closed, .withNetwork].map {
        var check = ScriptCheckDefinition(name: "chk", command: command)
        check.sandbox = $0
        return check
      }
      let starter = try LocalStarter(loop: loop) { (_) throws(SystemError) in
        throw SystemError(operation: "make a sandbox", errno: ENOSYS)
      }
      let launcher = try starter.launcher(configuration)
      for confinement in confinements {
        var outcome: CommandOutcome?
        let run = launcher.launch(command, for: .check(confinement), limit: .seconds(10)) { outcome = $0 }
        let limit = MonotonicClock.now() + .seconds(10)
        while outcome == nil, MonotonicClock.now() < limit { try loop.turn(until: limit) }
        #expect(
          outcome?.description
            == "refused: there is no sandbox: this kernel has no Landlock, or does not let it be used (Function not implemented)"
        )
        _ = run
      }
      #expect(access(scratch.path("ran"), F_OK) != 0)
    }

    @Test("A check dumps no memory, locks little, and cannot become punctual")
    func limits() throws {
      let harness = try Harness()
      let verdict = try verdict(
        of:
          #"echo $(sed -En 's/^Max (core file size|locked memory|realtime priority) +([0-9a-z]+) +([0-9a-z]+) .*/\2 \3/p' /proc/$$/limits); exit 1"#,
        .off, in: harness)
      let words = try #require(verdict?.reason).split(separator: " ").dropFirst(2).map { UInt64($0) }
      try #require(words.count == 6, "\(String(describing: verdict))")
      #expect(words[0] == 0 && words[1] == 0 && words[4] == 0 && words[5] == 0)
      #expect(words[2...3].allSatisfy { $0.map { $0 <= 8 << 20 } == true }, "\(words)")
    }
  }
}
