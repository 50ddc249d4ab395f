import ControlModel
import Glibc
import LinuxSystem
import Testing

@testable import martlet

@Suite struct KeepalivedOptionsTests {
  @Test func readsWhatDebianAndAdministratorsWrite() throws {
    let options = try KeepalivedOptions([
      "-nlD", "-f", "/etc/x.conf", "-p/run/x.pid", "--vrrp_pid=/run/y.pid", "-S", "0",
    ])
    #expect(options.staysInForeground)
    #expect(options.file == "/etc/x.conf")
    #expect(options.pidFile == "/run/x.pid")
    #expect(options.allFurtherPIDFiles == ["/run/y.pid"])
    #expect(options.notes.count == 3)
  }

  @Test func startsFromKeepalivedsDefaults() throws {
    let options = try KeepalivedOptions([])
    #expect(!options.staysInForeground)
    #expect(options.file == "/etc/keepalived/keepalived.conf")
    #expect(options.pidFile == "/run/keepalived.pid")
    #expect(options.allFurtherPIDFiles == ["/run/vrrp.pid"])
    #expect(options.logFile == nil && !options.requiresIncludes)
    #expect(options.configurationTest == nil)
  }

  @Test(
    arguments: [
      (["-t"], nil), (["-t/tmp/log"], "/tmp/log"), (["--config-test"], nil), (["--config-test=/tmp/log"], "/tmp/log"),
      (["--config-t"], nil),
    ] as [([String], String?)])
  func theTestTakesAValueOnlyWhenAttached(arguments: [String], log: String?) throws {
    let options = try KeepalivedOptions(arguments + ["-f", "x"])
    #expect(options.configurationTest == .some(log))
    #expect(options.file == "x")
  }

  @Test(
    arguments: [
      (["--bogus"], .unknown("--bogus")), (["-nZ"], .unknown("-Z")), (["-f"], .valueMissing("-f")),
      (["--pid"], .valueMissing("--pid")), (["--dont"], .ambiguous("--dont")),
      (["-n", "extra"], .unexpected(["extra"])),
      (["--", "-n"], .unexpected(["-n"])), (["--vrrp=1"], .valueWrong("option --vrrp takes no value")),
      (["-u", "999"], .valueWrong("'999' is not a file creation mask")),
    ] as [([String], KeepalivedOptions.Problem)])
  func whatCannotBeReadIsNamed(arguments: [String], problem: KeepalivedOptions.Problem) {
    #expect(throws: problem) { try KeepalivedOptions(arguments) }
  }

  @Test(arguments: KeepalivedOptions.table.map(\.long))
  func everyOptionIsHonouredOrHasALineOfItsOwn(long: String) throws {
    let option = try #require(KeepalivedOptions.table.first { $0.long == long })
    let value = option.value == .always ? ["022"] : []
    let lines = [["--" + long] + value, option.short.map { ["-\($0)"] + value } ?? ["--" + long] + value]
    for line in lines {
      switch option.meaning {
      case .refused, .virtualServers:
        #expect(throws: KeepalivedOptions.Problem.self) { try KeepalivedOptions(line) }
      case .needless, .missing:
        let note = try #require(try KeepalivedOptions(line).notes.first)
        #expect(note.message.hasPrefix("--\(long) has no effect: "))
      default:
        #expect(try KeepalivedOptions(line) != KeepalivedOptions([]) || option.meaning == .virtualRouters)
      }
    }
  }

  /// What keepalived 2.2.7 has; `--log-file` and what belongs to it are there if it was built with them.
  @Test func thereIsEveryOption() {
    let short = "fPCBlDSgGuXVIRndprTcabxAsmMeitvh"
    #expect(Set(KeepalivedOptions.table.compactMap(\.short)) == Set(short))
    #expect(Set(KeepalivedOptions.table.map(\.long)).isSuperset(of: ["all", "signum", "flush-log-file"]))
  }

  @Test func whatIsMissedIsWarnedOf() throws {
    let notes = try KeepalivedOptions(["-V", "-x", "-D"]).notes
    #expect(notes.map(\.severity) == [.warning, .warning, .debug])
  }

  @Test(arguments: [(["-C"], true), (["-C", "-P"], false), (["-C", "--all"], false), (["-C", "-t"], false)])
  func neverClaimsAddressesForAHealthChecker(arguments: [String], isRefused: Bool) {
    #expect(((try? KeepalivedOptions(arguments)) == nil) == isRefused)
  }

