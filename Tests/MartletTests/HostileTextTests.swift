import Glibc
import LinuxSystem
import PrintableText
import Testing

@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct HostileTextTests {
  /// Clears the screen, sets the title by a C1 sign, and turns the rest of the line around.
  private static let hostile = "x\u{1B}[2J\u{9D}0;y\u{7}\u{202E}z"

  private static let text = """
    global_defs {
      router_id \(hostile)
      \(hostile) left
    }
    vrrp_script \(hostile)s {
      script "/bin/\(hostile)"
    }
    vrrp_instance \(hostile) {
      interface \(hostile)
      virtual_router_id \(hostile)
      track_script {
        \(hostile)t weight \(hostile)
      }
      virtual_ipaddress {
        \(hostile) dev \(hostile)
      }
    }
    include /no/such/\(hostile)
    """

  @Test(
    "Nothing that a terminal acts on leaves a command",
    arguments: [
      ["check"], ["check", "--format", "json"], ["check", "--format", "sarif"], ["config", "show", "--json"],
      ["config", "diff", "/dev/null"],
    ])
  func commands(words: [String]) throws {
    let scratch = try Scratch()
    let outcome = try Running.martlet(words + [try scratch.file("main.conf", Self.text)])
    let shown = outcome.output + outcome.errors
    #expect(shown.contains("z"))
    #expect(shown.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" }.map(\.value) == [])
  }

  @Test("Nor when a name on the command line is not known")
  func unknownName() throws {
    let outcome = try Running.martlet(["help", "keyword", Self.hostile])
    #expect(outcome.errors.contains("There is no keyword x"))
    #expect(!outcome.errors.unicodeScalars.contains { $0.isUnprintable && $0 != "\n" })
  }

  /// A router that works, with a name and a script that a terminal would act on; the script runs as root.
  private static let working = """
    vrrp_script chk {
      script "/bin/\(hostile) \\n[Service]"
    }
    vrrp_instance \(hostile) {
      interface eth0
      virtual_router_id 51
      priority 100
      track_script {
        chk
      }
      virtual_ipaddress {
        192.0.2.10/24
      }
    }
    global_defs {
      notify_fifo "/run/\(hostile)/fifo"
    }
    """

  @Test(
    "Nor when a failover is rehearsed, nor in the settings for a unit",
    arguments: [["simulate", "--for", "5s"], ["simulate", "--for", "5s", "--json"], ["unit"]])
  func workingNames(words: [String]) throws {
    let scratch = try Scratch()
    let file = try scratch.file("main.conf", Self.working)
    let outcome = try Running.martlet(words + (words[0] == "unit" ? [file] : [file, file]))
    #expect(outcome.output.contains("z"), "\(outcome.errors)")
    let shown = outcome.output + outcome.errors
    #expect(shown.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" }.map(\.value) == [])
    #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("[") } == (words[0] == "unit" ? 1 : 0))
  }

  @Test("Nor when a service that somebody has taken over answers", arguments: ["ok\n", "error 1 \(hostile)\n"])
  func hostileService(firstLine: String) throws {
    let scratch = try Scratch()
    let file = try scratch.file("main.conf", Self.working)
    for words in [["status"], ["status", "--json"], ["reload"], ["config", "diff", file]] {
      let path = scratch.path + "/control.sock"
      let listener = try UnixListener.make(at: path)
      let errors = try MemoryFile.create(name: "errors")
      let output = try MemoryFile.create(name: "output")
      let child = try Running.start(
        try #require(Running.martlet), ["martlet"] + words + ["--runtime-directory", scratch.path],
        output: output.rawValue, errors: errors.rawValue)
      var waiting = pollfd(fd: listener.rawValue, events: Int16(POLLIN), revents: 0)
      #expect(poll(&waiting, 1, 30_000) == 1)
      let client = accept(listener.rawValue, nil, nil)
      #expect(client >= 0)
      let answer = firstLine + "first \(Self.hostile)\n\u{1B}]0;title\u{7} tab\tstays\n"
      _ = send(client, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
      close(client)
      var ended = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
      if poll(&ended, 1, 30_000) != 1 { try child.signal(SIGKILL) }
      poll(&ended, 1, 1_000)
      _ = try child.reap()
      let bytes = try MemoryFile.readAll(output.rawValue, limit: 1 << 20)
      let shown = String(decoding: bytes + (try MemoryFile.readAll(errors.rawValue, limit: 1 << 20)), as: UTF8.self)
      #expect(!shown.isEmpty)
      #expect(shown.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" && $0 != "\t" }.map(\.value) == [])
      unlink(path)
    }
  }

  @Test(
    "A configuration is printed byte by byte, and to a terminal without what that acts on",
    arguments: [["fmt"], ["fmt", "--diff"], ["config", "show"]])
  func terminal(words: [String]) throws {
    let scratch = try Scratch()
    let command = words + [try scratch.file("main.conf", Self.text + "# tab\tstays\n")]
    #expect(try Running.martlet(command).output.contains("\u{1B}[2J"))
    guard let pair = try TerminalPair() else { return }
    let errors = try MemoryFile.create(name: "errors")
    let child = try Running.start(
      try #require(Running.martlet), ["martlet"] + command, output: pair.terminal, errors: errors.rawValue)
    let shown = try pair.read(from: child)
    #expect(shown.contains("[2J") && (words[0] != "fmt" || shown.contains("tab\tstays")))
    #expect(shown.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" && $0 != "\t" }.map(\.value) == [])
  }
}

/// A terminal and the end that sees what is written to it.
private final class TerminalPair {
  private let master: Int32
  private(set) var terminal: Int32

  /// `nil` where there are no pseudoterminals.
  init?() throws {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { return nil }
    // TIOCSPTLCK unlocks it, TIOCGPTN tells its number.
    var isLocked: Int32 = 0
    var number: UInt32 = 0
    guard ioctl(master, 0x4004_5431, &isLocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      close(master)
      return nil
    }
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else {
      close(master)
      return nil
    }
    self.master = master
    self.terminal = terminal
  }

  deinit {
    close(master)
    if terminal >= 0 { close(terminal) }
  }

  /// What the process writes until its end, with the ends of lines that it wrote.
  func read(from child: borrowing ChildProcess) throws -> String {
    close(terminal)
    terminal = -1
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, 30_000) == 1 {
      let count = Glibc.read(master, &chunk, chunk.count)
      // Without a process that has the terminal there is nothing to read.
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    var ended = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
    if poll(&ended, 1, 30_000) != 1 { try child.signal(SIGKILL) }
    poll(&ended, 1, 1_000)
    _ = try child.reap()
    return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
  }
}
