import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import NetworkTypes
import Testing

/// Lines about scripts of which keepalived refuses, drops or changes something: each is told of, and what results is what results there.
@Suite("Scripts: what keepalived makes of wrong lines")
struct ScriptLineTests {
  private static func check(_ lines: String) -> String { "vrrp_script a {\nscript /bin/true\n\(lines)\n}\n" }

  static let cases: [RuleCase] = [
    .init("unterminated-quote", .warning, line: 2, "vrrp_script a {\nscript \"/bin/true 'a\"\n}"),
    .init("unterminated-quote", .warning, line: 4, instance("notify \"/bin/true 'a\"")),
    .init("shell-command", .warning, line: 2, "vrrp_script a {\nscript \"/bin/true; /bin/false\"\n}"),
    .init("shell-command", .warning, line: 2, "vrrp_script a {\nscript \"/bin/true | cat\"\n}"),
    .init("shell-command", .warning, line: 2, "vrrp_script a {\nscript \"< /etc/passwd\"\n}"),
    .init("shell-command", .warning, line: 4, instance("notify_master \"</etc/passwd\"")),
    .init("shell-word", .warning, line: 2, "vrrp_script a {\nscript \"/bin/true $HOME\"\n}", suggestion: "$HOME'\""),
    .init("shell-word", .warning, line: 4, instance("notify_master \"/bin/true a; /bin/false\"")),
    .init("fraction-of-second", .note, line: 3, check("interval 0.5")),
    .init("fraction-of-second", .note, line: 3, check("timeout 1.5")),
    .init("fraction-of-second", .note, line: 3, check("timeout 1.0")),
    .init("quorum-out-of-reach", .warning, line: 4, "vrrp_track_process p {\nprocess x\nquorum_max 3\nquorum 5\n}"),
    .init("quorum-out-of-reach", .warning, line: 4, "vrrp_track_process p {\nprocess x\nquorum 5\nquorum_max 3\n}"),
    .init("quorum-out-of-reach", .warning, line: 4, "vrrp_track_process p {\nprocess x\nquorum_max 0\nquorum 1\n}"),
    .init("numeric-user", .warning, line: 3, check("user 0")),
    .init("numeric-user", .warning, line: 3, check("user nobody 0")),
    .init("numeric-user", .warning, line: 4, instance("notify_master /bin/true 4711")),
    .init("numeric-user", .warning, line: 2, "global_defs {\nscript_user 65534\n}"),
    .init("overridden-keyword", .warning, line: 3, check("script /bin/false")),
    .init("overridden-keyword", .warning, line: 4, check("user nobody\nuser root")),
    .init("overridden-keyword", .warning, line: 4, check("rise 2\nrise 3")),
    .init("overridden-keyword", .warning, line: 3, "global_defs {\nscript_user root\nscript_user nobody\n}"),
    .init("overridden-keyword", .warning, line: 4, "vrrp_track_process p {\nprocess x\nquorum 2\nquorum 3\n}"),
    .init("duplicate-keyword", .warning, line: 4, "vrrp_track_process p {\nprocess x\nweight 5\nweight 0\n}"),
    .init("duplicate-command", .warning, line: 5, instance("notify_deleted /bin/a\nnotify_deleted /bin/b")),
    .init("unknown-option", .warning, line: 3, check("weight 2 rev")),
    .init("unknown-option", .warning, line: 3, "vrrp_track_process p {\nprocess x\nweight 2 noreverse\n}"),
    .init("unknown-option", .warning, line: 5, instance("track_interface {\neth1 reverse\n}")),
    .init("unknown-option", .warning, line: 5, instance("track_script {\na weight 5 weight 6\n}")),
    .init("missing-argument", .warning, line: 5, instance("track_script {\na weight\n}")),
    .init("fifo-script-alone", .warning, line: 2, "global_defs {\nnotify_fifo_script /bin/a\n}"),
    .init("fifo-script-alone", .warning, line: 2, "global_defs {\nvrrp_notify_fifo_script /bin/a\n}"),
  ]

