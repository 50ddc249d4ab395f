import NetworkTypes
import VRRPCore

/// Constants of BFD control packets (RFC 5880 section 4.1).
public enum BFDFormat {
  /// Length in bytes of a packet without authentication.
  public static let length = 24
  /// Length in bytes of the shortest packet with an authentication section.
  static let authenticatedLength = 26
  /// Destination port of sessions on one link (RFC 5881 section 4).
  public static let singleHopPort: UInt16 = 3784
  /// Destination port of sessions over several hops (RFC 5883 section 5).
  public static let multihopPort: UInt16 = 4784
  /// Source ports that a session may use (RFC 5881 section 4).
  public static let sourcePorts: ClosedRange<UInt16> = 49152...65535

  fileprivate static let version: UInt8 = 1
  fileprivate static let poll: UInt8 = 0x20
  fileprivate static let final: UInt8 = 0x10
  fileprivate static let controlPlaneIndependent: UInt8 = 0x08
  fileprivate static let authenticationPresent: UInt8 = 0x04
  fileprivate static let demand: UInt8 = 0x02
  fileprivate static let multipoint: UInt8 = 0x01
}

extension BFDControlPacket {
  /// Reads the payload of a UDP datagram. All checks that need no session are made, in the order of RFC 5880 section
  /// 6.8.6.
  ///
  /// An authentication section is skipped.
  public init(decoding payload: RawSpan) throws(BFDDiscard) {
    guard let first = payload.byte(at: 0) else { throw .truncated }
    guard first >> 5 == BFDFormat.version else { throw .version }
    guard payload.holds(BFDFormat.length, at: 0), let flags = payload.byte(at: 1), let multiplier = payload.byte(at: 2),
      let length = payload.byte(at: 3), let mine = payload.number(at: 4), let yours = payload.number(at: 8),
      let desiredMinTx = payload.number(at: 12), let requiredMinRx = payload.number(at: 16),
      let echo = payload.number(at: 20), let state = BFDState(rawValue: flags >> 6)
    else { throw .truncated }
    let isAuthenticated = flags & BFDFormat.authenticationPresent != 0
    guard Int(length) >= (isAuthenticated ? BFDFormat.authenticatedLength : BFDFormat.length) else { throw .length }
    guard payload.holds(Int(length), at: 0) else { throw .truncated }
    guard multiplier > 0 else { throw .detectMultiplier }
    guard flags & BFDFormat.multipoint == 0 else { throw .multipoint }
    guard mine != 0 else { throw .myDiscriminator }
    guard yours != 0 || state == .down || state == .adminDown else { throw .yourDiscriminator }
    self.init(
      state: state, detectMultiplier: multiplier, myDiscriminator: mine, desiredMinTx: desiredMinTx,
      requiredMinRx: requiredMinRx)
    diagnostic = BFDDiagnostic(rawValue: first)
    poll = flags & BFDFormat.poll != 0
    final = flags & BFDFormat.final != 0
    controlPlaneIndependent = flags & BFDFormat.controlPlaneIndependent != 0
    authenticationPresent = isAuthenticated
    demand = flags & BFDFormat.demand != 0
    yourDiscriminator = yours
    requiredMinEchoRx = echo
  }

  /// Writes the packet into a buffer of at least ``BFDFormat/length`` bytes.
  public func write(into buffer: UnsafeMutableRawBufferPointer) {
    var flags = state.rawValue << 6
    if poll { flags |= BFDFormat.poll }
    if final { flags |= BFDFormat.final }
    if controlPlaneIndependent { flags |= BFDFormat.controlPlaneIndependent }
    if authenticationPresent { flags |= BFDFormat.authenticationPresent }
    if demand { flags |= BFDFormat.demand }
    buffer.write(BFDFormat.version << 5 | diagnostic.rawValue, at: 0)
    buffer.write(flags, at: 1)
    buffer.write(detectMultiplier, at: 2)
    buffer.write(UInt8(BFDFormat.length), at: 3)
    buffer.write(myDiscriminator, at: 4)
    buffer.write(yourDiscriminator, at: 8)
    buffer.write(desiredMinTx, at: 12)
    buffer.write(requiredMinRx, at: 16)
    buffer.write(requiredMinEchoRx, at: 20)
  }
}

extension RawSpan {
  fileprivate func number(at offset: Int) -> UInt32? { quarter(at: offset).map(UInt32.init(bigEndian:)) }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func write(_ value: UInt32, at offset: Int) {
    write(UInt16(truncatingIfNeeded: value >> 16), at: offset)
    write(UInt16(truncatingIfNeeded: value), at: offset &+ 2)
  }
}
