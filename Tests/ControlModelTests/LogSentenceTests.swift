import ControlModel
import Foundation
import NetworkTypes
import PrintableText
import Testing
import VRRPCore

@Suite struct LogSentenceTests {
  private let names = Names(
    routers: [Names.Router(name: "VI_1", interface: "eth0"), Names.Router(name: "VI_2", interface: "eth1")],
    trackers: [TrackerName(.script, "chk"), TrackerName(.interface, "eth7")],
    groups: [], dropReasons: [Names.DropReason(name: "checksum", sentence: "the checksum is wrong")])

  private static let host = IPAddress(v4: 0xC000_020B)
  private static let sentences: [(Cause, String, String)] = [
    (.started, "", "started"),
    (.addressOwner, "", "this host owns the addresses (priority 255)"),
    (
      .masterDown(master: host, lastHeard: MonotonicInstant(nanoseconds: 6_390_000_000)), "",
      "no advert from 192.0.2.11 for 3.61 s (master-down)"
    ),
    (.masterDown(master: host, lastHeard: nil), "", "no advert from 192.0.2.11 (master-down)"),
    (.masterDown(master: nil, lastHeard: nil), "", "no advert from any host (master-down)"),
    (.masterResigned(host), "", "192.0.2.11 resigned as master (priority 0)"),
    (.higherPriority(host, .owner), "", "192.0.2.11 is master with the higher priority 255"),
    (.tieLost(host, .standard), "", "192.0.2.11 has the same priority 100 and the higher address"),
    (.preempted(host, Priority(rawValue: 9)), "", "192.0.2.11, which was master, has only priority 9"),
    (.trackerDown(TrackerID(rawValue: 0)), "exit 1: refused", "script chk is down: exit 1: refused"),
    (.trackerUp(TrackerID(rawValue: 1)), "", "interface eth7 is no longer down"),
    (.trackerUp(TrackerID(rawValue: 0)), "1209", "script chk is no longer down; it says: 1209"),
    (.trackerDown(TrackerID(rawValue: 3)), "", "tracker #3 is down"),
    (.trackerDown(TrackerID(rawValue: -1)), "", "a tracker that is no longer configured is down"),
    (.syncGroup(member: -1), "", "follows a router that is no longer configured of its sync group"),
    (.interfaceDown, "", "eth0 is down"), (.interfaceUp, "", "eth0 is up again"),
    (.sourceAddressLost, "", "eth0 has no address to send adverts from"),
    (.interfaceDown, "cannot use the interface vrrp.51", "cannot use the interface vrrp.51"),
    (.sourceAddressLost, "no interface has 192.0.2.1", "no interface has 192.0.2.1"),
    (.sourceAddressFound, "", "eth0 has an address to send adverts from again"),
    (
      .overdue(silence: .milliseconds(5020)), "",
      "this host was held up and sent no advert for 5.02 s, so another may be master (timer_expired_backup)"
    ),
    (.noPeers, "", "there is no unicast peer to send adverts to"),
    (.peersFound, "", "there is a unicast peer to send adverts to again"),
    (.addressesRefused(error: 13), "", "the kernel refuses its addresses: Permission denied"),
    (.addressesTaken, "", "the kernel accepts its addresses again"),
    (.syncGroup(member: 1), "", "follows VI_2 of its sync group"),
    (.syncGroup(member: 99), "", "follows router #99 of its sync group"), (.shutdown, "", "martlet stops"),
    (.adopted, "", "a new engine took over; the state is the same"),
  ]

  @Test(arguments: sentences) func tellsWhyARouterMoved(cause: Cause, detail: String, sentence: String) {
    let transition = Transition(
      from: .backup, to: .master, cause: cause, priority: Priority(rawValue: 150),
      at: MonotonicInstant(nanoseconds: 10_000_000_000))
    let line = names.line(for: .transition(router: 0, number: 4, transition, detail: detail))
    #expect(line.severity == .notice)
    #expect(line.message == "VI_1: BACKUP → MASTER, \(sentence), priority 150")
    #expect(line.fields.contains { $0 == ("cause", cause.label) })
    #expect(line.fields.contains { $0 == ("number", "4") })
    #expect(detail.isEmpty || line.fields.contains { $0 == ("detail", detail) })
  }

