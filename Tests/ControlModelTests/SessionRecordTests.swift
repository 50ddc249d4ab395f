import ControlModel
import NetworkTypes
import Testing
import VRRPCore

@Suite struct SessionRecordTests {
  private let now = MonotonicInstant(nanoseconds: 60_000_000_000)

  private func withBoard(_ body: (Board, UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, entries: 1, sessions: 2, packetBytes: 8)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    try body(
      Board(
        creatingIn: memory, routers: 0, addresses: 0, trackers: 0, entries: 1, sessions: 2, packetBytes: 8), memory)
  }

  private var snapshot: BFDSnapshot {
    var snapshot = BFDSnapshot()
    snapshot.localDiscriminator = .max
    snapshot.remoteDiscriminator = 2
    snapshot.state = .up
    snapshot.remoteState = .initialize
    snapshot.diagnostic = .detectionTimeExpired
    snapshot.remoteDiagnostic = .administrativelyDown
    snapshot.desiredMinTx = 10_000
    snapshot.operativeMinTx = 10_001
    snapshot.operativeMinRx = 10_002
    snapshot.remoteMinRx = 10_500
    snapshot.remoteDesiredMinTx = 10_004
    snapshot.remoteMultiplier = 5
    snapshot.remoteDemand = true
    snapshot.isPolling = true
    snapshot.lastReceived = now
    return snapshot
  }

  private func fill(_ record: SessionRecord) {
    record.name = "wan"
    record.neighbor = IPAddress("2001:db8::2")
    record.source = IPAddress("192.0.2.1")
    record.fingerprint = .max
    record.sourcePort = 65_535
    record.hopLimit = 64
    record.isMultihop = true
    record.changedAt = now - .seconds(5)
    record.snapshot = snapshot
    for counter in SessionCounter.allCases { record[counter] = UInt64(counter.rawValue) + 100 }
    for reason in BFDDiscard.allCases { record[reason] = UInt32(reason.rawValue) + 200 }
  }

  @Test func everyFieldStandsInAPlaceOfItsOwn() throws {
    try withBoard { board, memory in
      board.entry(0)?.removal = [1, 2, 3]
      board.packets[0] = 9
      fill(try #require(board.session(1)))
      let read = try Board(opening: memory)
      let record = try #require(read.session(1))
      #expect(record.name == "wan" && record.neighbor == IPAddress("2001:db8::2") && record.isMultihop)
      #expect(record.source == IPAddress("192.0.2.1") && record.hopLimit == 64)
      #expect(record.fingerprint == .max && record.sourcePort == 65_535 && record.changedAt == now - .seconds(5))
      #expect(record.snapshot == snapshot)
      #expect(SessionCounter.allCases.allSatisfy { record[$0] == UInt64($0.rawValue) + 100 })
      #expect(BFDDiscard.allCases.allSatisfy { record[$0] == UInt32($0.rawValue) + 200 })
      #expect(read.sessionCount == 2 && read.session(2) == nil && read.session(0)?.neighbor == nil)
      #expect(read.entry(0)?.removal == [1, 2, 3] && read.packets[0] == 9 && read.packets.count == 8)
    }
  }

  @Test func theStatusShowsIt() throws {
    try withBoard { board, _ in
      fill(try #require(board.session(1)))
      let status = Status(reading: board, names: Names(), at: now)
      #expect(status.sessions.count == 2)
      let text = status.text()
      let row = text.split(separator: "\n").first { $0.hasPrefix("wan ") }?.split(separator: " ").joined(separator: " ")
      #expect(
        row == "wan 2001:db8::2 (multihop) Up 10.5 ms 50 ms 5.00 s control detection time expired", "\(text)")
      let json = status.json
      #expect(json.contains(#""name":"wan","neighbor":"2001:db8::2","multihop":true,"state":"Up""#), "\(json)")
      #expect(json.contains(#""transmit_interval":0.0105,"#) && json.contains(#""changed_ago":5.0"#), "\(json)")
      #expect(json.contains(#""discards":{"hop_limit":200,"#), "\(json)")
    }
  }
}
