import ControlModel
import HealthCore
import Glibc
import NetworkTypes
import Testing
import VRRPCore

private let v4 = IPAddress(v4: 0xC000_0201)
private let v6 = IPAddress(v6High: 0xFE80_0000_0000_0000, low: 1)

@Suite struct MessageTests {
  private static let causes: [Cause] = [
    .started, .addressOwner, .masterDown(master: nil, lastHeard: nil),
    .masterDown(master: v6, lastHeard: MonotonicInstant(nanoseconds: 7)), .masterResigned(v4),
    .higherPriority(v4, .owner), .tieLost(v6, .standard), .preempted(v4, Priority(rawValue: 1)),
    .trackerDown(TrackerID(rawValue: 3)), .trackerUp(TrackerID(rawValue: 0)), .interfaceDown, .interfaceUp,
    .sourceAddressLost, .sourceAddressFound, .syncGroup(member: 9), .shutdown, .adopted, .noPeers,
    .peersFound, .overdue(silence: .seconds(5)), .addressesRefused(error: 13), .addressesTaken,
  ]

  private static let events = LogEvent.samples.flatMap { event -> [EngineMessage] in
    [.event(event), .event(event, router: 5)]
  }

  private static let transitions: [EngineMessage] =
    causes.map {
      .transition(
        router: 4, number: 12,
        Transition(
          from: .backup, to: .master, cause: $0, priority: Priority(rawValue: 150),
          at: MonotonicInstant(nanoseconds: 123)),
        detail: "curl: (7) connection refused")
    }

  private static let messages: [EngineMessage] =
    transitions + events + [
      .detail(router: 3, text: "no interface has 10.90.0.1"),
      .priorityChanged(router: 0, from: .standard, to: Priority(rawValue: 80)),
      .dropped(99),
    ]

  @Test(arguments: messages) func survivesItsEncoding(message: EngineMessage) throws {
    #expect(try message.encoded.withUnsafeBytes { try EngineMessage(decoding: $0) } == message)
  }

  @Test(arguments: messages) func refusesEveryCutShort(message: EngineMessage) {
    let bytes = message.encoded
    for count in 0..<bytes.count {
      #expect(throws: MessageError.truncated) {
        try bytes[..<count].withUnsafeBytes { try EngineMessage(decoding: $0) }
      }
    }
  }

  /// What an engine of an earlier release says, what one of a later one may, and what no engine says: an event without its host, a
  /// truth that is neither, a state that there is not.
  @Test(
    arguments: [
      [3, 1], [6, 0, 0, 0, 0, 13], [6, 0, 0, 0, 0, 250], [7], [6, 0, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 17),
      [6, 0, 0, 0, 0, 7, 0, 0, 2], [6, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 8) + [5, 0, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]]) func refusesWhatMeansNothing(bytes: [UInt8])
  {
    #expect(throws: MessageError.invalid) { try bytes.withUnsafeBytes { try EngineMessage(decoding: $0) } }
  }

  @Test func randomBytesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if !bytes.isEmpty { bytes[0] = UInt8.random(in: 0...6, using: &generator) }
      bytes.withUnsafeBytes {
        _ = try? EngineMessage(decoding: $0)
        _ = try? ProberCommand(decoding: $0)
        _ = try? ProberReport(decoding: $0)
        _ = try? TrackerVerdict(decoding: $0)
      }
    }
  }

  @Test func supervisorMessagesSurviveTheirEncoding() throws {
    for command in [
      ProberCommand.serve(table: 9), .reloadFinished(token: 7, code: 2, message: "martlet.conf:3:1: error"), .shutdown,
      .ping,
      .runStartupScript(table: 2), .starter, .control, .processEvents(mark: .max),
    ] {
      #expect(try command.encoded.withUnsafeBytes { try ProberCommand(decoding: $0) } == command)
    }
    for report in [
      ProberReport.ready, .reloadRequested(token: .max), .reloadRequested(token: 3, allowsEmpty: true), .alive,
      .startupFinished, .takesLonger(seconds: .max),
      .processEvents(wanted: true), .processEvents(wanted: false),
    ] {
      #expect(try report.encoded.withUnsafeBytes { try ProberReport(decoding: $0) } == report)
    }
    for memory in [
      nil, VerdictMemory(result: .up, condition: .held, until: MonotonicInstant(nanoseconds: 5)),
      VerdictMemory(result: .unknown, condition: .stale), VerdictMemory(result: .down, isUntried: true),
    ] {
      for preface in [nil, "no result for 4 s"] {
        let verdict = TrackerVerdict(tracker: 2, TrackerFinding(.down, "exit 1", preface: preface, memory: memory))
        let read = try verdict.encoded.withUnsafeBytes { try TrackerVerdict(decoding: $0) }
        #expect(read == verdict && read.finding.words == "exit 1")
      }
    }
  }

  @Test func cutsTextsThatAreTooLong() throws {
    let verdict = TrackerVerdict(tracker: 0, TrackerFinding(.up, String(repeating: "x", count: 5000)))
    #expect(try verdict.encoded.withUnsafeBytes { try TrackerVerdict(decoding: $0) }.finding.reason.count == 512)
    // What a prober gone mad says of its words has none.
    var bytes = TrackerVerdict(tracker: 0, TrackerFinding(.up, "exit 0")).encoded
    let wordsStart = bytes.count - 13
    bytes.replaceSubrange(wordsStart..<wordsStart + 2, with: [.max, .max])
    #expect(try bytes.withUnsafeBytes { try TrackerVerdict(decoding: $0) }.finding.words.isEmpty)
  }
}

