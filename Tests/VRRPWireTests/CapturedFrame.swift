import NetworkTypes
import VRRPCore

@testable import VRRPWire

/// An advert as it was seen on the wire.
struct CapturedAdvertisement: Sendable, Hashable {
  /// The frame's source.
  var frameSource: MACAddress
  /// What the IP header says.
  var origin: DatagramOrigin
  /// What it says, its form checked.
  var received: ReceivedAdvertisement
  /// The addresses it names.
  var addresses: [IPAddress]

  /// What the state machine would be given.
  var advertisement: Advertisement { received.advertisement }
}

/// What an Ethernet frame of a capture is, as far as failover goes.
enum CapturedFrame: Sendable, Hashable {
  /// A well-formed advert of any TTL.
  case advertisement(CapturedAdvertisement)
  /// Protocol 112, but not a well-formed advert.
  case malformedAdvertisement(AdvertisementError, DatagramOrigin)
  /// ARP for IPv4 over Ethernet.
  case arp(ARPPacket)
  /// A neighbour advertisement that a host would take.
  case neighborAdvertisement(NeighborAdvertisement)
  /// Anything else, or cut short.
  case other

  /// Tells what a frame is; one VLAN tag (IEEE 802.1Q) is looked through.
  init(decoding frame: RawSpan) {
    let isTagged = frame.word(at: 12) == Ethernet.typeVLAN
    let start = isTagged ? Ethernet.headerLength + 4 : Ethernet.headerLength
    switch frame.word(at: start - 2) {
    case Ethernet.typeARP:
      self = ARPPacket(decoding: frame, headerLength: start).map(CapturedFrame.arp) ?? .other
    case Ethernet.typeIPv4:
      self = IPHeader(decodingIPv4: frame, at: start).map { Self.advertisement(in: frame, behind: $0) } ?? .other
    case Ethernet.typeIPv6:
      if let advertisement = NeighborAdvertisement(decoding: frame, headerLength: start) {
        self = .neighborAdvertisement(advertisement)
      } else {
        self = IPHeader(decodingIPv6: frame, at: start).map { Self.advertisement(in: frame, behind: $0) } ?? .other
      }
    default:
      self = .other
    }
  }

  private static func advertisement(in frame: RawSpan, behind header: IPHeader) -> CapturedFrame {
    guard header.protocolNumber == AdvertisementFormat.protocolNumber, let source = frame.macAddress(at: 6) else {
      return .other
    }
    let message = frame.extracting(header.payload)
    do throws(AdvertisementError) {
      let received = try ReceivedAdvertisement(decoding: message, origin: header.origin, timeToLive: 0...255)
      let addresses = (0..<Int(received.addressCount)).compactMap { received.address(at: $0, in: message) }
      return .advertisement(
        CapturedAdvertisement(frameSource: source, origin: header.origin, received: received, addresses: addresses))
    } catch {
      return .malformedAdvertisement(error, header.origin)
    }
  }
}
