import NetworkTypes

/// One frame with the time at which the kernel saw it.
///
/// Reading it here, and not with the daemon's own decoder, keeps the judge independent of the judged.
public struct CapturedFrame: Sendable, Hashable {
  /// When it came to the bridge.
  public let time: MonotonicInstant
  /// All of it from the Ethernet header on.
  public let bytes: [UInt8]

  /// The link-layer source.
  public var source: MACAddress? { bytes.count >= 14 ? MACAddress(bytes: bytes[6..<12]) : nil }

  /// The link-layer destination.
  public var destination: MACAddress? { bytes.count >= 14 ? MACAddress(bytes: bytes[0..<6]) : nil }

  /// The EtherType.
  public var etherType: UInt16 { bytes.count >= 14 ? UInt16(bytes[12]) << 8 | UInt16(bytes[13]) : 0 }

  /// Whether it is the membership report (IGMPv3) that a host's kernel sends as soon as a socket joins an IPv4 group.
  public var isMembershipReport: Bool {
    let igmp: UInt8 = 2
    let header = 14 + (bytes.count > 14 ? Int(bytes[14] & 0x0F) * 4 : 0)
    return etherType == 0x0800 && bytes.count > header && bytes.count > 23 && bytes[23] == igmp && bytes[header] == 0x22
  }

  /// The advert it carries, if it is one.
  public var advert: CapturedAdvert? { CapturedAdvert(self) }

  /// The BFD control packet it carries, if it is one.
  public var controlPacket: CapturedControlPacket? { CapturedControlPacket(self) }

  /// The gratuitous ARP or unsolicited neighbour advertisement it carries, if it is one.
  public var announcement: CapturedAnnouncement? { CapturedAnnouncement(self) }
}

/// A VRRP advertisement as it crossed the wire.
public struct CapturedAdvert: Sendable, Hashable {
  /// When it crossed.
  public let time: MonotonicInstant
  /// The link-layer sender.
  public let sender: MACAddress
  /// The IP source.
  public let source: IPAddress
  /// The IP destination: the group, or a peer.
  public let destination: IPAddress
  /// TTL or hop limit.
  public let ttl: UInt8
  /// 2 or 3.
  public let version: UInt8
  /// Virtual router identifier.
  public let vrid: UInt8
  /// 0 when the master gives up.
  public let priority: UInt8
  /// The interval it states.
  public let interval: Nanoseconds
  /// How many addresses it carries.
  public let addressCount: Int
  /// The number in its Authentication Header; `nil` without one.
  public let sequenceNumber: UInt32?

  init?(_ frame: CapturedFrame) {
    let bytes = frame.bytes
    guard let sender = frame.source else { return nil }
    let vrrp = 112
    let authenticationHeader = 51
    var payload: Int
    var sequenceNumber: UInt32?
    switch frame.etherType {
    case 0x0800:
      guard bytes.count >= 34, [vrrp, authenticationHeader].contains(Int(bytes[23])),
        let source = IPAddress(bytes: bytes[26..<30]),
        let destination = IPAddress(bytes: bytes[30..<34])
      else { return nil }
      payload = 14 + Int(bytes[14] & 0x0F) * 4
      if Int(bytes[23]) == authenticationHeader {
        guard bytes.count >= payload + 24, Int(bytes[payload]) == vrrp else { return nil }
        sequenceNumber = bytes[payload + 8..<payload + 12].reduce(0) { $0 << 8 | UInt32($1) }
        payload += 24
      }
      (self.source, self.destination, ttl) = (source, destination, bytes[22])
    case 0x86DD:
      guard bytes.count >= 54, Int(bytes[20]) == vrrp, let source = IPAddress(bytes: bytes[22..<38]),
        let destination = IPAddress(bytes: bytes[38..<54])
      else { return nil }
      payload = 54
      (self.source, self.destination, ttl) = (source, destination, bytes[21])
    default: return nil
    }
    guard bytes.count >= payload + 8, bytes[payload] & 0x0F == 1 else { return nil }
    time = frame.time
    self.sender = sender
    self.sequenceNumber = sequenceNumber
    version = bytes[payload] >> 4
    vrid = bytes[payload + 1]
    priority = bytes[payload + 2]
    addressCount = Int(bytes[payload + 3])
    if version == 2 {
      interval = .seconds(Int64(bytes[payload + 5]))
    } else {
      interval = .milliseconds(10 * (Int64(bytes[payload + 4] & 0x0F) << 8 | Int64(bytes[payload + 5])))
    }
  }
}

/// A gratuitous ARP or an unsolicited neighbour advertisement as it crossed the wire.
public struct CapturedAnnouncement: Sendable, Hashable {
  /// When it crossed.
  public let time: MonotonicInstant
  /// The link-layer sender.
  public let sender: MACAddress
  /// The address announced.
  public let address: IPAddress
  /// The link-layer address it is announced at.
  public let target: MACAddress

  init?(_ frame: CapturedFrame) {
    let bytes = frame.bytes
    guard let sender = frame.source else { return nil }
    time = frame.time
    self.sender = sender
    switch frame.etherType {
    case 0x0806:
      guard bytes.count >= 42, bytes[28..<32] == bytes[38..<42], let address = IPAddress(bytes: bytes[28..<32]),
        let target = MACAddress(bytes: bytes[22..<28])
      else { return nil }
      (self.address, self.target) = (address, target)
    case 0x86DD:
      let neighborAdvertisement: UInt8 = 136
      let solicited: UInt8 = 0x40
      guard bytes.count >= 86, bytes[20] == 58, bytes[54] == neighborAdvertisement, bytes[58] & solicited == 0,
        let address = IPAddress(bytes: bytes[62..<78]), bytes[78] == 2, let target = MACAddress(bytes: bytes[80..<86])
      else { return nil }
      (self.address, self.target) = (address, target)
    default: return nil
    }
  }
}
