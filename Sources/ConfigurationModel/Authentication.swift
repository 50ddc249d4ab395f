import HealthCore
import NetworkTypes
import VRRPCore

/// `authentication`, a way and its `auth_pass`, of which keepalived takes at most eight bytes; or `auth_hmac`.
public enum AuthenticationDefinition: Sendable, Hashable, CustomReflectable {
  /// `PASS`: the password stands in each advert (RFC 2338 section 5.3.6.1).
  case password([UInt8])
  /// `AH`: each advert is signed in an Authentication Header (RFC 2338 section 5.3.6.2).
  case header(key: [UInt8])
  /// `auth_hmac`: each advert is signed in a trailer, in either version.
  case trailer(TrailerDefinition)

  /// Shows nothing, so that no dump of a configuration gives the password away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension AuthenticationDefinition: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .password(try [UInt8](from: &reader))
    case 1: self = .header(key: try [UInt8](from: &reader))
    case 2: self = .trailer(try TrailerDefinition(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .password(let value): writer.put(case: 0, value)
    case .header(let value): writer.put(case: 1, value)
    case .trailer(let value): writer.put(case: 2, value)
    }
  }
}

/// `auth_hmac`.
public struct TrailerDefinition: Sendable, Hashable, CustomReflectable {
  /// A key with its number.
  public struct Key: Sendable, Hashable, CustomReflectable {
    /// Its number, 1 to 255.
    public var id: UInt8
    /// Its 32 to 64 bytes.
    public var bytes: [UInt8]

    /// A key of the given contents.
    public init(id: UInt8, bytes: [UInt8]) {
      self.id = id
      self.bytes = bytes
    }

    /// Shows nothing, so that no dump of a configuration gives the key away.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// Which adverts are signed.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// All: what bears no trailer is refused.
    case enforce
    /// Its own: what bears no trailer is taken all the same.
    case permissive
    /// None of its own either.
    case receiveOnly = "receive-only"
  }

  /// The key that own adverts are signed with (`active_key`).
  public var activeKey: Key
  /// The other keys that adverts may be signed with.
  public var otherKeys: [Key]
  /// How many seconds a sender's clock may be from this host's (`time_window`); `nil` if its numbers need only grow (`anti_replay
  /// monotonic`).
  public var window: Int?
  /// Which adverts are signed (`mode`).
  public var mode: Mode

  /// A definition of the given contents.
  public init(activeKey: Key, otherKeys: [Key] = [], window: Int?, mode: Mode = .enforce) {
    self.activeKey = activeKey
    self.otherKeys = otherKeys
    self.window = window
    self.mode = mode
  }

  /// Shows nothing, so that no dump of a configuration gives a key away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension TrailerDefinition.Mode: ImageChoice {}

extension TrailerDefinition: ImageRecord {
  static var blank: Self { Self(activeKey: .blank, window: nil) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&activeKey)
    try field(&otherKeys)
    try field(&window)
    try field(&mode)
  }
}

extension TrailerDefinition.Key: ImageRecord {
  static var blank: Self { Self(id: 0, bytes: []) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&id)
    try field(&bytes)
  }
}
