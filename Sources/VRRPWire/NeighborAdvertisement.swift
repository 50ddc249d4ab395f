import NetworkTypes

/// A neighbour advertisement (RFC 4861 section 4.4), with the addresses of the frame and the IPv6 packet that carry it.
public struct NeighborAdvertisement: Sendable, Hashable {
  /// The frame's source.
  public var frameSource: MACAddress
  /// The frame's destination.
  public var frameDestination: MACAddress
  /// The packet's source.
  public var source: IPAddress
  /// The packet's destination.
  public var destination: IPAddress
  /// R: the sender forwards for others.
  public var isRouter: Bool
  /// S: an answer to a solicitation.
  public var isSolicited: Bool
  /// O: replaces what neighbours have cached.
  public var isOverride: Bool
  /// The address it is about.
  public var target: IPAddress
  /// The link-layer address of the target; `nil` when the option is not there.
  public var targetMAC: MACAddress?

  /// Length of the frame that ``write(into:)`` makes, in bytes.
  public static let frameLength = 86

  /// All nodes on the link, ff02::1.
  public static let allNodes = IPAddress(v6High: 0xFF02_0000_0000_0000, low: 1)

  /// The unsolicited advertisement by which the owner of `mac` announces `address` to all on its link; `nil` unless the address is
  /// IPv6.
  ///
  /// The source must be an address of the interface (RFC 4861 section 4.4). The announced address is one at that moment, unlike a
  /// link-local address that may be tentative, and it makes receivers that check find source and target agree; so it is both.
  /// RFC 9568 section 6.4.1 sets the router flag, for routers; a host that only holds a service's address must leave it clear,
  /// or neighbours take it for a router.
  public init?(announcing address: IPAddress, at mac: MACAddress, isRouter: Bool = false) {
    guard address.family == .ipv6 else { return nil }
    frameSource = mac
    frameDestination = MACAddress(multicast: Self.allNodes)
    source = address
    destination = Self.allNodes
    self.isRouter = isRouter
    isSolicited = false
    isOverride = true
    target = address
    targetMAC = mac
  }

  /// Reads an Ethernet frame without a VLAN tag; `nil` when it is no neighbour advertisement that a host would take
  /// (RFC 4861 section 7.1.2: hop limit 255, code 0, right checksum, whole options).
  public init?(decoding frame: RawSpan) {
    guard frame.word(at: 12) == Ethernet.typeIPv6 else { return nil }
    self.init(decoding: frame, headerLength: Ethernet.headerLength)
  }

  init?(decoding frame: RawSpan, headerLength start: Int) {
    guard let frameDestination = frame.macAddress(at: 0), let frameSource = frame.macAddress(at: 6),
      let header = IPHeader(decodingIPv6: frame, at: start), header.protocolNumber == ICMPv6.protocolNumber,
      header.origin.timeToLive == 255
    else { return nil }
    let message = frame.extracting(header.payload)
    guard message.word(at: 0) == ICMPv6.neighborAdvertisement, let flags = message.byte(at: 4),
      let target = message.address(.ipv6, at: 8), !target.isMulticast,
      ICMPv6.total(of: message, from: header.origin.source, to: header.origin.destination) == 0xFFFF,
      let options = NeighborAdvertisementOptions(message, from: 24)
    else { return nil }
    self.frameDestination = frameDestination
    self.frameSource = frameSource
    source = header.origin.source
    destination = header.origin.destination
    isRouter = flags & 0x80 != 0
    isSolicited = flags & 0x40 != 0
    isOverride = flags & 0x20 != 0
    self.target = target
    targetMAC = options.targetMAC
  }

  /// Writes the whole Ethernet frame, with the target link-layer address option (the frame's source when it is `nil`), to the
  /// front of `frame`; returns its length, or `nil` with nothing written when it does not fit.
  public func write(into frame: UnsafeMutableRawBufferPointer) -> Int? {
    guard frame.count >= Self.frameLength else { return nil }
    frame.zero(0..<Self.frameLength)
    Ethernet.writeHeader(to: frameDestination, from: frameSource, type: Ethernet.typeIPv6, into: frame)
    frame.write(0x60 as UInt8, at: 14)
    frame.write(UInt16(ICMPv6.messageLength), at: 18)
    frame.write(ICMPv6.protocolNumber, at: 20)
    frame.write(255 as UInt8, at: 21)
    frame.write(source, at: 22)
    frame.write(destination, at: 38)
    frame.write(ICMPv6.neighborAdvertisement, at: 54)
    frame.write((isRouter ? 0x80 : 0) | (isSolicited ? 0x40 : 0) | (isOverride ? 0x20 : 0) as UInt8, at: 58)
    frame.write(target, at: 62)
    frame.write(0x0201 as UInt16, at: 78)
    frame.write(targetMAC ?? frameSource, at: 80)
    Self.writeChecksum(from: source, to: destination, into: frame)
    return Self.frameLength
  }

  /// Makes an unsolicited advertisement's frame that ``write(into:)`` filled announce another address, as source and target, at the
  /// same link-layer address and to the same destination. Does nothing with a frame too short or an address that is not IPv6.
  public static func rewriteAnnouncedAddress(_ address: IPAddress, into frame: UnsafeMutableRawBufferPointer) {
    guard frame.count >= frameLength, address.family == .ipv6,
      let destination = UnsafeRawBufferPointer(frame).bytes.address(.ipv6, at: 38)
    else { return }
    frame.write(address, at: 22)
    frame.write(address, at: 62)
    writeChecksum(from: address, to: destination, into: frame)
  }

  private static func writeChecksum(
    from source: IPAddress, to destination: IPAddress, into frame: UnsafeMutableRawBufferPointer
  ) {
    frame.write(0 as UInt16, at: 56)
    let message = UnsafeRawBufferPointer(frame).bytes.extracting(54..<frameLength)
    frame.write(~ICMPv6.total(of: message, from: source, to: destination), at: 56)
  }
}

/// ICMPv6's figures (RFC 4443, RFC 4861).
private enum ICMPv6 {
  static let protocolNumber: UInt8 = 58
  /// Type 136 and code 0 as one word.
  static let neighborAdvertisement: UInt16 = 136 << 8
  /// A neighbour advertisement with its one option.
  static let messageLength = 32

  static func total(of message: RawSpan, from source: IPAddress, to destination: IPAddress) -> UInt16 {
    var sum = InternetChecksum(
      pseudoHeaderFrom: source, to: destination, protocolNumber: protocolNumber, length: message.byteCount)
    sum.add(message)
    return sum.total
  }
}

/// The options of a neighbour advertisement (RFC 4861 section 4.6).
private struct NeighborAdvertisementOptions {
  private(set) var targetMAC: MACAddress?

  /// `nil` when an option has length 0 or goes beyond the end.
  init?(_ message: RawSpan, from start: Int) {
    var offset = start
    while offset < message.byteCount {
      guard let type = message.byte(at: offset), let units = message.byte(at: offset + 1), units > 0,
        message.holds(Int(units) * 8, at: offset)
      else { return nil }
      if type == 2, units == 1 { targetMAC = message.macAddress(at: offset + 2) }
      offset += Int(units) * 8
    }
  }
}
