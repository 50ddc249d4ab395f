import HealthCore
import NetworkTypes
import VRRPCore

/// `authentication` with a type and a password of at most eight bytes, or `auth_hmac`.
package enum AuthenticationDefinition: Sendable, Hashable, CustomReflectable {
  /// `PASS`: the password stands in each advert (RFC 2338 section 5.3.6.1).
  case password([UInt8])
  /// `AH`: each advert is signed in an Authentication Header (RFC 2338 section 5.3.6.2).
  case header(key: [UInt8])
  /// `auth_hmac`: each advert is signed in a trailer, in either version.
  case trailer(TrailerDefinition)

  /// An empty mirror, so that a dump shows no secret.
  package var customMirror: Mirror { Mirror(self, children: []) }
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
package struct TrailerDefinition: Sendable, Hashable, CustomReflectable {
  /// A key and its number.
  package struct Key: Sendable, Hashable, CustomReflectable {
    /// Number of the key, 1 to 255.
    package var id: UInt8
    /// The key, 32 to 64 bytes.
    package var bytes: [UInt8]

    package init(id: UInt8, bytes: [UInt8]) {
      self.id = id
      self.bytes = bytes
    }

    /// An empty mirror, so that a dump shows no secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// Adverts that are signed and that must be.
  package enum Mode: String, Sendable, Hashable, CaseIterable {
    /// Own adverts are signed; unsigned ones are refused.
    case enforce
    /// Own adverts are signed; unsigned ones are accepted.
    case permissive
    /// Own adverts are not signed; unsigned ones are accepted.
    case receiveOnly = "receive-only"
  }

  /// Key that signs own adverts (`active_key`).
  package var activeKey: Key
  /// Other keys that received adverts may be signed with.
  package var otherKeys: [Key]
  /// Largest difference between a sender's clock and this host's, in seconds (`time_window`); `nil` if sequence numbers need only grow
  /// (`anti_replay monotonic`).
  package var window: Int?
  /// Adverts that are signed (`mode`).
  package var mode: Mode

  package init(activeKey: Key, otherKeys: [Key] = [], window: Int?, mode: Mode = .enforce) {
    self.activeKey = activeKey
    self.otherKeys = otherKeys
    self.window = window
    self.mode = mode
  }

  /// An empty mirror, so that a dump shows no secret.
  package var customMirror: Mirror { Mirror(self, children: []) }
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
