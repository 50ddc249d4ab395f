import NetworkTypes

/// Neighbour advertisement (RFC 4861 section 4.4), with the addresses of the frame and the IPv6 packet that carry it.
public struct NeighborAdvertisement: Sendable, Hashable {
  /// Source of the frame.
  public var frameSource: MACAddress
  /// Destination of the frame.
  public var frameDestination: MACAddress
  /// Source of the packet.
  public var source: IPAddress
  /// Destination of the packet.
  public var destination: IPAddress
  /// R: the sender is a router.
  public var isRouter: Bool
  /// S: an answer to a solicitation.
  public var isSolicited: Bool
  /// O: neighbours replace the link-layer address that they have cached.
  public var isOverride: Bool
  /// Address that the advertisement announces.
  public var target: IPAddress
  /// Link-layer address of the target; `nil` without the option.
  public var targetMAC: MACAddress?

  /// Length of the frame that ``write(into:)`` makes, in bytes.
  public static let frameLength = 86

  /// All nodes on the link, ff02::1.
  public static let allNodes = IPAddress(v6High: 0xFF02_0000_0000_0000, low: 1)

  /// Unsolicited advertisement that announces `address` at `mac` to all hosts on the link; `nil` unless the address is
  /// IPv6.
  ///
  /// The source must be an address of the interface (RFC 4861 section 4.4). It is the announced address, which the
  /// interface has at that moment, while the link-local address may still be tentative; besides, some receivers check
  /// that source and target agree. RFC 9568 section 6.4.1 sets the router flag, for routers. A host that only holds a
  /// service's address must leave it clear, or neighbours take it for a router.
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

  /// Reads an Ethernet frame without a VLAN tag; `nil` if it is no neighbour advertisement that a host would accept
  /// (RFC 4861 section 7.1.2: hop limit 255, code 0, correct checksum, whole options).
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

  /// Writes the whole Ethernet frame, with the target link-layer address option (the frame's source if it is `nil`), to
  /// the front of `frame`. Returns its length, or `nil` if it does not fit and nothing was written.
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

  /// Changes the announced address, both source and target, in an unsolicited advertisement's frame that
  /// ``write(into:)`` filled. Nothing happens if the frame is too short or the address is not IPv6.
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

/// Constants of ICMPv6 (RFC 4443, RFC 4861).
private enum ICMPv6 {
  static let protocolNumber: UInt8 = 58
  /// Type 136 and code 0 as one word.
  static let neighborAdvertisement: UInt16 = 136 << 8
  /// Length in bytes of a neighbour advertisement with its one option.
  static let messageLength = 32

  static func total(of message: RawSpan, from source: IPAddress, to destination: IPAddress) -> UInt16 {
    var sum = InternetChecksum(
      pseudoHeaderFrom: source, to: destination, protocolNumber: protocolNumber, length: message.byteCount)
    sum.add(message)
    return sum.total
  }
}

/// Options of a neighbour advertisement (RFC 4861 section 4.6).
private struct NeighborAdvertisementOptions {
  private(set) var targetMAC: MACAddress?

  /// Options from `start` on; `nil` if one has length 0 or goes beyond the end.
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
