import NetworkTypes
import VRRPCore

/// Rules by which one virtual router's adverts are sent, and received adverts are accepted: its configuration in terms
/// of the wire.
///
/// The engine and the simulator use the same type, so the simulation tests what runs. The policy has no memory: numbers
/// and replays of signed adverts are kept elsewhere (``AdvertSigning``).
public struct AdvertPolicy: Sendable {
  /// Another host of a router that sends by unicast.
  public struct Peer: Sendable, Hashable {
    /// Source address of its adverts, and destination of ours.
    public var address: IPAddress
    /// Range of TTLs or hop limits in which its adverts are accepted.
    public var timeToLive: ClosedRange<UInt8>

    /// A peer whose adverts are accepted with any TTL, unless a range is given.
    public init(address: IPAddress, timeToLive: ClosedRange<UInt8> = 0...255) {
      self.address = address
      self.timeToLive = timeToLive
    }
  }

  /// VRID of the adverts.
  public var virtualRouterID: VirtualRouterID
  /// Addresses in the adverts; their family is the router's.
  public var addresses: AddressList
  /// Version, interval and authentication of own adverts and of those that are accepted.
  public var expectation: AdvertisementExpectation
  /// Multicast group of the adverts; used only if there are no peers.
  public var group: IPAddress
  /// Hosts that adverts are sent to instead of the group; `nil` for multicast. With an empty list no advert is sent.
  public var peers: [Peer]?
  /// Whether a unicast advert must come from one of the peers.
  public var demandsPeer = true
  /// TTL or hop limit of own unicast adverts; for multicast it is ``AdvertisementFormat/timeToLive``.
  public var unicastTimeToLive = AdvertisementFormat.timeToLive
  /// Extent of the checksums of own adverts.
  public var checksumStyle = ChecksumStyle.withPseudoHeader
  /// Signature of adverts; `nil` if they have none.
  public var signing: AdvertSigning?
  /// Whether the addresses in an accepted advert are compared with ``addresses``.
  public var comparesAddresses = true

  /// A router that sends unsigned adverts by multicast.
  public init(
    virtualRouterID: VirtualRouterID, addresses: AddressList, expectation: AdvertisementExpectation, group: IPAddress
  ) {
    self.virtualRouterID = virtualRouterID
    self.addresses = addresses
    self.expectation = expectation
    self.group = group
  }

  /// Family of the adverts and of their addresses.
  public var family: AddressFamily { addresses.family }

  /// Whether adverts are sent to peers and not to the group.
  public var isUnicast: Bool { peers != nil }

  /// Destinations of own adverts. One list of peers may serve all hosts, so this host's own addresses are left out.
  public func destinations(isOwnAddress: (IPAddress) -> Bool = { _ in false }) -> [IPAddress] {
    guard let peers else { return group == AdvertisementFormat.group ? Self.usualGroup : [group] }
    return peers.map(\.address).filter { !isOwnAddress($0) }
  }

  /// Destinations of the routers that send to the usual group: one list for thousands.
  private static let usualGroup = [AdvertisementFormat.group]

  /// TTL or hop limit of own adverts, in unicast or multicast.
  public var timeToLive: UInt8 { isUnicast ? unicastTimeToLive : AdvertisementFormat.timeToLive }

  /// Policy of the same router on a heartbeat link, where adverts are always multicast.
  public var onFurtherLink: AdvertPolicy {
    var policy = self
    policy.peers = nil
    return policy
  }

  /// Template of the adverts from `source` to `destination`, with priority 0.
  public func template(
    from source: IPAddress, to destination: IPAddress
  ) throws(AdvertisementTemplateError) -> AdvertisementTemplate {
    let advert = Advertisement(
      version: expectation.version, virtualRouterID: virtualRouterID, priority: .resignation,
      interval: expectation.interval)
    return try AdvertisementTemplate(
      advert, addresses: addresses, source: source, destination: destination,
      authentication: expectation.authentication, checksumStyle: checksumStyle)
  }

  /// Whether an advert is for this router among those with its VRID, by its sender (a peer) or its destination (the
  /// group).
  public func concerns(_ source: IPAddress, _ destination: IPAddress) -> Bool {
    peers?.contains { $0.address == source } ?? (destination == group)
  }

  /// Checks a message as far as that needs no memory of earlier ones, in the order of RFC 9568 section 7.1: its form first, then
  /// what the configuration demands. A signature must be verified afterwards. Nothing is allocated.
  ///
  /// - Parameters:
  ///   - message: the IP payload, or the bytes after the Authentication Header.
  ///   - origin: source, destination and TTL from the IP header.
  ///   - isBehindHeader: whether the message came behind an Authentication Header.
  ///   - isOwnAddress: whether an address is one of this host's.
  public func admit(
    _ message: RawSpan, _ origin: DatagramOrigin, isBehindHeader: Bool = false, isOwnAddress: (IPAddress) -> Bool
  ) throws(AdvertisementError) -> ReceivedAdvertisement {
    let peer = peers?.first { $0.address == origin.source }
    let received = try ReceivedAdvertisement(
      decoding: message, origin: origin, timeToLive: allowedTimeToLive(of: peer), version: expectation.version,
      isBehindHeader: isBehindHeader, trailer: signing?.trailerUse ?? .none)
    guard origin.destination.isMulticast != isUnicast else { throw .destination }
    guard !isOwnAddress(origin.source) else { throw .ownAddress }
    guard !isUnicast || !demandsPeer || peer != nil else { throw .notAPeer }
    try expectation.check(received)
    return received
  }

  private func allowedTimeToLive(of peer: Peer?) -> ClosedRange<UInt8> {
    guard isUnicast else { return AdvertisementFormat.timeToLive...AdvertisementFormat.timeToLive }
    return peer?.timeToLive ?? 0...255
  }

  /// Difference between the addresses in an accepted advert and this router's; `nil` if there is none or they are not
  /// compared.
  public func addressDifference(of received: ReceivedAdvertisement, in message: RawSpan) -> AdvertisementError? {
    comparesAddresses ? received.addressDifference(from: addresses, in: message) : nil
  }
}
