import NetworkTypes

/// Constants of the Ethernet header.
enum Ethernet {
  static let headerLength = 14
  static let typeIPv4: UInt16 = 0x0800
  static let typeARP: UInt16 = 0x0806
  static let typeVLAN: UInt16 = 0x8100
  static let typeIPv6: UInt16 = 0x86DD

  static func writeHeader(
    to destination: MACAddress, from source: MACAddress, type: UInt16, into frame: UnsafeMutableRawBufferPointer
  ) {
    frame.write(destination, at: 0)
    frame.write(source, at: 6)
    frame.write(type, at: 12)
  }
}

/// An ARP packet for IPv4 over Ethernet (RFC 826), with the Ethernet addresses of the frame that carries it.
public struct ARPPacket: Sendable, Hashable {
  /// Operation of the packet.
  public enum Operation: UInt16, Sendable, Hashable, CaseIterable {
    /// Request; also the usual form of a gratuitous ARP (RFC 5227 section 3 gives the reasons).
    case request = 1
    /// Reply; the other form of a gratuitous ARP, for hosts that learn from replies only.
    case reply = 2
  }

  /// Source of the frame.
  public var frameSource: MACAddress
  /// Destination of the frame.
  public var frameDestination: MACAddress
  /// Request or reply.
  public var operation: Operation
  /// Link-layer address of the sender, which neighbours learn.
  public var senderMAC: MACAddress
  /// IPv4 address of the sender, for which neighbours learn the link-layer address.
  public var senderAddress: IPAddress
  /// Link-layer address of the target.
  public var targetMAC: MACAddress
  /// IPv4 address of the target.
  public var targetAddress: IPAddress

  /// Length of the frame in bytes. The kernel or the card pads it to the least length of an Ethernet frame.
  public static let frameLength = 42

  /// Gratuitous ARP that announces `address` at `mac` to all hosts on the link; `nil` unless the address is IPv4.
  ///
  /// Sender and target address are both `address`. The target's link-layer address is `mac` as well (RFC 9568 section
  /// 6.4.1): receivers ignore that of a request (RFC 5227 section 2.1.1), and Linux takes a reply as gratuitous only if
  /// it equals the sender's.
  public init?(announcing address: IPAddress, at mac: MACAddress, form operation: Operation = .request) {
    guard address.family == .ipv4 else { return nil }
    frameSource = mac
    frameDestination = .broadcast
    self.operation = operation
    senderMAC = mac
    senderAddress = address
    targetMAC = mac
    targetAddress = address
  }

  /// Whether the packet announces its sender's own address, as one of ``init(announcing:at:form:)`` does.
  public var isGratuitous: Bool { senderAddress == targetAddress }

  /// Reads an Ethernet frame without a VLAN tag; `nil` if it is no ARP packet for IPv4 over Ethernet.
  public init?(decoding frame: RawSpan) {
    guard frame.word(at: 12) == Ethernet.typeARP else { return nil }
    self.init(decoding: frame, headerLength: Ethernet.headerLength)
  }

  init?(decoding frame: RawSpan, headerLength start: Int) {
    guard frame.word(at: start) == 1, frame.word(at: start + 2) == Ethernet.typeIPv4,
      frame.word(at: start + 4) == 0x0604,
      let operation = frame.word(at: start + 6).flatMap(Operation.init(rawValue:)),
      let frameDestination = frame.macAddress(at: 0), let frameSource = frame.macAddress(at: 6),
      let senderMAC = frame.macAddress(at: start + 8), let senderAddress = frame.address(.ipv4, at: start + 14),
      let targetMAC = frame.macAddress(at: start + 18), let targetAddress = frame.address(.ipv4, at: start + 24)
    else { return nil }
    self.frameDestination = frameDestination
    self.frameSource = frameSource
    self.operation = operation
    self.senderMAC = senderMAC
    self.senderAddress = senderAddress
    self.targetMAC = targetMAC
    self.targetAddress = targetAddress
  }

  /// Writes the whole Ethernet frame to the front of `frame`. Returns its length, or `nil` if it does not fit and
  /// nothing was written.
  public func write(into frame: UnsafeMutableRawBufferPointer) -> Int? {
    guard frame.count >= Self.frameLength else { return nil }
    Ethernet.writeHeader(to: frameDestination, from: frameSource, type: Ethernet.typeARP, into: frame)
    frame.write(1 as UInt16, at: 14)
    frame.write(Ethernet.typeIPv4, at: 16)
    frame.write(0x0604 as UInt16, at: 18)
    frame.write(operation.rawValue, at: 20)
    frame.write(senderMAC, at: 22)
    frame.write(senderAddress, at: 28)
    frame.write(targetMAC, at: 32)
    frame.write(targetAddress, at: 38)
    return Self.frameLength
  }

  /// Changes the announced address in a gratuitous ARP's frame that ``write(into:)`` filled; eight bytes change.
  /// Nothing happens if the frame is too short or the address is not IPv4.
  public static func rewriteAnnouncedAddress(_ address: IPAddress, into frame: UnsafeMutableRawBufferPointer) {
    guard frame.count >= frameLength, address.family == .ipv4 else { return }
    frame.write(address, at: 28)
    frame.write(address, at: 38)
  }
}
