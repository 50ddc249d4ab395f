import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct CommandLineTests {
  @Test func saysItsVersion() throws {
    let outcome = try Running.martlet(["--version"])
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("martlet "))
  }

  @Test(arguments: [["bogus"], ["check"], ["run"], ["run", "--file"]])
  func wrongUsageIsExplained(arguments: [String]) throws {
    let outcome = try Running.martlet(arguments)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("Usage: martlet"))
  }

  @Test func aGoodFilePasses() throws {
    let scratch = try Scratch()
    let file = try scratch.file("good.conf", Sample.router(extra: Sample.signature))
    let outcome = try Running.martlet(["check", "--no-host", "--strict", file])
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output == "1 file checked: no errors, no warnings\n")
  }

  @Test func aWarningCountsOnlyWhenStrict() throws {
    let scratch = try Scratch()
    let file = try scratch.file("warned.conf", Sample.router(extra: "no_such_keyword 5"))
    let outcome = try Running.martlet(["check", "--no-host", file])
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("\(file):10:3: warning: "))
    #expect(try Running.martlet(["check", "--no-host", "--strict", file]).code == 1)
  }

  @Test func anErrorIsLocated() throws {
    let scratch = try Scratch()
    let file = try scratch.file("wrong.conf", Sample.router(extra: "preempt_delay"))
    let outcome = try Running.martlet(["check", file])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("\(file):10:"))
    #expect(outcome.errors.contains("error: "))
    #expect(outcome.errors.contains("[missing-argument]"), "the rule is not named")
  }

  @Test(.enabled(if: Running.mayServe, "not as root on a real host: the service would leave a lock file in /run"))
  func aRefusedFileStartsNothingAndItsRuleIsNamed() throws {
    let scratch = try Scratch()
    let file = try scratch.file("twice.conf", Sample.router() + Sample.router().replacing("VI_1", with: "VI_2"))
    let outcome = try Running.martlet(["run", "-f", file, "--runtime-directory", scratch.path])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("\(file):15:"), "\(outcome.errors)")
    #expect(outcome.errors.contains("[duplicate-virtual-router-id]"), "\(outcome.errors)")
  }

  @Test func aScriptThatIsNotThereIsAWarning() throws {
    let scratch = try Scratch()
    let check = "vrrp_script gone {\n  script /nonexistent/check\n}\n"
    let safe = "global_defs {\n  enable_script_security\n  script_user root\n  dynamic_interfaces\n}\n"
    let file = try scratch.file("scripts.conf", safe + check + Sample.router(extra: "track_script {\n gone\n}"))
    let outcome = try Running.martlet(["check", "--strict", file])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("\(file):7:10: warning: /nonexistent/check does not exist"), "\(outcome.errors)")
    #expect(try Running.martlet(["-t", "-f", file], as: "keepalived").code == 5)
  }

  @Test func filesAreCheckedEachForItself() throws {
    let scratch = try Scratch()
    // Together, two routers of one VRID on one interface would be an error.
    let files = [try scratch.file("a.conf", Sample.router()), try scratch.file("b.conf", Sample.router())]
    let outcome = try Running.martlet(["check"] + files)
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("2 files checked"))
  }

  @Test(arguments: [["check"], ["run", "-f"]])
  func aMissingFileIsOneLineWithItsPath(command: [String]) throws {
    guard command == ["check"] || Running.mayServe else { return }
    let scratch = try Scratch()
    let options = command == ["check"] ? [] : ["--runtime-directory", scratch.path]
    let outcome = try Running.martlet(command + [scratch.path + "/missing.conf"] + options)
    #expect(outcome.code == 2)
    // The first line of a service says with what it starts.
    let lines = outcome.errors.split(separator: "\n").filter {
      $0.contains("missing.conf") && !$0.contains(" starts with ")
    }
    #expect(lines.count == 1)
  }

  @Test(arguments: [["status"], ["status", "--json"], ["reload"]])
  func askingWhereNothingRunsIsOneLine(command: [String]) throws {
    let scratch = try Scratch()
    let outcome = try Running.martlet(command + ["--runtime-directory", scratch.path])
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasPrefix("martlet: no martlet runs here"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  /// Something that listens where a service would.
  private func listener(in scratch: Scratch) throws -> FileDescriptor {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let descriptor = FileDescriptor(owning: number)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (scratch.path + "/control.sock").utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, listen(number, 8) == 0 else { throw SystemError(operation: "listen", errno: errno) }
    return descriptor
  }

  @Test("A service that does not answer is not waited for, and that is said")
  func askingOneThatStandsStill() throws {
    let scratch = try Scratch()
    let socket = try listener(in: scratch)
    defer { withExtendedLifetime(socket.rawValue) {} }
    let begin = MonotonicClock.now()
    let outcome = try Running.martlet(["status", "--runtime-directory", scratch.path])
    #expect(MonotonicClock.now() - begin < .seconds(10))
    #expect(outcome.code == 1 && outcome.output.isEmpty)
    #expect(
      outcome.errors.contains("process \(getpid()) of the service did not answer within 1 s"), "\(outcome.errors)")
  }

  @Test("Who is turned away before he has asked hears why")
  func askingWhereOneMayNot() async throws {
    let scratch = try Scratch()
    let socket = try listener(in: scratch)
    let path = scratch.path
    async let outcome = Task.detached { try Running.martlet(["status", "--runtime-directory", path]) }.value
    let client = FileDescriptor(owning: accept(socket.rawValue, nil, nil))
    // So that the request is there, unread, when the connection ends.
    var question = pollfd(fd: client.rawValue, events: Int16(POLLIN), revents: 0)
    #expect(poll(&question, 1, 10_000) == 1)
    _ = try client.write(Array("error 1 you may not ask\n".utf8))
    _ = consume client
    let heard = try await outcome
    #expect(heard.code == 1)
    #expect(heard.errors == "martlet: you may not ask\n")
  }

  @Test("A service whose socket is not there is told from none")
  func askingOneWithoutASocket() throws {
    let scratch = try Scratch()
    let locks = try AddressLocks(path: scratch.path + "/supervisor.lock")
    #expect(try locks.acquire("supervisor".utf8) == .acquired)
    let outcome = try Running.martlet(["status", "--runtime-directory", scratch.path])
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasPrefix("martlet: martlet runs with the runtime directory"), "\(outcome.errors)")
  }

  @Test(.enabled(if: Running.mayServe, "not as root on a real host: the service would leave a lock file in /run"))
  func aRuntimeDirectoryInUseHasACodeOfItsOwn() throws {
    let scratch = try Scratch()
    let locks = try AddressLocks(path: scratch.path + "/supervisor.lock")
    #expect(try locks.acquire("supervisor".utf8) == .acquired)
    let file = try scratch.file("good.conf", Sample.router())
    let outcome = try Running.martlet(["run", "-f", file, "--runtime-directory", scratch.path])
    #expect(outcome.code == 5)
    #expect(outcome.errors.split(separator: "\n").filter { $0.contains("not started") }.count == 1)
  }

  @Test(.enabled(if: Running.mayServe, "not as root on a real host: the service would leave a lock file in /run"))
  func aMissingInterfaceHasACodeOfItsOwn() throws {
    let scratch = try Scratch()
    let file = try scratch.file("good.conf", Sample.router())
    let outcome = try Running.martlet(["run", "-f", file, "--runtime-directory", scratch.path])
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("mart-none0"))
  }

  @Test(
    "SIGHUP before the service has read its configuration ends nothing",
    .enabled(if: Running.mayServe, "not as root on a real host: the service would leave a lock file in /run"))
  func aReloadMayBeAskedForAtOnce() throws {
    let scratch = try Scratch()
    let many = (1...200).map { Sample.router().replacing("VI_1", with: "VI_\($0)").replacing("51", with: "\($0)") }
    let file = try scratch.file("many.conf", many.joined())
    let errors = try MemoryFile.create(name: "errors")
    let service = try Running.start(
      Running.martlet ?? "", ["martlet", "run", "-f", file, "--runtime-directory", scratch.path],
      errors: errors.rawValue)
    // The first that it starts asks the configuration for a namespace, which takes a while with so many routers.
    let path = "/proc/\(service.processID)/task/\(service.processID)/children"
    var asks = false
    for _ in 0..<100_000 where !asks {
      guard let list = try? FileDescriptor.open(reading: path) else { break }
      asks = withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
        if case .bytes? = try? list.read(into: buffer) { true } else { false }
      }
    }
    #expect(asks)
    try service.signal(SIGHUP)
    var waiting = pollfd(fd: service.rawValue, events: Int16(POLLIN), revents: 0)
    #expect(poll(&waiting, 1, 20_000) == 1)
    // It goes on to find that the interface does not exist.
    #expect(try service.reap() == .exited(3))
  }

  @Test(arguments: ["engine", "prober", "loader"])
  func aRoleStartedByHandEndsWithAnError(role: String) throws {
    let outcome = try Running.martlet([role])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains(role))
  }

  @Test("help keyword shows an entry for each block that has the keyword, and one block's when it is named")
  func keywordsAreExplained() throws {
    let priority = try Running.martlet(["help", "keyword", "priority"])
    #expect(priority.code == 0)
    #expect(priority.output.contains("  in        vrrp_instance\n  takes     1 to 255\n"), "\(priority.output)")
    #expect(priority.output.contains("an entry of vrrp_instance/virtual_rules"))
    let one = try Running.martlet(["help", "keyword", "vrrp_instance/priority"])
    #expect(one.output.split(separator: "\n").count { $0.hasPrefix("priority ") } == 1)
    #expect(try Running.martlet(["help", "keyword", "heartbeat_interface"]).output.contains("martlet's own"))
    #expect(try Running.martlet(["help", "keyword", "most"]).output.contains("vrrp_probe/load"))
    #expect(
      try Running.martlet(["help", "keyword", "nopreempt"]).output == """
        nopreempt
          Keeps this host from taking over while a master of lower priority sends
          adverts.

          in        vrrp_instance
          since     keepalived 2.2.7 or before

        """)
  }

  @Test(arguments: [
    ("prioritty", "did you mean priority?"), ("vrrp_script/virtual_ipaddress", "did you mean virtual_ipaddress?"),
    ("xyzzyxyzzy", "There is no keyword xyzzyxyzzy."),
  ])
  func aMisspeltKeywordIsMetWithTheOneThatWasMeant(name: String, answer: String) throws {
    let outcome = try Running.martlet(["help", "keyword", name])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains(answer), "\(outcome.errors)")
  }

  @Test(arguments: [["help", "check"], ["check", "--help"]])
  func commandsAreExplained(arguments: [String]) throws {
    let outcome = try Running.martlet(arguments)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("Usage: martlet check") || outcome.output.contains("USAGE: martlet check"))
  }
}