  private static let eventLines: [(LogEvent, Severity, String)] = [
    (.engineRunning(routers: 1, isAdopted: false), .notice, "the engine runs 1 virtual router"),
    (
      .engineRunning(routers: 2, isAdopted: true), .notice,
      "a new engine runs 2 virtual routers and goes on in their states"
    ),
    (
      .advertisementDropped(reason: 0, from: host, on: "eth0"), .warning,
      "refused an advert from 192.0.2.11 on eth0: the checksum is wrong"
    ),
    (
      .advertisementDropped(reason: 200, from: host, on: "eth0"), .warning,
      "refused an advert from 192.0.2.11 on eth0: reason 200"
    ),
    (
      .otherMaster(host, .standard, .yields), .notice,
      "192.0.2.11 is master now, with priority 100; this host yields to it"
    ),
    (
      .otherMaster(host, .standard, .stays), .warning,
      "192.0.2.11 is master too, with priority 100; this host stays master"
    ),
    (
      .otherMaster(host, .standard, .replaces), .info,
      "192.0.2.11 was master until now, with priority 100; it must yield to this host"
    ),
    (
      .addressRefused(host, on: "eth0", errno: 1), .error,
      "the kernel refused to add or remove 192.0.2.11 on eth0: Operation not permitted"
    ),
    (
      .addressRemoved(host, from: "eth0", .notConfigured), .notice,
      "removed 192.0.2.11 from eth0: it is no longer configured"
    ),
    (
      .addressRemoved(host, from: "eth0", .notMaster), .notice,
      "removed 192.0.2.11 from eth0: its virtual router is not master"
    ),
    (.interfaceChanged("eth0", isUp: false), .warning, "eth0 went down"),
    (.interfaceChanged("eth0", isUp: true), .notice, "eth0 went up"),
    (.trackerChanged(tracker: 1, .down), .warning, "tracker eth7 is down"),
    (.trackerChanged(tracker: 9, .up), .notice, "tracker #9 is up"),
    (
      .sendFailed(on: "eth0", errno: 1), .error,
      "cannot send adverts on eth0: Operation not permitted; this is logged once until it works again"
    ),
    (
      .sessionSendFailed(session: "far", errno: 1), .error,
      "cannot send packets of BFD session far: Operation not permitted; this is logged once until it works again"
    ),
    (
      .sessionChanged(session: "far", neighbor: host, from: .up, to: .down, reason: "neighbor signaled session down"),
      .warning, "BFD session far with 192.0.2.11: Up → Down, neighbor signaled session down"
    ),
    (
      .sessionChanged(session: "far", neighbor: host, from: .initialize, to: .up, reason: ""), .notice,
      "BFD session far with 192.0.2.11: Init → Up"
    ),
    (
      .clockSkew(of: host, seconds: -4, allowed: 5), .warning,
      "the clock of 192.0.2.11 is 4 s behind this host's; beyond 5 s its adverts will be refused"
    ),
    (
      .entryRefused("10.0.0.0/8", reason: "no such device"), .error,
      "the kernel refused to add or remove 10.0.0.0/8: no such device; martlet tries again each second"
    ),
  ]

  @Test(arguments: eventLines) func putsAnEventIntoWords(event: LogEvent, severity: Severity, sentence: String) {
    let line = names.line(for: .event(event))
    #expect(line.severity == severity && line.message == sentence)
    #expect(names.line(for: .event(event, router: 0)).message == "VI_1: " + sentence)
  }

  @Test(arguments: LogEvent.samples) func hasALineForEveryEvent(event: LogEvent) {
    let bare = names.line(for: event)
    #expect(bare.fields.first?.value == event.label && !bare.message.isEmpty)
    let line = names.line(for: event, router: 0)
    #expect(line.fields.contains { $0 == ("router", "VI_1") })
  }

