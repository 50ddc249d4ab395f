import ControlModel
import NetworkTypes
import Testing
import VRRPCore

@Suite struct LogSentenceTests {
  private let names = Names(
    routers: [Names.Router(name: "VI_1", interface: "eth0"), Names.Router(name: "VI_2", interface: "eth1")],
    trackers: [Names.Tracker(kind: "script", name: "chk"), Names.Tracker(kind: "interface", name: "eth7")],
    groups: [], dropReasons: [Names.DropReason(name: "checksum", sentence: "the checksum is wrong")])

  private static let host = IPAddress(v4: 0xC000_020B)
  private static let sentences: [(Cause, String, String)] = [
    (.started, "", "started"),
    (.addressOwner, "", "owns the addresses (priority 255)"),
    (
      .masterDown(master: host, lastHeard: MonotonicInstant(nanoseconds: 6_390_000_000)), "",
      "no advert from 192.0.2.11 for 3.61 s (master-down)"
    ),
    (.masterDown(master: host, lastHeard: nil), "", "no advert from 192.0.2.11 (master-down)"),
    (.masterDown(master: nil, lastHeard: nil), "", "no advert from anyone (master-down)"),
    (.masterResigned(host), "", "192.0.2.11 gave up with priority 0"),
    (.higherPriority(host, .owner), "", "192.0.2.11 has priority 255"),
    (.tieLost(host, .standard), "", "192.0.2.11 has priority 100 too and wins the tie"),
    (.preempted(host, Priority(rawValue: 9)), "", "192.0.2.11 has priority 9 only and is preempted"),
    (.trackerDown(TrackerID(rawValue: 0)), "exit 1: refused", "script chk is down: exit 1: refused"),
    (.trackerUp(TrackerID(rawValue: 1)), "", "interface eth7 is no longer down"),
    (.trackerDown(TrackerID(rawValue: -3)), "", "tracker #-3 is down"),
    (.interfaceDown, "", "eth0 is down"), (.interfaceUp, "", "eth0 is up again"),
    (.sourceAddressLost, "", "no address on eth0 to send from"),
    (.sourceAddressFound, "", "an address on eth0 to send from is there again"),
    (
      .overdue(silence: .milliseconds(5020)), "",
      "this host was held up and sent no advert for 5.02 s, so another may be master (timer_expired_backup)"
    ),
    (.noPeers, "", "no unicast peer to send to"),
    (.peersFound, "", "there is a unicast peer to send to again"),
    (.addressesRefused(error: 13), "", "the kernel refuses its addresses: Permission denied"),
    (.addressesTaken, "", "the kernel takes its addresses again"),
    (.syncGroup(member: 1), "", "moves with VI_2 of its sync group"),
    (.syncGroup(member: 99), "", "moves with router #99 of its sync group"), (.shutdown, "", "stopping"),
    (.adopted, "", "taken over from the engine before, unchanged"),
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

  @Test(
    arguments: [
      (0, "removed 192.0.2.11 from eth0: no virtual router has it any more"),
      (1, "removed 192.0.2.11 from eth0: no virtual router that has it is master"),
    ] as [(Int64, String)])
  func saysWhyAnAddressIsRemoved(number: Int64, sentence: String) {
    let event = LogEvent(.addressRemoved, address: Self.host, number: number, text: "eth0")
    #expect(names.line(for: .event(event)).message == sentence)
  }

  @Test(arguments: LogEvent.Kind.allCases) func hasALineForEveryEvent(kind: LogEvent.Kind) {
    for number in [0, 1, -1, .min, .max] as [Int64] {
      let bare = names.line(for: .event(LogEvent(kind, number: number)))
      #expect(bare.fields.first?.value == kind.label)
      let event = LogEvent(kind, router: 0, address: Self.host, number: number, text: "eth0")
      let line = names.line(for: .event(event))
      #expect(line.message.hasPrefix("VI_1: ") && line.message.count > 6)
      #expect(line.fields.contains { $0 == ("router", "VI_1") })
    }
  }

  @Test func namesTheReasonForADrop() {
    let event = LogEvent(.advertisementDropped, router: 0, address: Self.host, number: 0, text: "eth0")
    #expect(
      names.line(for: event).message == "VI_1: dropped an advert from 192.0.2.11 on eth0: the checksum is wrong")
    let refused = LogEvent(.addressRefused, router: 0, address: Self.host, number: 1, text: "eth0")
    #expect(
      names.line(for: refused).message
        == "VI_1: the kernel refused a change of 192.0.2.11 on eth0: Operation not permitted")
  }

  @Test func labelsAreDistinct() {
    #expect(Set(LogEvent.Kind.allCases.map(\.label)).count == LogEvent.Kind.allCases.count)
    #expect(Set(RouterCounter.allCases.map(\.label)).count == RouterCounter.allCases.count)
  }
}

@Suite struct ControlProtocolTests {
  @Test(arguments: [
    ("status text", ControlRequest.statusText), ("status json", .statusJSON), ("reload", .reload),
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
    }
    defer { memory.deallocate() }
    let names = Names(
      routers: [Names.Router(name: "VI_1", interface: "eth0")],
      trackers: [Names.Tracker(kind: "script", name: "chk")], groups: [Names.Group(name: "G", members: [0, 7])])
    let status = Status(reading: try Board(opening: memory), names: names, at: now)
    #expect(status.health == .running)
    #expect(status.routers.first?.addresses.map(\.isOwned) == [true, false])
    let lines = status.text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "engine 42 running, up 2 h 1 min")
    #expect(lines[1].hasPrefix("ROUTER        VRID  STATE   PRIO"))
    #expect(lines[2].hasPrefix("VI_1 on eth0  51    MASTER  90 (of 100)  this host  192.0.2.99/24 +1 (1 held)"))
    #expect(lines[2].hasSuffix("42 s"))
    #expect(lines.contains("VI_1: BACKUP → MASTER 42 s ago: started"))
    #expect(lines.contains { $0.hasPrefix("G      MASTER  VI_1") })
    #expect(status.json.contains("\"addresses\":[{\"address\":\"192.0.2.99/24\",\"owned\":true,\"refused\":null}"))
    #expect(
      status.json.contains("\"master\":{\"self\":true,\"address\":\"192.0.2.1\",\"priority\":90,\"heard_ago\":null}"))
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
      #expect(!status.text.isEmpty && status.json.hasSuffix("}\n"))
    }
  }
}
