import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

/// How adverts are sent and which are taken, by what a router is configured to.
@Suite struct AdvertPolicyTests {
  private static let group = IPAddress(v4: 0xE000_0012)
  private static let own = IPAddress(v4: 0xC000_0201)
  private static let other = IPAddress(v4: 0xC000_0202)
  private static let stranger = IPAddress(v4: 0xC000_0209)

  private func policy(_ change: (inout AdvertPolicy) -> Void = { _ in }) throws -> AdvertPolicy {
    var policy = AdvertPolicy(
      virtualRouterID: try #require(VirtualRouterID(51)), addresses: AddressList(IPAddress(v4: 0xC000_020A)),
      expectation: AdvertisementExpectation(version: .v3, interval: .seconds(1)), group: Self.group)
    change(&policy)
    return policy
  }

  /// What comes of an advert that another host sent by this policy's own settings, but for what is given.
  private func error(
    of policy: AdvertPolicy, from source: IPAddress = other, to destination: IPAddress = group, hops: UInt8 = 255,
    sentBy sender: AdvertPolicy? = nil
  ) throws -> AdvertisementError? {
    let message = try (sender ?? policy).template(from: source, to: destination).bytes
    let origin = DatagramOrigin(source: source, destination: destination, timeToLive: hops)
    do throws(AdvertisementError) {
      _ = try policy.admit(message.span.bytes, origin, isOwnAddress: { $0 == Self.own })
      return nil
    } catch {
      return error
    }
  }

  private static let peer = AdvertPolicy.Peer(address: other)
  private static let nearPeer = AdvertPolicy.Peer(address: other, timeToLive: 250...254)

  @Test(
    arguments: [
      // By multicast: the group, one hop, and no address of this host.
      (nil, true, other, group, 255, nil), (nil, true, stranger, group, 255, nil),
      (nil, true, other, group, 254, .timeToLive), (nil, true, other, own, 255, .destination),
      (nil, true, own, group, 255, .ownAddress),
      // By unicast: from a peer of the right distance, or from anybody if nobody is asked for.
      ([peer], true, other, own, 64, nil), ([peer], true, stranger, own, 64, .notAPeer),
      ([peer], false, stranger, own, 64, nil), ([peer], true, other, group, 255, .destination),
      ([nearPeer], true, other, own, 254, nil), ([nearPeer], true, other, own, 255, .timeToLive),
      ([nearPeer], false, stranger, own, 255, nil),
      ([AdvertPolicy.Peer(address: own)], false, own, own, 255, .ownAddress),
      // To be unicast without a peer is not to be multicast.
      ([], true, other, own, 255, .notAPeer), ([], false, other, own, 1, nil),
      ([], true, other, group, 255, .destination),
    ] as [([AdvertPolicy.Peer]?, Bool, IPAddress, IPAddress, UInt8, AdvertisementError?)])
  func admits(
    peers: [AdvertPolicy.Peer]?, demandsPeer: Bool, source: IPAddress, destination: IPAddress, hops: UInt8,
    expected: AdvertisementError?
  ) throws {
    let policy = try policy {
      $0.peers = peers
      $0.demandsPeer = demandsPeer
    }
    #expect(try error(of: policy, from: source, to: destination, hops: hops) == expected)
  }

  @Test("What is wrong in several ways is refused for the first of them, as RFC 9568 section 7.1 orders them")
  func order() throws {
    let receiver = try policy { $0.peers = [Self.peer] }
    let sender = try policy { $0.expectation.version = .v2 }
    #expect(try error(of: receiver, to: Self.group, sentBy: sender) == .version)
    let far = try policy()
    #expect(try error(of: far, from: Self.own, to: Self.other, hops: 3, sentBy: sender) == .timeToLive)
    #expect(try error(of: far, from: Self.own, to: Self.other) == .destination)
    let slow = try policy {
      $0.expectation.version = .v2
      $0.expectation.interval = .seconds(2)
    }
    #expect(try error(of: slow, from: Self.own, sentBy: sender) == .ownAddress)
    #expect(try error(of: slow, sentBy: sender) == .interval)
  }

  @Test func aListOfPeersMayNameThisHost() throws {
    let policy = try policy { $0.peers = [Self.own, Self.other].map { AdvertPolicy.Peer(address: $0) } }
    #expect(policy.destinations() == [Self.own, Self.other])
    #expect(policy.destinations { $0 == Self.own } == [Self.other])
    #expect(policy.concerns(Self.other, Self.own) && !policy.concerns(Self.stranger, Self.own))
    #expect(policy.timeToLive == policy.unicastTimeToLive)
  }

  @Test func aFurtherLinkIsAlwaysMulticast() throws {
    let policy = try policy {
      $0.peers = [Self.peer]
      $0.unicastTimeToLive = 3
    }
    let further = policy.onFurtherLink
    #expect(policy.timeToLive == 3 && further.timeToLive == 255)
    #expect(further.destinations() == [Self.group])
    #expect(further.concerns(Self.stranger, Self.group) && !further.concerns(Self.other, Self.own))
    #expect(try error(of: further, from: Self.stranger) == nil)
    #expect(try error(of: further, to: Self.own) == .destination)
  }

  @Test func otherAddressesCountUnlessNobodyIsToCompareThem() throws {
    let sender = try policy { $0.addresses = AddressList(Self.stranger) }
    let message = try sender.template(from: Self.other, to: Self.group).bytes
    let origin = DatagramOrigin(source: Self.other, destination: Self.group, timeToLive: 255)
    for compares in [true, false] {
      let policy = try policy { $0.comparesAddresses = compares }
      let received = try policy.admit(message.span.bytes, origin, isOwnAddress: { _ in false })
      let difference = policy.addressDifference(of: received, in: message.span.bytes)
      #expect(difference == (compares ? .addressList : nil))
    }
  }

  @Test(arguments: [true, false]) func signedAdvertsAreTakenByWhoSigns(demands: Bool) throws {
    let key = TrailerKey(id: 7, bytes: Array(repeating: 1, count: 32))
    let policy = try policy {
      $0.signing = .trailer(TrailerAuthentication(activeKey: key, window: 5, demandsTrailers: demands))
    }
    let plain = try self.policy()
    #expect(try error(of: policy, sentBy: plain) == (demands ? .trailerMissing : nil))
    let template = try policy.template(from: Self.other, to: Self.group)
    var message = TrailedMessage(template)
    let number = TrailerNumber(rawValue: 1 << 32)
    message.seal(
      template, AuthenticationTrailer(for: template.bytes.span.bytes, from: Self.other, key: key, number: number))
    let bytes = message.bytes
    let origin = DatagramOrigin(source: Self.other, destination: Self.group, timeToLive: 255)
    let received = try policy.admit(bytes.span.bytes, origin, isOwnAddress: { _ in false })
    #expect(received.hasTrailer)
    #expect(throws: AdvertisementError.length) {
      _ = try plain.admit(bytes.span.bytes, origin, isOwnAddress: { _ in false })
    }
  }
}
