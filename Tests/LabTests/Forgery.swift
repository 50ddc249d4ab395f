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

  /// A frame with an advert: 14 bytes of Ethernet, an IP header without options, then the message.
  let model: [UInt8]
  /// How many senders the forgeries claim to come from.
  static let senders = 5_000

  private var isIPv4: Bool { model[12] == 0x08 && model[13] == 0x00 }
  private var message: Int { isIPv4 ? 34 : 54 }
  /// Where source and destination stand.
  private var addresses: Range<Int> { isIPv4 ? 26..<34 : 22..<54 }

  /// The forgery of one kind.
  /// - Parameter sender: which of the ``senders`` it claims to come from; `nil` for the master.
  func frame(_ flaw: Flaw, from sender: Int? = nil) -> [UInt8] {
    var frame = model
    let message = message
    frame[message + 2] = 254
    switch flaw {
    case .timeToLive: frame[isIPv4 ? 22 : 21] = 254
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
    if let sender { put(sender, into: &frame) }
    putLengths(into: &frame)
    guard flaw != .noise else { return frame }
    // Version 3 sums over a pseudo-header as well, version 2 over the message alone.
    let length = UInt8(frame.count - message)
    let upperLayer: [UInt8] = isIPv4 ? [0, 112, 0, length] : [0, 0, 0, length, 0, 0, 0, 112]
    let pseudoHeader = model[message] >> 4 == 3 ? frame[addresses] + upperLayer : []
    Self.putChecksum(into: &frame, at: message + 6, over: message..<frame.count, pseudoHeader: Array(pseudoHeader))
    if flaw == .checksum { frame[message + 6] ^= 0xA5 }
    return frame
  }

  /// In the hosts' own network, where none of them is.
  private func put(_ sender: Int, into frame: inout [UInt8]) {
    let number = 0x8000 + sender
    let end = isIPv4 ? 30 : 38
    frame[end - 2] = UInt8(number >> 8 & 0xFF)
    frame[end - 1] = UInt8(number & 0xFF)
  }

  private func putLengths(into frame: inout [UInt8]) {
    let length = UInt16(frame.count - (isIPv4 ? 14 : message))
    let place = isIPv4 ? 16 : 18
    frame[place] = UInt8(length >> 8)
    frame[place + 1] = UInt8(length & 0xFF)
    if isIPv4 { Self.putChecksum(into: &frame, at: 24, over: 14..<34, pseudoHeader: []) }
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
