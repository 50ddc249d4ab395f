/// The key of HMAC-MD5-96 (RFC 2403), by which an advert behind an Authentication Header is signed; never printed.
///
/// What depends on the key alone is computed once (RFC 2104 section 4).
public struct AuthenticationKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  private let inner: MessageDigest5
  private let outer: MessageDigest5

  /// The length in bytes of what is sent of the HMAC: its first 96 bits.
  static let integrityCheckLength = 12

  /// A key of the given bytes; one of keepalived's passwords has at most eight.
  public init(bytes: [UInt8]) {
    var key = bytes
    if key.count > MessageDigest5.blockLength {
      var digest = MessageDigest5()
      digest.update(key)
      let shortened = digest.finish()
      key = shortened.indices.map { shortened[$0] }
    }
    key += Array(repeating: 0, count: MessageDigest5.blockLength - key.count)
    var inner = MessageDigest5()
    inner.update(key.map { $0 ^ 0x36 })
    var outer = MessageDigest5()
    outer.update(key.map { $0 ^ 0x5C })
    self.inner = inner
    self.outer = outer
  }

  /// The whole HMAC-MD5 of pieces that follow one another: `prefix`, then `rest`.
  func code(of prefix: RawSpan, _ rest: RawSpan) -> SIMD16<UInt8> {
    var digest = inner
    digest.update(prefix)
    digest.update(rest)
    let first = digest.finish()
    var last = outer
    last.update(first.indices.map { first[$0] })
    return last.finish()
  }

  /// Eight asterisks, whatever the key is.
  public var description: String { "********" }

  /// Shows nothing, so that no dump of a value that holds a key gives it away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