  /// The compiler asks for the words and the bytes of a new kind, but neither for its reader nor for a sample, which the tests here and
  /// those of messages go by.
  @Test func everyKindHasASample() throws {
    let top = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let source = try String(contentsOfFile: top + "/Sources/ControlModel/LogEvent.swift", encoding: .utf8)
    let declaration = try #require(source.components(separatedBy: "enum LogEvent").last)
    let kinds = declaration.split(separator: "\n").filter { $0.hasPrefix("  case ") }.map { line in
      line.dropFirst("  case ".count).prefix(while: \.isLetter)
    }
    let samples = LogEvent.samples.map { "\($0)".prefix(while: \.isLetter) }
    #expect(Set(kinds).symmetricDifference(samples) == [])
  }

  @Test func labelsAreDistinct() {
    // Two kinds tell of what could not be sent.
    #expect(Set(LogEvent.samples.map(\.label)).count == LogEvent.samples.count - 1)
    #expect(Set(RouterCounter.allCases.map(\.label)).count == RouterCounter.allCases.count)
  }
}

@Suite struct ControlProtocolTests {
  @Test(arguments: [
    ("status text", ControlRequest.statusText), ("status json", .statusJSON), ("reload", .reload),
    ("status wide  strict", .statusWideStrict), ("reload allow-empty", .reloadAllowingEmpty), ("reload empty", nil),
    ("  status\tjson \r", .statusJSON), ("", nil), ("status", nil), ("Reload", nil), ("status text json", nil),
  ]) func readsRequests(line: String, request: ControlRequest?) {
    #expect(ControlRequest(line: line) == request)
  }

  @Test(arguments: [
    (ControlReply.ok, "ok\n"), (.error(code: 2, message: "no"), "error 2 no\n"),
    (.error(code: -1, message: "two\nlines"), "error -1 two lines\n"),
  ]) func writesReplies(reply: ControlReply, line: String) {
    #expect(reply.line == line)
    let read = ControlReply(line: String(line.dropLast()))
    #expect(read == (line.contains("two") ? .error(code: -1, message: "two lines") : reply))
  }