  @Test(arguments: [
    (["-g"], "/var/log/keepalived.log"), (["-g/x"], "/x"), (["--log-file=/x"], "/x"),
    (["--log-file"], "/var/log/keepalived.log"),
  ])
  func theLogFileIsNeverInTheFolderOfAll(arguments: [String], path: String) throws {
    #expect(try KeepalivedOptions(arguments).logFile == path)
  }

  @Test(arguments: ["", "..", ".", "a/b", "/run/netns/a"])
  func aNamespaceIsAName(name: String) {
    #expect(throws: KeepalivedOptions.Problem.valueWrong("'\(name)' cannot be the name of a network namespace")) {
      try KeepalivedOptions(["-s", name])
    }
  }

  @Test func umaskIsReadAsCReadsIt() throws {
    #expect(try KeepalivedOptions(["-u", "022"]).umask == 0o22)
    #expect(try KeepalivedOptions(["-u", "0x1f"]).umask == 0x1f)
    #expect(try KeepalivedOptions(["-u", "18"]).umask == 18)
  }

  @Test(arguments: [
    (["-p", "/run/keepalived.pid"], "/run/martlet"), (["-p/var/run/keepalived.pid"], "/run/martlet"),
    (["-p", "/run/second.pid"], "/run/martlet-second"), (["-p", "/run/"], "/run/martlet-run"),
    (["-s", "blue"], "/run/martlet-blue"), (["-s", "blue", "-p", "/run/x.pid"], "/run/martlet-x"),
  ])
  func servicesAreToldApartByTheirPIDFiles(arguments: [String], directory: String) throws {
    #expect(KeepalivedCommand.runtimeDirectory(of: try KeepalivedOptions(arguments)) == directory)
  }

  @Test func aNamespaceHasPIDFilesOfItsOwn() throws {
    let options = try KeepalivedOptions(["-s", "blue"])
    #expect(options.pidFile == "/run/keepalived/blue/keepalived.pid")
    #expect(options.allFurtherPIDFiles == ["/run/keepalived/blue/vrrp.pid"])
    #expect(try KeepalivedOptions(["-p", "/x.pid", "-r/y", "-b/z"]).allFurtherPIDFiles == ["/y", "/z"])
    #expect(try KeepalivedOptions(["-p", "/x.pid"]).allFurtherPIDFiles == [])
  }
}

