import Glibc
import LinuxSystem
import Testing

/// What the loader makes of a file as the successor of the one in force.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct ReloadJudgementTests {
  /// What a loader said, and its bundle.
  private struct Loading {
    var code: Int32
    /// For the log: each line with its severity.
    var findings: String
    /// For whoever asked for the reload.
    var report: String
    let bundle: Memory
  }

  /// A memory file with its last reference.
  private final class Memory {
    let file: FileDescriptor
    init(_ name: String) throws { file = try MemoryFile.create(name: name) }
    var text: String {
      get throws { String(decoding: try MemoryFile.readAll(file.rawValue, limit: 1 << 24), as: UTF8.self) }
    }
  }

  /// The numbers are those of `InheritedDescriptor`, which loader and supervisor share.
  private func load(_ text: String, after served: Memory? = nil, _ kind: String = "plain") throws -> Loading {
    let scratch = try Scratch()
    let path = try scratch.file("martlet.conf", text)
    let (bundle, findings, report) = (try Memory("bundle"), try Memory("findings"), try Memory("report"))
    var request = SpawnRequest(
      executable: try #require(Running.martlet),
      arguments: ["martlet", "loader"] + (served == nil ? [] : ["--reload", kind]) + ["--", path],
      environment: ProcessEnvironment.current.entries)
    request.parentDeathSignal = SIGKILL
    request.map(findings.file.rawValue, to: STDERR_FILENO)
    request.map(bundle.file.rawValue, to: 4)
    if let served {
      request.map(served.file.rawValue, to: 12)
      request.map(report.file.rawValue, to: 13)
    }
    let child = try ChildProcess(request)
    var waiting = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
    #expect(poll(&waiting, 1, 60_000) == 1)
    guard case .exited(let code)? = try child.reap() else { throw SystemError(operation: "load", errno: EINTR) }
    return Loading(code: code, findings: try findings.text, report: try report.text, bundle: bundle)
  }

  private static let router = Sample.router()
  private static let damage = "'foo' is not a keyword outside all blocks"

  @Test(
    "A file that takes everything away, or is damaged, is refused",
    arguments: [
      ("", "plain", "the file has no virtual router, and one is in force"),
      ("# nothing\n", "plain", "the file has no virtual router, and one is in force"),
      ("global_defs {\n  router_id a\n}\n", "plain", "the file has no virtual router, and one is in force"),
      ("}}\nfoo bar\n", "plain", "this } closes nothing"), ("}}\nfoo bar\n", "allow-empty", "this } closes nothing"),
      (router + "}}\nfoo bar\n", "plain", "this } closes nothing"), (router + "foo bar\n", "plain", damage),
      (router + "foo bar\n", "allow-empty", damage), (router + "}\n", "plain", "this } closes nothing"),
    ])
  func refused(text: String, kind: String, why: String) throws {
    let served = try load(Self.router)
    #expect(served.code == 0)
    let outcome = try load(text, after: served.bundle, kind)
    #expect(outcome.code == 2, "\(outcome)")
    let errors = outcome.findings.split(separator: "\n").filter { $0.hasPrefix("<3>") }
    #expect(errors.contains { $0.contains(why) }, "\(outcome)")
    #expect(outcome.report.contains("vrrp_instance VI_1"), "the difference is missing: \(outcome)")
    // A start takes it, as keepalived does.
    #expect(try load(text).code == 0)
  }

  @Test(
    "What is meant is taken",
    arguments: [
      ("", "allow-empty", "vrrp_instance VI_1: is removed"),
      (Sample.router(extra: "priority 110"), "plain", "vrrp_instance VI_1: goes on, changed"),
      (
        router.replacing("VI_1", with: "VI_2").replacing("router_id 51", with: "router_id 52"), "plain",
        "VI_2: is added"
      ),
    ])
  func taken(text: String, kind: String, said: String) throws {
    let served = try load(Self.router)
    let outcome = try load(text, after: served.bundle, kind)
    #expect(outcome.code == 0 && outcome.report.contains(said), "\(outcome)")
    #expect(!(try outcome.bundle.text.isEmpty))
    #expect(outcome.findings.contains("<5>reload: vrrp_instance VI_"), "\(outcome)")
  }

  @Test("No beginning of a file is taken for the whole, unless it ends with a block")
  func beginnings() throws {
    let text = Self.router + Self.router.replacing("VI_1", with: "VI_2").replacing("router_id 51", with: "router_id 52")
    let served = try load(text)
    var refused = 0
    for count in stride(from: 0, to: text.utf8.count, by: 9) {
      let beginning = String(decoding: text.utf8.prefix(count), as: UTF8.self)
      let code = try load(beginning, after: served.bundle).code
      let isWhole =
        beginning.last { !$0.isWhitespace } == "}"
        && beginning.filter { $0 == "{" }.count == beginning.filter { $0 == "}" }.count
      #expect(code == (isWhole ? 0 : 2), "\(count): \(beginning)")
      refused += code == 2 ? 1 : 0
    }
    #expect(refused > 20)
  }

  @Test("What the file in force has already neither keeps a reload from being done, nor is logged again")
  func known() throws {
    let old = Sample.router(extra: "bogus 1") + "foo bar\n"
    let served = try load(old)
    #expect(served.findings.contains("'bogus'") && served.findings.contains("'foo'"))
    let outcome = try load("\n" + old.replacing("priority 100", with: "priority 90"), after: served.bundle)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(outcome.findings == "<5>reload: vrrp_instance VI_1 goes on, changed: priority 100 → 90\n")
    #expect(outcome.report.contains("'bogus'") && outcome.report.contains("'foo'"))
  }

  @Test("A service that starts without a router says so")
  func emptyStart() throws {
    let outcome = try load("")
    #expect(outcome.code == 0)
    #expect(outcome.findings == "<4>the configuration has no virtual router, so no address is served\n")
  }
}
