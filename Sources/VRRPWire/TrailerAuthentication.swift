import CNettle
import NetworkTypes

/// Key of HMAC-SHA256 with the number by which trailers name it; never printed.
public struct TrailerKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// Number of the key, 1 to 255.
  public let id: UInt8
  /// HMAC state that depends on the key only, computed once (RFC 2104 section 4). It is stored in line, so that signing
  /// allocates nothing.
  private let context: hmac_sha256_ctx

  /// A key of the given bytes.
  public init(id: UInt8, bytes: [UInt8]) {
    self.id = id
    var context = hmac_sha256_ctx()
    bytes.withUnsafeBufferPointer { nettle_hmac_sha256_set_key(&context, $0.count, $0.baseAddress) }
    self.context = context
  }

  /// First 128 bits of the HMAC over the three pieces in order.
  func code(of first: RawSpan, _ second: RawSpan, _ third: RawSpan) -> AuthenticationCode {
    var context = context
    first.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    second.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    third.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    return AuthenticationCode { nettle_hmac_sha256_digest(&context, $0.count, $0.baseAddress) }
  }

  /// Number of the key, and asterisks.
  public var description: String { "\(id) ********" }

  /// Empty mirror, so that no dump of a value with a key shows the key.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Settings for authentication by trailers (`auth_hmac`): signing own adverts and verifying those of other hosts.
public struct TrailerAuthentication: Sendable {
  /// Key of own adverts.
  public let activeKey: TrailerKey
  /// Keys that other hosts may use, including ``activeKey``.
  public let keys: [TrailerKey]
  /// Greatest distance in seconds of an advert's number from this host's clock (`anti_replay time`); `nil` if numbers
  /// need only increase (`anti_replay monotonic`).
  public let window: Int?
  /// Whether own adverts are signed; they are not under `mode receive-only`.
  public let signs: Bool
  /// Whether adverts without a trailer are refused, as under `mode enforce`.
  public let demandsTrailers: Bool

  /// Settings with the given keys.
  public init(
    activeKey: TrailerKey, otherKeys: [TrailerKey] = [], window: Int?, signs: Bool = true, demandsTrailers: Bool = true
  ) {
    self.activeKey = activeKey
    keys = [activeKey] + otherKeys
    self.window = window
    self.signs = signs
    self.demandsTrailers = demandsTrailers
  }

  /// Whether a trailer may or must follow an advert.
  public var trailerUse: TrailerUse { demandsTrailers ? .demanded : .allowed }
}

/// State of one virtual router's authentication by trailers: its keys, its own numbers and those accepted from other
/// hosts.
public struct TrailerGuard: Sendable {
  private let authentication: TrailerAuthentication
  /// Numbers of own adverts.
  public private(set) var sequence: TrailerSequence
  /// Numbers accepted from other hosts.
  public var marks: ReplayMarks

  /// A guard without any number yet.
  public init(_ authentication: TrailerAuthentication) {
    self.authentication = authentication
    sequence = TrailerSequence(window: authentication.window)
    marks = ReplayMarks(window: authentication.window)
  }

  /// Continues after a number that was sent before.
  public mutating func resume(after last: TrailerNumber) {
    sequence = TrailerSequence(after: last, window: authentication.window)
  }

  /// Signs an advert. The trailer is valid for all destinations.
  public mutating func sign(_ template: AdvertisementTemplate, at time: CalendarInstant) -> AuthenticationTrailer {
    trailer(for: template, sequence.assignNext(at: time))
  }

  /// Trailer that the next advert would get. The number is not counted.
  public func nextTrailer(for template: AdvertisementTemplate, at time: CalendarInstant) -> AuthenticationTrailer {
    trailer(for: template, sequence.next(at: time))
  }

  private func trailer(for template: AdvertisementTemplate, _ number: TrailerNumber) -> AuthenticationTrailer {
    template.withBytes {
      AuthenticationTrailer(for: $0.bytes, from: template.source, key: authentication.activeKey, number: number)
    }
  }

  /// Accepts a received message, advert and trailer, if it is authentic, fresh and new.
  ///
  /// The age is checked first, since that costs nothing. The number is recorded only after the signature was verified, or a forged
  /// advert would shut out the genuine ones.
  /// - Returns: The position of the mark that has changed, and the seconds by which the sender's clock is ahead of this host's.
  /// - Throws: ``AdvertisementError/trailerMalformed``, ``AdvertisementError/stale``, ``AdvertisementError/unknownKey``,
  ///   ``AdvertisementError/authenticationCode`` or ``AdvertisementError/replay``.
  public mutating func admit(
    _ received: ReceivedAdvertisement, _ message: RawSpan, from source: IPAddress, at time: CalendarInstant
  ) throws(AdvertisementError) -> (mark: Int, skew: Int) {
    guard received.length <= message.byteCount else { throw .trailerMalformed }
    let trailer = try AuthenticationTrailer(decoding: message.extracting(received.length..<message.byteCount))
    let skew = trailer.number.seconds(since: TrailerNumber(at: time))
    if let window = authentication.window, abs(skew) > window { throw .stale }
    guard let key = authentication.keys.first(where: { $0.id == trailer.keyID }) else { throw .unknownKey }
    try trailer.verify(message.extracting(0..<received.length), from: source, key: key)
    guard let mark = marks.accept(trailer.number, from: source, at: time) else { throw .replay }
    return (mark, skew)
  }
}
