import NetworkTypes
import VRRPCore
import VRRPWire

extension VirtualRouterDefinition {
  /// Rules for sending and accepting the router's adverts; `nil` for settings that no advert can hold: more than 255 addresses, one of
  /// another family, or a password of more than eight bytes.
  package var advertPolicy: AdvertPolicy? {
    guard let carried = AddressList(family, addresses.map(\.prefix.address)),
      let authentication = advertAuthentication
    else { return nil }
    var expectation = AdvertisementExpectation(
      version: core.version, interval: core.interval, authentication: authentication)
    expectation.refusesOldChecksum = refusesOldChecksum
    var policy = AdvertPolicy(
      virtualRouterID: core.virtualRouterID, addresses: carried, expectation: expectation, group: multicastGroup)
    policy.peers = isUnicast ? unicastPeers.map(AdvertPolicy.Peer.init) : nil
    policy.demandsPeer = checksUnicastSource
    policy.unicastTimeToLive = unicastTTL
    policy.checksumStyle =
      sendsOldChecksum ? .withGroupPseudoHeader : checksumWithoutPseudoHeader ? .messageOnly : .withPseudoHeader
    policy.signing = signing
    policy.comparesAddresses = !skipsAddressCheck
    return policy
  }

  private var advertAuthentication: AdvertisementAuthentication? {
    switch authentication {
    case .password(let password): SimplePassword(bytes: password).map(AdvertisementAuthentication.simplePassword)
    case .header: .header
    case .trailer, nil: AdvertisementAuthentication.none
    }
  }

  private var signing: AdvertSigning? {
    switch authentication {
    case .header(let key): .header(AuthenticationKey(bytes: key))
    case .trailer(let trailer): .trailer(TrailerAuthentication(trailer))
    case .password, nil: nil
    }
  }
}

extension AdvertPolicy.Peer {
  fileprivate init(_ peer: UnicastPeer) {
    self.init(address: peer.address, timeToLive: peer.minimumTTL...max(peer.minimumTTL, peer.maximumTTL))
  }
}

extension TrailerAuthentication {
  fileprivate init(_ definition: TrailerDefinition) {
    self.init(
      activeKey: TrailerKey(definition.activeKey), otherKeys: definition.otherKeys.map(TrailerKey.init),
      window: definition.window, signs: definition.mode != .receiveOnly,
      demandsTrailers: definition.mode == .enforce)
  }
}

extension TrailerKey {
  fileprivate init(_ definition: TrailerDefinition.Key) {
    self.init(id: definition.id, bytes: definition.bytes)
  }
}
