import NetworkTypes
import VRRPCore

/// `bfd_instance`: a BFD session with a neighbour.
public struct BFDInstanceDefinition: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// The other end.
  public var neighbor: IPAddress
  /// Where packets are sent from when the file says (`source_ip`).
  public var source: IPAddress?
  /// What the session is told.
  public var session: BFDConfiguration
  /// Whether the neighbour may be several hops away (RFC 5883).
  public var isMultihop = false
  /// TTL or hop limit of what is sent.
  public var hopLimit: UInt8 = 255
  /// How many routers a received packet may have passed (`max_hops`); negative for any number.
  public var greatestHops = 0
  /// -253 to 253; 0 makes a session that is down a fault.
  public var weight = 0
  /// Whether up and down change places in the weight.
  public var reverse = false

  /// The least TTL or hop limit of what is taken.
  public var leastHopLimit: UInt8 { greatestHops < 0 ? 0 : UInt8(clamping: Int(hopLimit) - greatestHops) }

  /// A session on one link with the defaults.
  public init(name: String, neighbor: IPAddress, session: BFDConfiguration = BFDConfiguration()) {
    self.name = name
    self.neighbor = neighbor
    self.session = session
  }
}

extension BFDInstanceDefinition: ImageRecord {
  static var blank: Self { Self(name: "", neighbor: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&neighbor)
    try field(&source)
    try field(&session)
    try field(&isMultihop)
    try field(&hopLimit)
    try field(&greatestHops)
    try field(&weight)
    try field(&reverse)
  }
}
