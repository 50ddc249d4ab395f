import CNettle
import NetworkTypes

/// A key of HMAC-SHA256 with the number that trailers name it by; never printed.
public struct TrailerKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// Its number, 1 to 255.
  public let id: UInt8
  /// What depends on the key alone, computed once (RFC 2104 section 4). It lies in this value, so that signing allocates nothing.
  private let context: hmac_sha256_ctx

  /// A key of the given bytes.
  public init(id: UInt8, bytes: [UInt8]) {
    self.id = id
    var context = hmac_sha256_ctx()
    bytes.withUnsafeBufferPointer { nettle_hmac_sha256_set_key(&context, $0.count, $0.baseAddress) }
    self.context = context
  }

  /// The first 128 bits of the HMAC of pieces that follow one another.
  func code(of first: RawSpan, _ second: RawSpan, _ third: RawSpan) -> AuthenticationCode {
    var context = context
    first.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    second.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    third.withBytes { nettle_hmac_sha256_update(&context, $0.count, $0.baseAddress) }
    return AuthenticationCode { nettle_hmac_sha256_digest(&context, $0.count, $0.baseAddress) }
  }

  /// Its number, and asterisks.
  public var description: String { "\(id) ********" }

  /// Shows nothing, so that no dump of a value that holds a key gives it away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How a virtual router signs its adverts and what it demands of others' (`auth_hmac`).
public struct TrailerAuthentication: Sendable {
  /// The key that its own adverts are signed with.
  public let activeKey: TrailerKey
  /// Every key that others may sign with; the active one among them.
  public let keys: [TrailerKey]
  /// How many seconds an advert's number may be from this host's clock (`anti_replay time`); `nil` if numbers need only grow
  /// (`anti_replay monotonic`).
  public let window: Int?
  /// Whether its own adverts are signed; not under `mode receive-only`.
  public let signs: Bool
  /// Whether adverts without a trailer are refused; only under `mode enforce`.
  public let demandsTrailers: Bool

  /// A way of signing with the given keys.
  public init(
    activeKey: TrailerKey, otherKeys: [TrailerKey] = [], window: Int?, signs: Bool = true, demandsTrailers: Bool = true
  ) {
    self.activeKey = activeKey
    keys = [activeKey] + otherKeys
    self.window = window
    self.signs = signs
    self.demandsTrailers = demandsTrailers
  }

  /// What an advert may have behind it.
  public var trailerUse: TrailerUse { demandsTrailers ? .demanded : .allowed }
}

/// One virtual router's part in the authentication by trailers: its keys, its own numbers and those that it took from others.
public struct TrailerGuard: Sendable {
  private let authentication: TrailerAuthentication
  /// The numbers of its own adverts.
  public private(set) var sequence: TrailerSequence
  /// The numbers taken from others.
  public var marks: ReplayMarks

  /// A guard that knows no number yet.
  public init(_ authentication: TrailerAuthentication) {
    self.authentication = authentication
    sequence = TrailerSequence(window: authentication.window)
    marks = ReplayMarks(window: authentication.window)
  }

  /// Goes on from a number that was sent before.
  public mutating func resume(after last: TrailerNumber) {
    sequence = TrailerSequence(after: last, window: authentication.window)
  }

  /// Signs an advert. The trailer holds for all destinations.
  public mutating func sign(_ template: AdvertisementTemplate, at time: CalendarInstant) -> AuthenticationTrailer {
    trailer(for: template, sequence.take(at: time))
  }

  /// The trailer that an advert would get next, which is not counted.
  public func nextTrailer(for template: AdvertisementTemplate, at time: CalendarInstant) -> AuthenticationTrailer {
    trailer(for: template, sequence.next(at: time))
  }

  private func trailer(for template: AdvertisementTemplate, _ number: TrailerNumber) -> AuthenticationTrailer {
    template.withBytes {
      AuthenticationTrailer(for: $0.bytes, from: template.source, key: authentication.activeKey, number: number)
    }
  }

  /// Takes a received message, advert and trailer, if it is authentic, fresh and new.
  ///
  /// The age is looked at first, since that costs nothing; the number only once the sender is known, or a forged one would shut the
  /// right one out.
  /// - Returns: The position of the mark that has changed, and how many seconds the sender's clock was ahead of this host's.
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
    guard let mark = marks.take(trailer.number, from: source, at: time) else { throw .replay }
    return (mark, skew)
  }
}
