import LabKit
import NetworkTypes

/// A master's advert as captured, made worse in one way and better in its claims.
///
/// Each forgery states priority 254, so that one which is taken for good shows at once.
struct Forgery {
  /// What is wrong with it.
  enum Flaw: String, CaseIterable, Sendable {
    case timeToLive = "time_to_live"
    case checksum
    case version
    case type
    case truncated
    case length
    case unknownVirtualRouter = "unknown_virtual_router"
    case authenticationFailure = "authentication_failure"
    case interval
    case noise

    /// The name it is counted by; noise may be counted by any.
    var counter: String? { self == .noise ? nil : rawValue }

    /// Whether version 3 knows it: passwords, and intervals that must agree, are version 2's.
    var isOfVersion3: Bool { self != .authenticationFailure && self != .interval }
  }

  /// An IPv4 frame with an advert: 14 bytes of Ethernet, 20 of IP, then the message.
  let model: [UInt8]
  private static let message = 34

  /// The forgery of one kind.
  func frame(_ flaw: Flaw) -> [UInt8] {
    var frame = model
    let message = Self.message
    frame[message + 2] = 254
    switch flaw {
    case .timeToLive: frame[22] = 254
    case .checksum, .noise: break
    case .version: frame[message] = 0x40 | frame[message] & 0x0F
    case .type: frame[message] = frame[message] & 0xF0 | 2
    case .truncated: frame = Array(frame[..<(message + 10)])
    case .length: frame += [0, 0, 0, 0]
    case .unknownVirtualRouter: frame[message + 1] = 99
    case .authenticationFailure: frame[frame.count - 1] ^= 0x55
    case .interval: frame[message + 5] = 77
    }
    if flaw == .noise {
      let count = Int.random(in: 0...64)
      frame = Array(frame[..<message]) + (0..<count).map { _ in UInt8.random(in: 0...255) }
    }
    let total = UInt16(frame.count - 14)
    frame[16] = UInt8(total >> 8)
    frame[17] = UInt8(total & 0xFF)
    Self.putChecksum(into: &frame, at: 24, over: 14..<34, pseudoHeader: [])
    guard flaw != .noise else { return frame }
    // Version 3 sums over a pseudo-header as well, version 2 over the message alone.
    let pseudoHeader = model[message] >> 4 == 3 ? frame[26..<34] + [0, 112, 0, UInt8(frame.count - message)] : []
    Self.putChecksum(into: &frame, at: message + 6, over: message..<frame.count, pseudoHeader: Array(pseudoHeader))
    if flaw == .checksum { frame[message + 6] ^= 0xA5 }
    return frame
  }

  private static func putChecksum(
    into frame: inout [UInt8], at position: Int, over range: Range<Int>, pseudoHeader: [UInt8]
  ) {
    frame[position] = 0
    frame[position + 1] = 0
    var bytes = pseudoHeader + frame[range]
    if bytes.count % 2 == 1 { bytes.append(0) }
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
    }
    while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
    frame[position] = ~UInt8(truncatingIfNeeded: sum >> 8)
    frame[position + 1] = ~UInt8(truncatingIfNeeded: sum)
  }
}
