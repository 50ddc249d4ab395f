import CNettle

/// The key of HMAC-MD5-96 (RFC 2403), by which an advert behind an Authentication Header is signed; never printed.
///
/// MD5 must not be used for anything new. No known attack on it forges an HMAC (RFC 6151 section 2.3).
public struct AuthenticationKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// What depends on the key alone, computed once (RFC 2104 section 4). It lies in this value, so that signing allocates nothing.
  private let context: hmac_md5_ctx

  /// The length in bytes of what is sent of the HMAC: its first 96 bits.
  static let integrityCheckLength = 12

  /// A key of the given bytes; one of keepalived's passwords has at most eight.
  public init(bytes: [UInt8]) {
    var context = hmac_md5_ctx()
    bytes.withUnsafeBufferPointer { nettle_hmac_md5_set_key(&context, $0.count, $0.baseAddress) }
    self.context = context
  }

  /// The whole HMAC-MD5 of pieces that follow one another: `prefix`, then `rest`.
  func code(of prefix: RawSpan, _ rest: RawSpan) -> AuthenticationCode {
    var context = context
    prefix.withBytes { nettle_hmac_md5_update(&context, $0.count, $0.baseAddress) }
    rest.withBytes { nettle_hmac_md5_update(&context, $0.count, $0.baseAddress) }
    return AuthenticationCode { nettle_hmac_md5_digest(&context, $0.count, $0.baseAddress) }
  }

  /// Eight asterisks, whatever the key is.
  public var description: String { "********" }

  /// Shows nothing, so that no dump of a value that holds a key gives it away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