@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct KeepalivedNameTests {
  private func keepalived(_ arguments: [String]) throws -> Outcome { try Running.martlet(arguments, as: "keepalived") }

  @Test func testsAConfigurationWithKeepalivedsCodes() throws {
    let scratch = try Scratch()
    let good = try scratch.file("good.conf", Sample.router())
    let warned = try scratch.file("warned.conf", Sample.router(extra: "no_such_keyword 5"))
    let wrong = try scratch.file("wrong.conf", Sample.router(extra: "priority"))
    #expect(try keepalived(["-t", "-f", good]).code == 0)
    #expect(try keepalived(["-t", "-f", warned]).code == 5)
    // What only martlet has to say is no fault of the file; a script without security has a code of its own.
    let lacking = try scratch.file("lacking.conf", Sample.router(extra: "smtp_alert on"))
    #expect(try keepalived(["-t", "-f", lacking]).code == 0)
    // Nor is what it warns of and keepalived does without a word, as its own sample does by `vrrp_strict`.
    let advised = try scratch.file(
      "advised.conf", "include /nonexistent/*.conf\nglobal_defs {\nvrrp_strict\n}\n" + Sample.router())
    let outcomeOfAdvice = try keepalived(["-t", "-f", advised])
    #expect(outcomeOfAdvice.code == 0, "\(outcomeOfAdvice.errors)")
    #expect(outcomeOfAdvice.errors.contains("[unreachable-addresses]"))
    #expect(outcomeOfAdvice.errors.contains("[include-missing]"))
    let unsafe = try scratch.file(
      "unsafe.conf", "global_defs {\nscript_user root\n}\n" + Sample.router(extra: "notify /bin/true"))
    #expect(try keepalived(["-t", "-f", unsafe]).code == 6)
    let log = scratch.path + "/log"
    let outcome = try keepalived(["-t\(log)", "-f", wrong])
    #expect(outcome.code == 4)
    #expect(outcome.errors == "")
    #expect(try FileDescriptor.open(reading: log).rawValue >= 0)
  }

  @Test func withAllConfigAnIncludeMustFindItsFile() throws {
    let scratch = try Scratch()
    let file = try scratch.file("include.conf", "include /nonexistent/*.conf\n" + Sample.router())
    #expect(try keepalived(["-t", "-f", file]).code == 0)
    let outcome = try keepalived(["-e", "-t", "-f", file])
    #expect(outcome.code == 4)
    #expect(outcome.errors.contains("error: ") && outcome.errors.contains("[include-missing]"))
  }

  @Test(arguments: [["-C"], ["-T"]])
  func whatItCannotDoIsRefusedInOneLine(arguments: [String]) throws {
    let outcome = try keepalived(arguments)
    #expect(outcome.code == 1)
    #expect(outcome.errors.split(separator: "\n").first?.contains("martlet") == true, "\(outcome.errors)")
  }

  @Test(arguments: [("DATA", "10\n"), ("STATS", "12\n"), ("JSON", "36\n"), ("STOP", "15\n"), ("RELOAD", "1\n")])
  func knowsTheSignals(name: String, number: String) throws {
    let outcome = try keepalived(["--signum=\(name)"])
    #expect(outcome.code == 0)
    #expect(outcome.output == number)
  }

  @Test func wrongUsageHasKeepalivedsCode() throws {
    let outcome = try keepalived(["--bogus"])
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("unknown option --bogus"))
    #expect(try keepalived(["-h"]).code == 0)
    #expect(try keepalived(["-v"]).errors.hasPrefix("martlet "))
  }

  @Test(
    .enabled(if: Running.isLab && Running.find("ip") != nil, "needs a network namespace of its own: run `make test`"))
  func servesInTheBackgroundAndKeepsAPIDFile() throws {
    let scratch = try Scratch()
    let ip = try #require(Running.find("ip"))
    let added = try Running.run(ip, ["ip", "link", "add", "mtest0", "type", "veth", "peer", "name", "mtest1"])
    try #require(added.code == 0)
    defer { _ = try? Running.run(ip, ["ip", "link", "delete", "mtest0"]) }
    let file = try scratch.file("pair.conf", Sample.router(interface: "mtest0"))
    let pidFile = scratch.path + "/martlet-test.pid"
    let secondPIDFile = scratch.path + "/second.pid"
    #expect(try keepalived(["-D", "-f", file, "-p", pidFile, "-r", secondPIDFile]).code == 0)
    // It serves by the time that the command has ended.
    let process = try #require(try number(in: pidFile))
    #expect(try number(in: secondPIDFile) == process)
    #expect(try Running.martlet(["status", "--json", "--runtime-directory", "/run/martlet-martlet-test"]).code == 0)
    // Signals that keepalived's users send for its data must not end it.
    for signal in [SIGUSR1, SIGUSR2, 36, 63] as [Int32] { kill(process, signal) }
    #expect(try Running.martlet(["reload", "--runtime-directory", "/run/martlet-martlet-test"]).code == 0)
    #expect(kill(process, 0) == 0)
    #expect(kill(process, SIGTERM) == 0)
    #expect(try waitFor { access(pidFile, F_OK) != 0 && access(secondPIDFile, F_OK) != 0 })
    #expect(try waitFor { kill(process, 0) != 0 })
  }

  @Test(.enabled(if: Running.mayServe, "not as root on a real host: the service would leave a lock file in /run"))
  func aStartInTheBackgroundThatFailsSaysSo() throws {
    let scratch = try Scratch()
    let wrong = try scratch.file("wrong.conf", Sample.router(extra: "priority"))
    let elsewhere = try scratch.file("elsewhere.conf", Sample.router())
    let pidFile = scratch.path + "/martlet-fails.pid"
    #expect(try keepalived(["-f", wrong, "-p", pidFile]).code == 2)
    #expect(try keepalived(["-f", elsewhere, "-p", pidFile]).code == 3)
    #expect(access(pidFile, F_OK) != 0)
  }

  private func number(in pidFile: String) throws -> Int32? {
    let file = try FileDescriptor.open(reading: pidFile)
    var buffer = [UInt8](repeating: 0, count: 16)
    guard case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
    return Int32(String(decoding: buffer[..<count].dropLast(), as: UTF8.self))
  }

  /// Looks every 20 ms whether something is so, for at most 60 s.
  private func waitFor(_ condition: () throws -> Bool) throws -> Bool {
    for _ in 0..<3000 {
      if try condition() { return true }
      usleep(20_000)
    }
    return false
  }
}