  @Test(arguments: ["", "okay", "ok then", "error", "error x y", "error 99999999999 z"])
  func refusesOtherReplies(line: String) { #expect(ControlReply(line: line) == nil) }
}

@Suite struct StatusTests {
  private func board(_ body: (Board) -> Void) throws -> UnsafeMutableRawBufferPointer {
    let size = try Board.size(routers: 1, addresses: 2, trackers: 1, packetBytes: 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    body(try Board(creatingIn: memory, routers: 1, addresses: 2, trackers: 1, packetBytes: 0))
    return memory
  }

  private let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

  @Test func showsAMasterWithItsAddresses() throws {
    let prefix = try #require(IPPrefix(IPAddress(v4: 0xC000_0263), length: 24))
    let memory = try board { board in
      board.enginePID = 42
      board.isRunning = true
      board.startedAt = now - .seconds(7300)
      board.heartbeat = now
      board.router(0)?.description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 2), family: .ipv4, virtualRouterID: 51, name: "VI_1"),
        version: .v3, basePriority: .standard, interval: Centiseconds(rawValue: 100), addresses: 0..<2)
      board.router(0)?.snapshot = VirtualRouterSnapshot(
        state: .master, activeInterval: Centiseconds(rawValue: 100), effectivePriority: Priority(rawValue: 90))
      board.router(0)?.record(
        Transition(from: .backup, to: .master, cause: .started, priority: .standard, at: now - .seconds(42)), number: 2)
      board.router(0)?.sourceAddress = IPAddress(v4: 0xC000_0201)
      board.address(0)?.prefix = prefix
      board.address(0)?.isOwned = true
      board.address(1)?.prefix = prefix
      // Perhaps in the kernel, and so not held.
      board.address(1)?.ownership = .uncertain
    }
    defer { memory.deallocate() }
    let names = Names(
      routers: [Names.Router(name: "VI_1", interface: "eth0")],
      trackers: [TrackerName(.script, "chk")], groups: [Names.Group(name: "G", members: [0, 7])])
    let status = Status(reading: try Board(opening: memory), names: names, at: now)
    #expect(status.health == .running)
    #expect(status.routers.first?.addresses.map(\.isOwned) == [true, false])
    let lines = status.text().split(separator: "\n").map(String.init)
    #expect(lines[0] == "engine (process 42): running, up 2 h 1 min")
    #expect(lines[1] == "WARNING")
    #expect(lines[2] == "  VI_1: MASTER, but this host holds only 1 of its 2 addresses; the log says why")
    #expect(lines[3].hasPrefix("ROUTER        VRID  STATE   PRIORITY              MASTER     HELD    ADDRESSES"))
    #expect(
      lines[4].hasPrefix(
        "VI_1 on eth0  51    MASTER  90 (configured: 100)  this host  1 of 2  192.0.2.99/24 and 1 more"))
    #expect(lines[4].hasSuffix("42 s"))
    #expect(status.text(isWide: true).contains("1 of 2  192.0.2.99/24, 192.0.2.99/24 (not held)  42 s"))
    #expect(lines.contains("VI_1: BACKUP → MASTER 42 s ago: started"))
    #expect(lines.contains { $0.hasPrefix("G      MASTER  VI_1") })
    #expect(status.json.contains("\"addresses\":[{\"address\":\"192.0.2.99/24\",\"owned\":true,\"refused\":null}"))
    #expect(
      status.json.contains("\"master\":{\"self\":true,\"address\":\"192.0.2.1\",\"priority\":90,\"heard_ago\":null}"))
  }

  /// What another host did, when, and what is said of it: at a priority of 100, an interval of 1 s and as MASTER for 60 s, unless the case
  /// says something else.
  struct WarningCase: Sendable {
    var kind: RouterSighting
    var ago: Nanoseconds
    var state = RouterState.master
    var masterFor = Nanoseconds.seconds(60)
    var said: String?
  }

  private static let warnings = [
    WarningCase(
      kind: .refusedAdvert, ago: .milliseconds(400),
      said: "adverts of 192.0.2.2 are refused, the last one 0.400 s ago: the password differs; both hosts may be MASTER"
    ),
    WarningCase(
      kind: .refusedAdvert, ago: .seconds(9), state: .backup,
      said: "adverts of 192.0.2.2 are refused, the last one 9.00 s ago: the password differs"),
    WarningCase(kind: .refusedAdvert, ago: .seconds(11)),
    WarningCase(
      kind: .otherMaster, ago: .milliseconds(500), said: "192.0.2.2 is MASTER too, with priority 0; heard 0.500 s ago"),
    WarningCase(kind: .otherMaster, ago: .seconds(4)),
    // It has given way since.
    WarningCase(kind: .otherMaster, ago: .milliseconds(500), state: .backup),
    // The former master's last advert at a hand-back, and one that it should not send any more.
    WarningCase(kind: .otherMaster, ago: .milliseconds(500), masterFor: .seconds(1)),
    WarningCase(
      kind: .otherMaster, ago: .milliseconds(500), masterFor: .seconds(2),
      said: "192.0.2.2 is MASTER too, with priority 0; heard 0.500 s ago"),
    WarningCase(
      kind: .otherAddresses, ago: .seconds(1), state: .backup,
      said: "192.0.2.2 advertises other addresses for this VRID than are configured here, the last time 1.00 s ago: "
        + "another service may use the same VRID"),
  ]

  @Test("What another host does is said at once, and no longer when it is over", arguments: warnings)
  func warnsOfOthers(one: WarningCase) throws {
    let memory = try board { board in
      board.isRunning = true
      board.heartbeat = now
      board.router(0)?.description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 2), family: .ipv4, virtualRouterID: 51, name: "VI_1"),
        version: .v3, basePriority: .standard, interval: Centiseconds(rawValue: 100), addresses: 0..<0)
      board.router(0)?.snapshot = VirtualRouterSnapshot(
        state: one.state, activeInterval: Centiseconds(rawValue: 100), effectivePriority: .standard)
      board.router(0)?.record(
        Transition(from: .backup, to: one.state, cause: .started, priority: .standard, at: now - one.masterFor),
        number: 1)
      board.router(0)?[sighting: one.kind] = (IPAddress(v4: 0xC000_0202), now - one.ago, 0)
    }
    defer { memory.deallocate() }
    let names = Names(
      routers: [Names.Router(name: "VI_1", interface: "eth0")],
      dropReasons: [Names.DropReason(name: "password", sentence: "the password differs")])
    let status = Status(reading: try Board(opening: memory), names: names, at: now)
    #expect(status.warnings.map(\.sentence) == [one.said].compactMap(\.self))
    #expect(status.text().contains("WARNING") == (one.said != nil))
    #expect(status.json.contains("\"warnings\":[]") == (one.said == nil))
  }

  @Test("A check that says nothing is a warning, with why; one that is not yet known is none")
  func showsWhatIsUntracked() throws {
    let memory = try board { board in
      board.isRunning = true
      board.heartbeat = now
      board.tracker(0)?.record(TrackerFinding(.untracked, "cannot run: there is no user haproxy"), at: now)
    }
    defer { memory.deallocate() }
    let names = Names(
      routers: [Names.Router(name: "VI_1", interface: "eth0")], trackers: [TrackerName(.script, "chk")])
    let status = Status(reading: try Board(opening: memory), names: names, at: now)
    #expect(status.warnings.map(\.kind) == ["untracked"])
    #expect(
      status.warnings.first?.sentence
        == "script chk is untracked, so nobody notices a failure: cannot run: there is no user haproxy")
    try Board(opening: memory).tracker(0)?.record(TrackerFinding(.unknown, ""), at: now)
    #expect(Status(reading: try Board(opening: memory), names: names, at: now).warnings.isEmpty)
  }

  @Test("Whatever a name or an answer holds, no line of the status has anything that a terminal acts on")
  func namesArePrintable() throws {
    let hostile = "x\u{1B}[2J\u{9D}0;y\u{7}\u{202E}\nz"
    let memory = try board { board in
      board.isRunning = true
      board.heartbeat = now
      board.router(0)?.record(
        Transition(from: .backup, to: .fault, cause: .syncGroup(member: 0), priority: .standard, at: now), number: 1)
      var snapshot = VirtualRouterSnapshot(
        state: .fault, activeInterval: Centiseconds(rawValue: 100), effectivePriority: .standard)
      snapshot.faults = [.interface, .tracker, .addresses]
      board.router(0)?.snapshot = snapshot
      board.tracker(0)?.record(TrackerFinding(.down, hostile), at: now)
    }
    defer { memory.deallocate() }
    let names = Names(
      routers: [
        .init(name: hostile, interface: hostile, trackers: [TrackerBinding(tracker: TrackerID(rawValue: 0))])
      ], trackers: [TrackerName(.script, hostile)], groups: [.init(name: hostile, members: [0])])
    let status = Status(
      reading: try Board(opening: memory), names: names, details: [0: hostile],
      failedNotifications: [
        Status.FailedNotification(subject: hostile, state: "MASTER", command: hostile, outcome: hostile, at: now)
      ], at: now)
    let text = status.text(isWide: true)
    #expect(text.contains("BACKUP → FAULT") && text.contains("now in FAULT because"))
    #expect(text.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" }.map(\.value) == [])
    #expect(text.split(separator: "\n").allSatisfy { !$0.hasPrefix("z") })
  }

  @Test("A service without a router, a router in FAULT and a failed notification are shown")
  func showsWhatElseIsWrong() throws {
    let memory = try board { board in
      board.isRunning = true
      board.heartbeat = now
      board.router(0)?.snapshot = VirtualRouterSnapshot(
        state: .fault, activeInterval: Centiseconds(rawValue: 100), effectivePriority: .standard)
    }
    defer { memory.deallocate() }
    let failure = Status.FailedNotification(
      subject: "VI_1", state: "MASTER", command: "/etc/notify.sh", outcome: "exit 3: no route", at: now - .seconds(180))
    let names = Names(
      routers: [Names.Router(name: "VI_1", interface: "eth0")], trackers: [TrackerName(.script, "chk")])
    let status = Status(
      reading: try Board(opening: memory), names: names,
      answers: [TrackerName(.script, "chk"): .init(words: "exit 1", at: now - .seconds(5))],
      failedNotifications: [failure], at: now)
    #expect(status.warnings.map(\.kind) == ["fault", "notification-failed"])
    let lines = status.text().split(separator: "\n").map(String.init)
    #expect(
      lines.suffix(2) == [
        "FAILED NOTIFICATION  STATE   WHEN       COMMAND         OUTCOME",
        "VI_1                 MASTER  3 min ago  /etc/notify.sh  exit 3: no route",
      ])
    #expect(lines.contains { $0.hasPrefix("script chk") && $0.contains("5.00 s ago") })
    #expect(status.json.contains("\"command\":\"/etc/notify.sh\",\"outcome\":\"exit 3: no route\",\"ago\":180"))
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let empty = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { empty.deallocate() }
    empty.initializeMemory(as: UInt8.self, repeating: 0)
    let board = try Board(creatingIn: empty, routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    board.isRunning = true
    board.heartbeat = now
    #expect(Status(reading: board, names: Names(), at: now).warnings.map(\.kind) == ["no-router"])
  }

  @Test func saysWhenTheEngineIsSilentOrGone() throws {
    let memory = try board { board in
      board.isRunning = true
      board.heartbeat = now - .seconds(4)
    }
    defer { memory.deallocate() }
    let board = try Board(opening: memory)
    #expect(Status(reading: board, names: Names(), at: now).health == .silent)
    #expect(Status(reading: board, names: Names(), at: now - .seconds(2)).health == .running)
    #expect(Status(reading: board, names: Names(), engineIsGone: true, at: now).health == .gone)
    board.isRunning = false
    #expect(Status(reading: board, names: Names(), at: now).health == .starting)
  }

  @Test func readsAnyMemoryWithoutTrapping() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let memory = try board { _ in }
      defer { memory.deallocate() }
      for offset in 128..<memory.count { memory[offset] = .random(in: 0...255, using: &generator) }
      for field in 28..<76 { memory[field] = .random(in: 0...255, using: &generator) }
      let status = Status(
        reading: try Board(opening: memory), names: Names(dropReasons: [.init(name: "a", sentence: "b")]), at: now)
      #expect(!status.text(isWide: true).isEmpty && status.json.hasSuffix("}\n"))
    }
  }
}

