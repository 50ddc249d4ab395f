import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Engine

@Suite struct ArrivalTests {
  private let turn = MonotonicInstant(nanoseconds: 1_000_000_000)

  /// Nanoseconds after the last turn: the kernel's stamp, the reading, and what counts.
  static let cases: [(stamp: Int64?, reading: Int64, counts: Int64)] = [
    (9_900_000, 10_000_000, 9_900_000),
    (10_000_000, 10_000_000, 10_000_000),
    // Nobody says; a clock that was set back, and one that was set forward.
    (nil, 10_000_000, 10_000_000), (3_600_000_000_000, 10_000_000, 10_000_000),
    (-3_600_000_000_000, 10_000_000, 8_000_000),
    // Not before what the last turn acted on.
    (-100_000, 500_000, 0), (-3_600_000_000_000, 500_000, 0),
  ]

  @Test(
    "An advert counts as heard when the kernel received it, and at most so long before it was read", arguments: cases)
  func arrival(stamp: Int64?, reading: Int64, counts: Int64) {
    let arrival = Engine.arrival(
      stamp.map { turn + Nanoseconds(rawValue: $0) }, readAt: turn + Nanoseconds(rawValue: reading), after: turn)
    #expect(arrival == turn + Nanoseconds(rawValue: counts))
  }
}

@Suite struct OutboxTests {
  private func received(_ channel: Channel) throws -> [EngineMessage] {
    var messages: [EngineMessage] = []
    while case .message(let bytes, _) = try channel.receive() { messages.append(try EngineMessage(decoding: bytes)) }
    return messages
  }

  private func message(_ number: Int) -> EngineMessage {
    .priorityChanged(router: number, from: Priority(rawValue: 1), to: Priority(rawValue: 2))
  }

  @Test("Nothing leaves before the end of the turn, and then all in its order")
  func order() throws {
    let (own, theirs) = try Channel.pair()
    let outbox = Outbox(own)
    for number in 0..<3 { outbox.send(message(number)) }
    #expect(try received(theirs) == [] && outbox.hasWaiting)
    outbox.flush()
    #expect(try received(theirs) == (0..<3).map(message) && !outbox.hasWaiting)
  }

  @Test("What finds no room is counted, and that is said when there is room again")
  func loss() throws {
    let (own, theirs) = try Channel.pair()
    try own.setSendBuffer(4096)
    let outbox = Outbox(own)
    for number in 0..<20_000 { outbox.send(message(number)) }
    outbox.flush()
    #expect(outbox.hasWaiting && outbox.totalDropped > 0)
    var messages: [EngineMessage] = []
    for _ in 0..<20_000 where outbox.hasWaiting {
      messages += try received(theirs)
      outbox.flush()
    }
    messages += try received(theirs)
    #expect(messages.last == .dropped(UInt32(outbox.totalDropped)))
    #expect(messages.dropLast() == ArraySlice((0..<20_000 - Int(outbox.totalDropped)).map(message)))
  }

  @Test("What waits when the prober is gone is for the next one")
  func replacement() throws {
    let (own, theirs) = try Channel.pair()
    let outbox = Outbox(nil)
    outbox.send(message(7))
    outbox.flush()
    #expect(outbox.hasWaiting)
    outbox.replace(own)
    #expect(try received(theirs) == [message(7)] && !outbox.hasWaiting)
  }
}
