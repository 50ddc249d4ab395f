import ConfigurationSyntax
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