@Suite struct BoardTests {
  private func withBoard(_ body: (Board, UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let size = try Board.size(routers: 2, addresses: 3, trackers: 1, marks: 4, packetBytes: 64)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    try body(Board(creatingIn: memory, routers: 2, addresses: 3, trackers: 1, marks: 4, packetBytes: 64), memory)
  }

  @Test func keepsWhatTheEngineWrites() throws {
    try withBoard { board, memory in
      let description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 4), family: .ipv6, virtualRouterID: 51, name: "VI_1"),
        version: .v3, basePriority: Priority(rawValue: 150), interval: Centiseconds(rawValue: 10), addresses: 1..<3)
      var snapshot = VirtualRouterSnapshot(
        state: .master, activeInterval: Centiseconds(rawValue: 20), effectivePriority: Priority(rawValue: 140))
      snapshot.mainDeadline = MonotonicInstant(nanoseconds: 55)
      snapshot.master = v6
      snapshot.masterPriority = .owner
      snapshot.faults = [.interface, .tracker]
      let transition = Transition(
        from: .backup, to: .master, cause: .preempted(v6, .standard), priority: Priority(rawValue: 140),
        at: MonotonicInstant(nanoseconds: 44))

      let record = try #require(board.router(1))
      record.description = description
      record.snapshot = snapshot
      record.record(transition, number: 3)
      record.sourceAddress = v6
      record[.advertisementsSent] = 1234
      record[drops: 31] = 9
      record[drops: 32] = 1
      record.resignation = ResignationPacket(
        offset: 0, length: 20, destinationCount: 1, timeToLive: 255, isWholePacket: true)
      record.sequenceNumber = .max
      record.marks = 2..<4
      let mark = try #require(board.mark(3))
      mark.mark = (v6, 0)
      mark.mark = (v6, .max)
      board.mark(2)?.mark = (nil, 77)
      let address = try #require(board.address(2))
      address.prefix = IPPrefix(v4, length: 24)
      address.ownership = .uncertain
      address.interface = InterfaceIndex(rawValue: 4)
      let tracker = try #require(board.tracker(0))
      tracker.name = TrackerName(.probe, "chk")
      let remembered = VerdictMemory(
        result: .up, condition: .held, until: MonotonicInstant(nanoseconds: 9), isUntried: true)
      let finding = TrackerFinding(.down, "exit 2", preface: "held", memory: remembered)
      tracker.record(TrackerFinding(.down, "exit 1"), at: MonotonicInstant(nanoseconds: 3))
      tracker.record(finding, at: MonotonicInstant(nanoseconds: 4))

