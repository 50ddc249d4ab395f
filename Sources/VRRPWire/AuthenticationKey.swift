import CNettle

/// Key of HMAC-MD5-96 (RFC 2403), with which an advert behind an Authentication Header is signed; never printed.
///
/// MD5 must not be used for anything new. No known attack on it forges an HMAC (RFC 6151 section 2.3).
public struct AuthenticationKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// HMAC state that depends on the key only, computed once (RFC 2104 section 4). It is stored in line, so that signing
  /// allocates nothing.
  private let context: hmac_md5_ctx

  /// Length in bytes of the part of the HMAC that is sent: its first 96 bits.
  static let integrityCheckLength = 12

  /// A key of the given bytes; a password of keepalived has at most eight.
  public init(bytes: [UInt8]) {
    var context = hmac_md5_ctx()
    bytes.withUnsafeBufferPointer { nettle_hmac_md5_set_key(&context, $0.count, $0.baseAddress) }
    self.context = context
  }

  /// HMAC-MD5 over `prefix` followed by `rest`.
  func code(of prefix: RawSpan, _ rest: RawSpan) -> AuthenticationCode {
    var context = context
    prefix.withBytes { nettle_hmac_md5_update(&context, $0.count, $0.baseAddress) }
    rest.withBytes { nettle_hmac_md5_update(&context, $0.count, $0.baseAddress) }
    return AuthenticationCode { nettle_hmac_md5_digest(&context, $0.count, $0.baseAddress) }
  }

  /// Eight asterisks, whatever the key is.
  public var description: String { "********" }

  /// Empty mirror, so that no dump of a value with a key shows the key.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
