/// Why an advertisement was not taken as it came.
///
/// Every kind but those that ``isObeyed`` names means that the advert was dropped and no timer touched. The raw values count from
/// 0 without a gap and never change their meaning: counters in shared memory are indexed by them. Those the decoder never
/// raises, because only the engine can know, say so.
public enum AdvertisementError: UInt8, Error, Sendable, Hashable, CaseIterable {
  /// The TTL or hop limit is not what it must be: 255, or within a unicast peer's range (RFC 9568 section 5.1.1.3).
  case timeToLive = 0
  /// The version is neither 2 nor 3, or not the virtual router's (RFC 9568 section 5.2.1).
  case version = 1
  /// The type is not 1, ADVERTISEMENT (RFC 9568 section 5.2.2).
  case type = 2
  /// The message ends before the fields and addresses that it announces (RFC 9568 section 7.1).
  case truncated = 3
  /// The message goes on after the fields and addresses that it announces.
  case length = 4
  /// The checksum is wrong (RFC 9568 section 5.2.8).
  case checksum = 5
  /// No virtual router on this interface has the VRID; raised by the decoder for VRID 0 only, else by the engine.
  case unknownVirtualRouter = 6
  /// The authentication type is not one that exists (RFC 2338 section 5.3.6).
  case authenticationType = 7
  /// The authentication type exists but is not the virtual router's.
  case authenticationMismatch = 8
  /// The password is not the virtual router's.
  case authenticationFailure = 9
  /// Version 2: the interval is not the virtual router's (RFC 3768 section 7.1). Either version: the interval is zero.
  case interval = 10
  /// The number of addresses is not the virtual router's; obeyed all the same.
  case addressCount = 11
  /// The number of addresses is right, but not the addresses; obeyed all the same.
  case addressList = 12
  /// Version 2 over IPv6, which does not exist; or, raised by the engine, a family the virtual router does not have.
  case family = 13
  /// The source is none of the configured unicast peers; raised by the engine.
  case notAPeer = 14
  /// The source is an address of this host; raised by the engine.
  case ownAddress = 15
  /// Sent to another kind of destination than the virtual router uses: multicast or unicast; raised by the engine.
  case destination = 16
  /// The IP header in front of the message cannot be read, or the packet is a fragment.
  case ipHeader = 17
  /// The Authentication Header is cut short or contradicts itself (RFC 2402 section 2).
  case authenticationHeader = 18
  /// The check value is not that of the virtual router's key (RFC 2402 section 3.4.4; ``AuthenticationTrailer``).
  case authenticationCode = 19
  /// The sequence number is not above those that were sent and heard before (RFC 2402 section 3.4.3; ``ReplayMarks``).
  case replay = 20
  /// There is no authentication trailer, and the virtual router demands one.
  case trailerMissing = 21
  /// The authentication trailer is cut short, or of another type than there is.
  case trailerMalformed = 22
  /// The authentication trailer names a key that the virtual router does not have.
  case unknownKey = 23
  /// The authentication trailer was made too long ago by this host's clock, or is not made yet.
  case stale = 24

  /// Whether the advert is counted and warned of but obeyed, as keepalived does: two hosts that differ in their list of addresses
  /// and did not listen to each other would both be master.
  public var isObeyed: Bool {
    switch self {
    case .addressCount, .addressList: true
    case .timeToLive, .version, .type, .truncated, .length, .checksum, .unknownVirtualRouter, .authenticationType,
      .authenticationMismatch, .authenticationFailure, .interval, .family, .notAPeer, .ownAddress, .destination,
      .ipHeader, .authenticationHeader, .authenticationCode, .replay, .trailerMissing, .trailerMalformed, .unknownKey,
      .stale:
      false
    }
  }

  /// A stable name for metrics and machine-readable output.
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
  /// One line for people.
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
