/// Reason for which an advertisement was refused, or accepted with a warning.
///
/// An advert with ``addressCount`` or ``addressList`` is accepted with a warning, as in keepalived: two hosts that
/// ignored each other's adverts would both be master. Every other kind means that the advert was dropped and changed no
/// timer. Raw values count from 0 without a gap and never change their meaning: counters in shared memory are indexed
/// by them. A comment says which kinds only the engine raises.
public enum AdvertisementError: UInt8, Error, Sendable, Hashable, CaseIterable {
  /// The TTL or hop limit is not 255, or is outside a unicast peer's range (RFC 9568 section 5.1.1.3).
  case timeToLive = 0
  /// The version is neither 2 nor 3, or not the virtual router's (RFC 9568 section 5.2.1).
  case version = 1
  /// The type is not 1, ADVERTISEMENT (RFC 9568 section 5.2.2).
  case type = 2
  /// The message ends before the fields and addresses that its header announces (RFC 9568 section 7.1).
  case truncated = 3
  /// The message goes on after the fields and addresses that its header announces.
  case length = 4
  /// The checksum is wrong (RFC 9568 section 5.2.8).
  case checksum = 5
  /// No virtual router on this interface has the VRID. The decoder raises it for VRID 0 only, otherwise the engine
  /// does.
  case unknownVirtualRouter = 6
  /// The authentication type does not exist (RFC 2338 section 5.3.6).
  case authenticationType = 7
  /// The authentication type exists but is not the one configured for the virtual router.
  case authenticationMismatch = 8
  /// The password is not the one configured for the virtual router.
  case authenticationFailure = 9
  /// Version 2: the interval is not the one configured (RFC 3768 section 7.1). Either version: the interval is zero.
  case interval = 10
  /// The number of addresses is not the configured one. The advert is accepted all the same.
  case addressCount = 11
  /// The number of addresses is right, but not the addresses. The advert is accepted all the same.
  case addressList = 12
  /// The advert is of version 2 over IPv6, which does not exist, or (raised by the engine) of a family that the router
  /// does not have.
  case family = 13
  /// The source is none of the configured unicast peers. Raised by the engine.
  case notAPeer = 14
  /// The source is an address of this host. Raised by the engine.
  case ownAddress = 15
  /// The destination is multicast for a router in unicast, or the reverse. Raised by the engine.
  case destination = 16
  /// The IP header in front of the message cannot be read, or the packet is a fragment.
  case ipHeader = 17
  /// The Authentication Header is cut short or contradicts itself (RFC 2402 section 2).
  case authenticationHeader = 18
  /// The check value is not that of the virtual router's key (RFC 2402 section 3.4.4; ``AuthenticationTrailer``).
  case authenticationCode = 19
  /// The sequence number is not above those sent and received before (RFC 2402 section 3.4.3; ``ReplayMarks``).
  case replay = 20
  /// The advert has no authentication trailer, and the virtual router demands one.
  case trailerMissing = 21
  /// The authentication trailer is cut short or of an unknown type.
  case trailerMalformed = 22
  /// The authentication trailer names a key that the virtual router does not have.
  case unknownKey = 23
  /// The authentication trailer was made too long ago by this host's clock, or lies too far in its future.
  case stale = 24

  /// Stable name for machine-readable output.
  public var name: String {
    switch self {
    case .timeToLive: "time_to_live"
    case .version: "version"
    case .type: "type"
    case .truncated: "truncated"
    case .length: "length"
    case .checksum: "checksum"
    case .unknownVirtualRouter: "unknown_virtual_router"
    case .authenticationType: "authentication_type"
    case .authenticationMismatch: "authentication_mismatch"
    case .authenticationFailure: "authentication_failure"
    case .interval: "interval"
    case .addressCount: "address_count"
    case .addressList: "address_list"
    case .family: "family"
    case .notAPeer: "not_a_peer"
    case .ownAddress: "own_address"
    case .destination: "destination"
    case .ipHeader: "ip_header"
    case .authenticationHeader: "authentication_header"
    case .authenticationCode: "authentication_code"
    case .replay: "replay"
    case .trailerMissing: "trailer_missing"
    case .trailerMalformed: "trailer_malformed"
    case .unknownKey: "unknown_key"
    case .stale: "stale"
    }
  }
}

extension AdvertisementError: CustomStringConvertible {
  /// One clause for log lines.
  public var description: String {
    switch self {
    case .timeToLive: "the TTL or hop limit is not the one required, so it may have come through a router"
    case .version: "the protocol version is not the one configured"
    case .type: "the message is not an advertisement"
    case .truncated: "the message is shorter than its own fields say"
    case .length: "the message is longer than its own fields say"
    case .checksum: "the checksum is wrong"
    case .unknownVirtualRouter: "no virtual router with this VRID is configured on the interface"
    case .authenticationType: "the authentication type does not exist"
    case .authenticationMismatch: "the authentication type is not the one configured"
    case .authenticationFailure: "the password is not the one configured"
    case .interval: "the advertisement interval is zero or, in version 2, not the one configured"
    case .addressCount: "the number of virtual addresses is not the one configured"
    case .addressList: "the virtual addresses are not the ones configured"
    case .family: "the address family is not the virtual router's, or it is version 2 over IPv6"
    case .notAPeer: "the sender is not a configured unicast peer"
    case .ownAddress: "the sender uses an address of this host"
    case .destination: "it was sent to multicast where unicast is configured, or the other way round"
    case .ipHeader: "the IP header cannot be read, or the packet is a fragment"
    case .authenticationHeader: "the authentication header is cut short or contradicts itself"
    case .authenticationCode: "it was signed with another key, or changed on its way"
    case .replay: "its sequence number is an old one: somebody sends it again, or a host began to count anew"
    case .trailerMissing: "it is not signed, and auth_hmac demands that it is"
    case .trailerMalformed: "its authentication trailer is cut short or of an unknown type"
    case .unknownKey: "it was signed with a key that is not configured"
    case .stale: "it was not signed just now, or the sender's clock does not agree with this host's"
    }
  }
}