extension LogEvent {
  /// One event of each kind.
  static let samples: [LogEvent] = {
    let (v4, v6) = (IPAddress(v4: 0xC000_0201), IPAddress(v6High: 0xFE80_0000_0000_0000, low: 1))
    return [
      .engineRunning(routers: 4000, isAdopted: true), .advertisementDropped(reason: 24, from: v4, on: "eth0"),
      .addressListDiffers(of: v6), .otherMaster(v4, .owner, .replaces), .addressPutBack(v6, on: "eth0"),
      .addressRefused(v4, on: "eth0", errno: 13), .interfaceChanged("eth0", isUp: false), .netlinkOverrun,
      .sendFailed(on: "eth0", errno: 100), .sessionSendFailed(session: "far", errno: 101),
      .trackerChanged(tracker: 7, .level(-3)), .degraded("no memory lock"),
      .addressRemoved(v4, from: "eth0", .notMaster), .duplicateAddress(v6), .entryPutBack("10.0.0.0/8 dev eth1"),
      .entryRefused("from 10.0.0.0/8 table 7", reason: "File exists"), .startDelayed(.seconds(5)),
      .linkRestored("vrrp.51"),
      .sessionChanged(session: "far", neighbor: v6, from: .up, to: .down, reason: "path down"),
      .sessionPacketDiscarded(.authentication, from: v4, session: "far"),
      .clockSkew(of: v6, seconds: -3, allowed: 5), .unsignedAdvertisement(from: v4),
    ]
  }()
}
