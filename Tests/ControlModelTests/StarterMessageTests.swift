import Testing

@testable import ControlModel

@Suite struct StarterMessageTests {
  private static let table: CommandTable = {
    var table = CommandTable()
    table.fallback = .init(user: "haproxy", group: "adm")
    table.isStrict = true
    table.searchPath = ["/bin", "/usr/bin"]
    let long = String(repeating: "ä", count: 5000)
    table.commands = [
      .init(arguments: ["/bin/true", long], text: "/bin/true \(long)", needsShell: false, purpose: .check(.closed)),
      .init(
        arguments: ["a", "|", "b"], text: "a | b", needsShell: true, interpretedScript: "/x.sh",
        account: .init(user: "root"), purpose: .notification(hasWords: true)),
      .init(arguments: ["c"], text: "c", needsShell: false, purpose: .notification(hasWords: false)),
      .init(arguments: ["d"], text: "d", needsShell: false, purpose: .lifecycle),
      .init(arguments: ["e"], text: "e", needsShell: false, purpose: .reading(fifo: 1)),
    ]
    table.commands[1].uses = 300
    table.subjects = [.init(kind: .instance, name: "VI_1"), .init(kind: .group, name: "ein Name")]
    table.files = [.init(path: "/level", initialValue: -3, overwrites: true), .init(path: "/other")]
    table.fifos = [.init(path: "/run/fifo", owner: .init(user: "u")), .init(path: "/f")]
    return table
  }()

  private func decode(_ bytes: [UInt8]) throws -> CommandTable {
    try bytes.withUnsafeBytes { (bytes) throws(MessageError) in try CommandTable(decoding: bytes) }
  }

  @Test func aTableComesBackWhole() throws {
    #expect(try decode(Self.table.encoded) == Self.table)
    #expect(try decode(CommandTable().encoded) == CommandTable())
  }

  @Test func aTableThatIsCutIsRefused() {
    let bytes = Self.table.encoded
    for count in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: MessageError.self) { try decode(Array(bytes.prefix(count))) }
    }
    // A count beyond what follows asks for no memory.
    #expect(throws: MessageError.truncated) { try decode([0, 0, 0] + [255, 255, 255, 255]) }
  }

  @Test func requestsComeBackWhole() throws {
    var run = RunRequest(table: 7, command: 3)
    run.notification = RunRequest.Notification(
      subject: 4, state: .master, priority: 150, cause: "no advert", previous: .backup)
    var first = run
    first.notification?.previous = nil
    let requests: [StartRequest] = [
      .run(9, run), .run(9, first), .run(10, RunRequest(table: 7, command: 3)), .signal(9, 15),
      .openFIFO(2, table: 7, fifo: 1),
      .removeFIFO(table: 7, fifo: 1),
      .openFile(3, table: 7, file: 0), .writeFile(4, table: 7, file: 0, overwrites: true),
    ]
    for request in requests {
      let bytes = request.encoded
      #expect(
        try bytes.withUnsafeBytes { (bytes) throws(MessageError) in try StartRequest(decoding: bytes) } == request)
    }
    #expect(throws: MessageError.self) {
      try [UInt8(77)].withUnsafeBytes { (bytes) throws(MessageError) in try StartRequest(decoding: bytes) }
    }
  }

  @Test func repliesAndCommandsComeBackWhole() throws {
    let replies: [StartReply] = [
      .started(1, process: 44), .refused(2, isShortage: true, reason: "cannot run"), .ended(3, .exited(2)),
      .ended(3, .signaled(9)), .fifo(4, isNew: true), .fifoRefused(5, reason: "is a symbolic link"),
      .weakness(command: "/x", reason: "others can write", isOwn: false), .file(6),
      .fileRefused(7, .system(13)), .fileRefused(7, .notRegular),
      .fileRefused(7, .kernels("proc")), .fileRefused(7, .link("a link")), .written(8, error: 28),
    ]
    for reply in replies {
      let bytes = reply.encoded
      #expect(try bytes.withUnsafeBytes { (bytes) throws(MessageError) in try StartReply(decoding: bytes) } == reply)
    }
    for command in [StarterCommand.table(.max), .prober, .ping, .end] {
      let bytes = command.encoded
      #expect(
        try bytes.withUnsafeBytes { (bytes) throws(MessageError) in try StarterCommand(decoding: bytes) } == command)
    }
  }
}
