/// The state of a BFD session (RFC 5880 section 4.1, Sta).
public enum BFDState: UInt8, Sendable, Hashable, CaseIterable {
  /// Held down by its administrator.
  case adminDown = 0
  /// No packet comes from the other end, or the other end does not hear this one.
  case down = 1
  /// Packets come from the other end, but it is not yet known to hear this one.
  case initialize = 2
  /// Both ends hear each other.
  case up = 3
}

/// Reason for which a session last left the state Up (RFC 5880 section 4.1, Diag); five bits on the wire.
public struct BFDDiagnostic: RawRepresentable, Sendable, Hashable {
  /// The number, 0 to 31.
  public let rawValue: UInt8

  /// A diagnostic from the low five bits of its number.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue & 31
  }

  /// No diagnostic.
  public static let none = BFDDiagnostic(rawValue: 0)
  /// No packet came for a whole detection time.
  public static let detectionTimeExpired = BFDDiagnostic(rawValue: 1)
  /// The other end says that the session is down.
  public static let neighborSignaledDown = BFDDiagnostic(rawValue: 3)
  /// The administrator took the session down.
  public static let administrativelyDown = BFDDiagnostic(rawValue: 7)

  /// Text of the diagnostic in RFC 5880 section 4.1.
  public var text: String {
    switch rawValue {
    case 0: "no diagnostic"
    case 1: "control detection time expired"
    case 2: "echo function failed"
    case 3: "neighbor signaled session down"
    case 4: "forwarding plane reset"
    case 5: "path down"
    case 6: "concatenated path down"
    case 7: "administratively down"
    case 8: "reverse concatenated path down"
    default: "diagnostic \(rawValue)"
    }
  }
}

/// A BFD control packet (RFC 5880 section 4.1) without its version and length. Intervals are in microseconds.
public struct BFDControlPacket: Sendable, Hashable {
  /// The sender's state.
  public var state: BFDState
  /// Reason for which the sender's session last left the state Up.
  public var diagnostic = BFDDiagnostic.none
  /// P: the sender asks for a packet with F.
  public var poll = false
  /// F: the packet answers one with P.
  public var final = false
  /// C: the sender's BFD runs apart from its control plane, and goes on when that fails.
  public var controlPlaneIndependent = false
  /// A: an authentication section follows.
  public var authenticationPresent = false
  /// D: the sender wants no periodic packets while both ends are up.
  public var demand = false
  /// Number of consecutive packets whose loss takes the session down (Detect Mult); never 0.
  public var detectMultiplier: UInt8
  /// Sender's number for the session; never 0.
  public var myDiscriminator: UInt32
  /// Receiver's number for the session; 0 while the sender does not know it.
  public var yourDiscriminator: UInt32 = 0
  /// Shortest interval at which the sender would like to send, in microseconds.
  public var desiredMinTx: UInt32
  /// Shortest interval at which the sender can receive, in microseconds; 0 asks for no periodic packets.
  public var requiredMinRx: UInt32
  /// Shortest interval at which the sender can receive echo packets, in microseconds; 0 if it does not support them.
  public var requiredMinEchoRx: UInt32 = 0

  /// A packet of the given contents.
  public init(
    state: BFDState, detectMultiplier: UInt8, myDiscriminator: UInt32, desiredMinTx: UInt32, requiredMinRx: UInt32
  ) {
    self.state = state
    self.detectMultiplier = detectMultiplier
    self.myDiscriminator = myDiscriminator
    self.desiredMinTx = desiredMinTx
    self.requiredMinRx = requiredMinRx
  }
}

/// Reason for which a BFD control packet was discarded, in the order of the checks in RFC 5880 section 6.8.6.
///
/// Raw values count from 0 and never change their meaning: counters in shared memory are indexed by them.
public enum BFDDiscard: UInt8, Error, Sendable, Hashable, CaseIterable {
  /// The TTL or hop limit is below the least one allowed: 255 on one link (RFC 5881 section 5).
  case hopLimit = 0
  /// The version is not 1.
  case version = 1
  /// The length field is less than the length of the mandatory fields.
  case length = 2
  /// The length field exceeds the length of the datagram.
  case truncated = 3
  /// The detection multiplier is 0.
  case detectMultiplier = 4
  /// The multipoint bit is set.
  case multipoint = 5
  /// The sender's discriminator is 0.
  case myDiscriminator = 6
  /// No session has the packet's discriminator or, if that is 0, no session is with the sender.
  case unknownSession = 7
  /// The receiver's discriminator is 0, although the state is neither Down nor AdminDown.
  case yourDiscriminator = 8
  /// The packet has an authentication section, and this session uses no authentication.
  case authentication = 9
  /// This end is held down by its administrator.
  case administrativelyDown = 10

  /// Stable name for machine-readable output.
  public var name: String {
    switch self {
    case .hopLimit: "hop_limit"
    case .version: "version"
    case .length: "length"
    case .truncated: "truncated"
    case .detectMultiplier: "detect_multiplier"
    case .multipoint: "multipoint"
    case .myDiscriminator: "my_discriminator"
    case .unknownSession: "unknown_session"
    case .yourDiscriminator: "your_discriminator"
    case .authentication: "authentication"
    case .administrativelyDown: "administratively_down"
    }
  }

  /// One clause for log lines.
  public var text: String {
    switch self {
    case .hopLimit: "its TTL or hop limit is lower than max_hops allows"
    case .version: "its version is not 1"
    case .length: "its length field is too small"
    case .truncated: "it is shorter than its length field says"
    case .detectMultiplier: "its detection multiplier is 0"
    case .multipoint: "its multipoint bit is set"
    case .myDiscriminator: "its own discriminator is 0"
    case .unknownSession: "it belongs to no session here"
    case .yourDiscriminator: "it knows no discriminator of ours and claims to hear us"
    case .authentication: "it is authenticated, which is not supported"
    case .administrativelyDown: "the session is held down here"
    }
  }
}