      let other = try Board(opening: memory)
      let read = try #require(other.router(1))
      #expect(read.description == description)
      #expect(read.snapshot == snapshot)
      #expect(read.lastTransition?.number == 3)
      #expect(read.lastTransition?.transition == transition)
      #expect(read.sourceAddress == v6)
      #expect(read[.advertisementsSent] == 1234)
      #expect(read[drops: 31] == 9)
      #expect(read[drops: 32] == 0)
      #expect(read.resignation.length == 20)
      #expect(read.resignation.isWholePacket)
      #expect(read.sequenceNumber == .max)
      #expect(read.marks == 2..<4 && board.router(0)?.marks == 0..<0)
      #expect(other.mark(3)?.mark.sender == v6 && other.mark(3)?.mark.number == .max)
      #expect(other.mark(2)?.mark.sender == nil && other.mark(2)?.mark.number == 77)
      #expect(other.mark(0)?.mark.number == 0 && other.mark(4) == nil)
      #expect(other.address(2)?.prefix == IPPrefix(v4, length: 24))
      #expect(other.address(2)?.ownership == .uncertain && other.address(2)?.isOwned == true)
      #expect(other.address(1)?.ownership == Ownership.none && other.address(1)?.isOwned == false)
      #expect(other.address(1)?.prefix == nil)
      #expect(other.tracker(0)?.name == TrackerName(.probe, "chk"))
      #expect(other.tracker(0)?.finding == finding && other.tracker(0)?.finding.words == "exit 2")
      #expect(other.tracker(0)?.current.since == MonotonicInstant(nanoseconds: 3))
      other.tracker(0)?.record(TrackerFinding(.up, ""), at: MonotonicInstant(nanoseconds: 5))
      #expect(tracker.finding.status == .up && tracker.current.since == MonotonicInstant(nanoseconds: 5))
      #expect(other.packets.count == 64)
      #expect(board.router(0)?.description == nil)
      #expect(board.router(2) == nil && board.router(-1) == nil && board.address(3) == nil && board.tracker(1) == nil)
    }
  }

  @Test func refusesWhatIsNoBoard() throws {
    try withBoard { _, memory in
      for count in 0..<128 {
        let part = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        #expect(throws: BoardError.truncated) { try Board(opening: part) }
      }
      let cut = UnsafeMutableRawBufferPointer(rebasing: memory[..<(memory.count - 1)])
      #expect(throws: BoardError.truncated) { try Board(opening: cut) }
      memory.storeBytes(of: UInt32.max, toByteOffset: 12, as: UInt32.self)
      #expect(throws: BoardError.size) { try Board(opening: memory) }
      memory.storeBytes(of: 0, toByteOffset: 0, as: UInt64.self)
      #expect(throws: BoardError.layout) { try Board(opening: memory) }
    }
  }
}

@Suite struct LogLineTests {
  @Test func writesPrioritiesAndHidesControlCharacters() {
    let line = LogLine(.warning, "check said \"a\nb\u{1B}[31m\"", fields: [("router", "VI_1")])
    #expect(
      line.rendered(.text, for: .journal, role: "prober")
        == "<4>check said \"a\\nb\\u{1B}[31m\"\n")
    #expect(
      line.rendered(.json, for: .journal, role: "prober")
        == "{\"severity\":\"warning\",\"process\":\"prober\",\"message\":\"check said \\\"a\\nb\\u001b[31m\\\"\",\"router\":\"VI_1\"}\n"
    )
  }

  @Test("Who has no clock is told the time, and of what is amiss how grave it is")
  func tellsTheTime() {
    let warning = LogLine(.warning, "it is late")
    #expect(warning.rendered(.text, for: .other, role: "prober", time: "T") == "T warning: it is late\n")
    #expect(LogLine(.notice, "reloaded").rendered(.text, for: .other, role: "prober", time: "T") == "T reloaded\n")
    #expect(
      warning.rendered(.json, for: .other, role: "engine", time: "T")
        == "{\"time\":\"T\",\"severity\":\"warning\",\"process\":\"engine\",\"message\":\"it is late\"}\n")
  }

  @Test func writesTheTimeByItsZone() throws {
    let text = TimeOfDay.now()
    let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d/
    #expect(text.wholeMatch(of: form) != nil, "\(text)")
  }

  @Test func onlyTheJournalsOwnSocketIsTheJournal() throws {
    #expect(LogReader.name(of: -1) == nil)
    let name = try #require(LogReader.name(of: STDERR_FILENO))
    #expect(name.split(separator: ":").count == 2)
  }

  @Test func nestsJSON() {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("a") {
        $0.array {
          $0.element("x"); $0.element { $0.object { $0.member("n", 1) } }
        }
      }
      writer.member("b", nil as String?)
      writer.member("c", true)
    }
    #expect(writer.text == #"{"a":["x",{"n":1}],"b":null,"c":true}"#)
  }
}