  @Test("It is told of in its place", arguments: cases)
  func findings(wrong: RuleCase) { wrong.check() }

  @Test(
    "What means the same to keepalived is not told of",
    arguments: [
      check(""), check("interval 2\ntimeout 1"), check("weight 5 reverse"), check("user nobody"),
      "vrrp_script a {\nscript \"</etc/passwd\"\n}\n", "vrrp_script a {\nscript \"/bin/sh -c 'a | b'\"\n}\n",
      "vrrp_script a {\nscript \"/usr/bin/curl -f http://127.0.0.1:8008/replica?lag=10MB&ok=0\"\n}\n",
      instance("notify_master \"/bin/sh -c 'a; b $HOME'\""), "vrrp_script a {\nscript \"/bin/x a|b *.c\"\n}\n",
      "global_defs {\nnotify_fifo /run/a\nnotify_fifo_script /bin/a\n}\n",
      "vrrp_track_process p {\nprocess x\nweight 0\nweight 5\n}\n", instance("notify_deleted /bin/a\nnotify_deleted"),
    ])
  func silence(text: String) {
    let ids = Set(Self.cases.map(\.id))
    #expect(!load(text).diagnostics.contains { ids.contains($0.id) })
  }

  @Test(
    "A line for a shell is an error to whoever checks, who is told what to write, and no reason not to start",
    arguments: [
      (#"/bin/a || exit 1"#, "'||'", #"write "/bin/sh -c '/bin/a || exit 1'", which"#),
      (#"/bin/a; /bin/b"#, "'/bin/a;'", #"write "/bin/sh -c '/bin/a; /bin/b'", which"#),
      (#"! /bin/a \"x y\""#, "'!'", #"write "/bin/sh -c '! /bin/a \"x y\"'", which"#),
      (#"/bin/a 'x' | cat"#, "'|'", "script of its own"),
    ])
  func shell(line: String, word: String, advice: String) throws {
    let text = "vrrp_script a {\nscript \"\(line)\"\n}\n" + instance("track_script {\na\n}")
    let checked = try #require(lint(text).first { $0.id == "shell-command" })
    #expect(checked.severity == .error && checked.message.contains(word))
    #expect(checked.suggestion?.contains(advice) == true, "\(checked.suggestion ?? "")")
    let loaded = load(text)
    #expect(!loaded.hasErrors && loaded.diagnostics.contains { $0.id == "shell-command" && $0.severity == .warning })
    #expect(loaded.configuration.scripts.first?.command.needsShell == true)
    guard let written = checked.suggestion?.dropFirst("write ".count), written.hasPrefix("\"") else { return }
    let mended = "vrrp_script a {\nscript \(written.dropLast(", which both read alike".count))\n}\n"
    let command = try #require(load(mended).configuration.scripts.first?.command)
    #expect(!command.needsShell && command.arguments.prefix(2) == ["/bin/sh", "-c"])
    #expect(command.arguments.dropFirst(2) == loaded.configuration.scripts.map(\.command.text)[...])
  }

  @Test(
    "A word behind a weight leaves the thing tracked, one in place of it does not",
    arguments: [
      ("a weight 5 rev", 5, false), ("a weight 5 weight 6", 5, false), ("a weight 5 6", 5, false),
      ("a weight 5 reverse noreverse", 5, true), ("a weight 5 reverse", 5, true), ("a", 3, false),
      ("a reverse", nil, false), ("a noreverse weight 5", nil, false), ("a weight", nil, false), ("a 5", nil, false),
    ] as [(String, Int?, Bool)])
  func tracking(line: String, weight: Int?, isReversed: Bool) {
    let loaded = load(Self.check("weight 3") + instance("track_script {\n\(line)\n}"))
    let tracked = loaded.configuration.routers.first?.tracked ?? []
    #expect(tracked.map(\.weight) == (weight.map { [$0] } ?? []))
    #expect(tracked.allSatisfy { $0.reverse == isReversed })
  }

  @Test(
    "Of two numbers that contradict each other the first one counts",
    arguments: [
      ("quorum_max 3\nquorum 5", 1, 3), ("quorum 5\nquorum_max 3", 5, nil), ("quorum_max 0\nquorum 1", 1, 0),
      ("quorum 1\nquorum_max 0", 1, 0), ("quorum 2\nquorum_max 2", 2, 2),
    ] as [(String, Int, Int?)])
  func quorum(lines: String, least: Int, most: Int?) {
    let processes = load("vrrp_track_process p {\nprocess x\n\(lines)\n}\n").configuration.trackedProcesses
    #expect(processes.map(\.quorum) == [least] && processes.first?.greatestCount == most)
  }

  @Test("Of several lines that one counts which counts for keepalived")
  func repetition() {
    let loaded = load(
      "vrrp_script a {\nscript /bin/a\nscript /bin/b\ninterval 2\ninterval 3\nuser x\nuser y z\n}\n"
        + "vrrp_track_process p {\nprocess x\nweight 5\nweight 6\nquorum 2\nquorum 3\n}\n"
        + "vrrp_script b {\nscript \"/bin/b 'a\"\n}\n")
    #expect(loaded.configuration.scripts.map(\.command.arguments) == [["/bin/b"]])
    #expect(loaded.configuration.scripts.first?.schedule.interval == .seconds(3))
    #expect(loaded.configuration.scripts.first?.command.user == ScriptUser(user: "y", group: "z"))
    #expect(loaded.configuration.trackedProcesses.map { [$0.weight, $0.quorum] } == [[5, 3]])
  }
}

/// What a host shows of the scripts and FIFOs of a configuration.
@Suite("Scripts: what a host has of them")
struct ScriptHostTests {
  private struct Host: HostFacts {
    var interfaceNames: [String]? { nil }
    var files: [String: FileStatus] = [
      "/": .directory, "/bin": .directory, "/usr": .directory, "/usr/bin": .directory, "/run": .directory,
      "/d": FileStatus(mode: 0o700, owner: 0, isRegular: false, isDirectory: true),
      "/w": FileStatus(mode: 0o777, owner: 0, isRegular: false, isDirectory: true),
      "/bin/sh": .program, "/bin/true": .program, "/usr/bin/env": .program, "/usr/bin/bash": .program,
      "/x": .program, "/d/x": .program, "/w/x": .program, "/bin/mine": FileStatus(mode: 0o755, owner: 99),
      "/bin/group": FileStatus(mode: 0o750, owner: 0, group: 7), "/bin/plain": FileStatus(mode: 0o644, owner: 0),
      "/bin/good": .program, "/bin/env": .program, "/bin/broken": .program, "/bin/lost": .program,
      "/bin/changed": .program,
      "/run/file": FileStatus(mode: 0o644, owner: 0), "/run/fifo": FileStatus(mode: 0o644, owner: 0, isRegular: false),
    ]
    func hasUser(_ name: String) -> Bool { ["root", "nobody"].contains(name) }
    func hasGroup(_ name: String) -> Bool { name == "adm" }
    func identity(of user: ScriptUser?) -> ScriptIdentity? {
      switch user?.user {
      case nil, "root": .root
      case "nobody": ScriptIdentity(user: 99, groups: user?.group == "adm" ? [7] : [99])
      default: nil
      }
    }
    func status(of path: String) -> FileStatus? { files[path] }
    var firstLines: [String: FirstLineFault] = [:]
    func firstLineFault(of path: String) -> FirstLineFault? { firstLines[path] }
    func interpreter(of path: String) -> [String]? {
      switch path {
      case "/bin/good": ["/bin/sh"]
      case "/bin/env": ["/usr/bin/env", "bash -e"]
      case "/bin/broken": ["/bin/gone"]
      case "/bin/lost": ["/usr/bin/env", "python9"]
      case "/bin/changed": ["/w/x"]
      default: nil
      }
    }
  }

  private func audit(_ text: String, security: Bool = false) -> [Diagnostic] {
    let global = "global_defs {\n\(security ? "enable_script_security\n" : "")script_user root\n}\n"
    return HostAudit.diagnostics(of: load(global + text), on: Host()).filter { $0.id != "interface-absent" }
  }

  @Test(
    "Where a program is looked for, whom it is run by, and what runs it",
    arguments: [
      ("/bin/true", "", nil), ("true", "", "script-search"), ("bash", "", "script-search"),
      ("nothing", "", "script-missing"), ("./x", "", "script-relative"),
      ("./y", "", "script-missing"), ("bin/true", "", "script-relative"), ("\"$X\"", "", nil),
      ("\"/bin/gone | cat\"", "", "script-missing"), ("\"/bin/gone; /bin/true\"", "", nil),
      ("/bin/plain", "", "script-not-executable"), ("/bin/group", "", nil),
      ("/bin/group", "user nobody", "script-not-executable"), ("/bin/group", "user nobody adm", nil),
      ("/d/x", "", nil), ("/d/x", "user nobody", "script-not-executable"), ("/bin/mine", "user nobody", nil),
      ("/bin/mine", "", "script-writable"), ("/w/x", "", "script-writable"),
      ("/bin/good", "", nil), ("/bin/env", "", nil), ("/bin/broken", "", "script-interpreter"),
      ("/bin/lost", "", "script-interpreter"), ("/bin/changed", "", "script-writable"),
      ("\"/bin/sh /bin/gone\"", "", "script-missing"), ("\"/bin/sh /bin/plain\"", "", nil),
      ("\"/bin/sh /w/x\"", "", "script-writable"), ("\"/bin/sh -c /w/x\"", "", nil),
      ("\"bash /w/x\"", "", "script-writable"),
      ("\"/bin/true /w/x\"", "", nil),
    ] as [(String, String, String?)])
  func programs(command: String, user: String, id: String?) {
    let found = audit("vrrp_script a {\nscript \(command)\n\(user)\n}\n")
    #expect(found.map(\.id) == (id.map { [$0] } ?? []), "\(found.map(\.message))")
    #expect(found.allSatisfy { $0.severity == ($0.id == "script-search" ? .note : .warning) && $0.range?.line == 5 })
  }

  @Test(
    "A first line that keeps the kernel from running a script is told of, where no shell makes up for it",
    arguments: [
      (.empty, "ENOEXEC", true), (.noInterpreter, "ENOEXEC", true), (.lookAlike, "looks like #!", true),
      (.carriageReturn(interpreter: "/bin/bash"), "ENOENT", false),
    ] as [(FirstLineFault, String, Bool)])
  func firstLines(fault: FirstLineFault, word: String, isMendedByShell: Bool) {
    var host = Host()
    host.firstLines["/bin/good"] = fault
    func found(_ text: String) -> [Diagnostic] {
      ScriptAudit.diagnostics(of: load("global_defs {\nscript_user root\n}\n" + text), files: host)
        .filter { $0.id == "script-first-line" }
    }
    let direct = found("vrrp_script a {\nscript /bin/good\n}\n")
    #expect(direct.count == 1 && direct.allSatisfy { $0.message.contains(word) && $0.severity == .warning })
    #expect(direct.allSatisfy { $0.message.contains("for keepalived such a check passes each time") })
    #expect(
      found(instance("notify_master /bin/good")).first?.message.hasSuffix("nothing comes of notify_master") == true)
    let shell = found("vrrp_script a {\nscript \"/bin/good || exit 1\"\n}\n")
    #expect(shell.isEmpty == isMendedByShell)
  }

  @Test("The first lines of files on the disk are seen as the kernel sees them")
  func firstLinesOfFiles() throws {
    let cases: [(String, FirstLineFault?)] = [
      ("", .empty), ("#!/bin/sh\n", nil), ("#! /bin/sh -e\n", nil), ("#!/bin/sh", nil), ("echo a\n", .noInterpreter),
      ("#\u{FF01}/bin/bash\n", .lookAlike), ("\u{FEFF}#!/bin/sh\n", .lookAlike), (" #!/bin/sh\n", .noInterpreter),
      ("#!/bin/bash\r\nexit 1\r\n", .carriageReturn(interpreter: "/bin/bash")), ("#!/bin/sh -e\r\n", nil),
      ("\u{7F}ELF\u{0}", nil), ("MZ\u{0}", nil),
    ]
    for (text, fault) in cases {
      let path = try writeTemporary(text)
      defer { unlink(path) }
      #expect(DiskSourceFiles().firstLineFault(of: path) == fault, "\(text)")
    }
    #expect(DiskSourceFiles().firstLineFault(of: "/no/such/file") == nil)
  }

  /// A file with a text; its path.
  private func writeTemporary(_ text: String) throws -> String {
    let path = "/tmp/martlet-first-line-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    return path
  }

  @Test("What can be changed is named with its mode or owner, and what that leads to")
  func words() {
    func message(_ command: String, security: Bool, keyword: String = "script") -> String {
      let text = keyword == "script" ? "vrrp_script a {\nscript \(command)\n}\n" : instance("\(keyword) \(command)")
      return audit(text, security: security).first?.message ?? ""
    }
    #expect(message("/w/x", security: false) == "/w/x is run as root, and others than root can change /w (mode 0777)")
    #expect(message("/w/x", security: true).hasSuffix("it is not run, and what tracks it does without it"))
    #expect(message("/w/x", security: true, keyword: "notify").hasSuffix("under enable_script_security it is not run"))
    #expect(message("/bin/mine", security: false).hasSuffix("/bin/mine (it belongs to user 99)"))
    // keepalived does not look at these, and they are run.
    #expect(message("/bin/changed", security: true).hasSuffix("others than root can change /w (mode 0777)"))
    #expect(message("\"/bin/sh /w/x\"", security: true).hasSuffix("others than root can change /w (mode 0777)"))
    #expect(
      message("/bin/gone", security: false).hasSuffix("so what tracks the check does without it until it can be run"))
  }

  @Test(
    "A default user whom nobody has is told of, also where no script needs it",
    arguments: [
      ("script_user nosuch", "", "unknown-user", 2), ("script_user root nosuch", "", "unknown-user", 2),
      ("script_user nosuch", "user root", "unknown-user", 2), ("enable_script_security", "", "default-user", 5),
      ("enable_script_security", "user root", nil, 0), ("", "", nil, 0),
    ] as [(String, String, String?, Int)])
  func defaultUser(global: String, own: String, id: String?, line: Int) {
    let script = own.isEmpty && global.hasPrefix("script_user") ? "" : "vrrp_script a {\nscript /bin/true\n\(own)\n}\n"
    let found = HostAudit.diagnostics(of: load("global_defs {\n\(global)\n}\n" + script), on: Host())
    #expect(found.map(\.id) == (id.map { [$0] } ?? []))
    #expect(found.first?.range?.line ?? 0 == line)
  }

  @Test(
    "A FIFO that cannot be made or opened is told of",
    arguments: [
      ("/run/new", false), ("/run/fifo nobody adm", false), ("/run/file", true), ("/run", true), ("/gone/new", true),
      ("new", true), ("\"\"", true), ("/run/new nosuch", true), ("/run/new nobody nosuch", true),
    ])
  func fifos(line: String, isTold: Bool) {
    for keyword in ["notify_fifo", "vrrp_notify_fifo"] {
      let found = HostAudit.diagnostics(of: load("global_defs {\n\(keyword) \(line)\n}\n"), on: Host())
      #expect(found.map(\.id) == (isTold ? ["bad-fifo"] : []), "\(found.map(\.message))")
      #expect(found.allSatisfy { $0.range?.line == 2 })
    }
  }
}

extension FileStatus {
  fileprivate static let directory = FileStatus(mode: 0o755, owner: 0, isRegular: false, isDirectory: true)
  fileprivate static let program = FileStatus(mode: 0o755, owner: 0)
}
