import NetworkTypes
import VRRPCore

/// How one virtual router's adverts are sent, and which adverts it takes: what its configuration comes to on the wire.
///
/// The engine and the simulator hold the same value, so what is simulated is what runs. What the hosts of a router learn from each
/// other, numbers and replays, is not in it; see ``AdvertSigning``.
public struct AdvertPolicy: Sendable {
  /// Another host of a router that sends by unicast.
  public struct Peer: Sendable, Hashable {
    /// Address that its adverts come from and that ours go to.
    public var address: IPAddress
    /// TTL or hop limit that its adverts may have.
    public var timeToLive: ClosedRange<UInt8>

    /// A peer of which any TTL is taken unless said otherwise.
    public init(address: IPAddress, timeToLive: ClosedRange<UInt8> = 0...255) {
      self.address = address
      self.timeToLive = timeToLive
    }
  }

  /// VRID that adverts are sent with and found by.
  public var virtualRouterID: VirtualRouterID
  /// Addresses that adverts carry; their family is the router's.
  public var addresses: AddressList
  /// Version, interval and authentication, of own adverts and of those that are taken.
  public var expectation: AdvertisementExpectation
  /// Multicast group that adverts go to, or would if there were no peers.
  public var group: IPAddress
  /// Hosts that adverts go to instead of the group; `nil` by multicast. A list may be empty: then nobody is sent to.
  public var peers: [Peer]?
  /// Whether an advert by unicast must come from one of the peers.
  public var demandsPeer = true
  /// TTL or hop limit of own adverts by unicast; by multicast it is ``AdvertisementFormat/timeToLive``.
  public var unicastTimeToLive = AdvertisementFormat.timeToLive
  /// Over what the checksums of own adverts are formed.
  public var checksumStyle = ChecksumStyle.withPseudoHeader
  /// How adverts are signed; `nil` if they are not.
  public var signing: AdvertSigning?
  /// Whether the addresses of an advert that is taken are compared with ``addresses``.
  public var comparesAddresses = true

  /// A router that sends by multicast and signs nothing.
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

  /// Whether adverts go to peers and not to the group.
  public var isUnicast: Bool { peers != nil }

  /// Where own adverts go. One list of peers may serve all hosts, so an address of this host's own is none of them.
  public func destinations(isOwnAddress: (IPAddress) -> Bool = { _ in false }) -> [IPAddress] {
    guard let peers else { return [group] }
    return peers.map(\.address).filter { !isOwnAddress($0) }
  }

  /// TTL or hop limit of own adverts.
  public var timeToLive: UInt8 { isUnicast ? unicastTimeToLive : AdvertisementFormat.timeToLive }

  /// The same router on a further link, where adverts always go by multicast.
  public var onFurtherLink: AdvertPolicy {
    var policy = self
    policy.peers = nil
    return policy
  }

  /// The router's advert from an address to a destination, ready to be sent; its priority is that of a resignation.
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

  /// Whether an advert is for this one among the routers of its VRID: by whose peer the sender is, or by the group it went to.
  public func concerns(_ source: IPAddress, _ destination: IPAddress) -> Bool {
    peers?.contains { $0.address == source } ?? (destination == group)
  }

  /// Makes every check of a message that needs no memory of earlier ones, in the order of RFC 9568 section 7.1: its form, then what
  /// the configuration demands. A signature is still to be verified then. Nothing is allocated.
  ///
  /// - Parameters:
  ///   - message: the IP payload, or what is behind the Authentication Header.
  ///   - origin: what the IP header says.
  ///   - isBehindHeader: whether it came behind an Authentication Header.
  ///   - isOwnAddress: whether this host has an address.
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

  /// How the addresses of an advert that was taken differ from this router's; `nil` if they do not, or nobody is to compare them.
  public func addressDifference(of received: ReceivedAdvertisement, in message: RawSpan) -> AdvertisementError? {
    comparesAddresses ? received.addressDifference(from: addresses, in: message) : nil
  }
}
