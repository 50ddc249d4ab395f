import NetworkTypes
import VRRPCore

/// `bfd_instance`: a BFD session with a neighbour.
package struct BFDInstanceDefinition: Sendable, Hashable {
  package var name: String
  /// Address of the neighbour.
  package var neighbor: IPAddress
  /// Source address of packets (`source_ip`); `nil` if the kernel chooses.
  package var source: IPAddress?
  /// Intervals and multiplier of the session.
  package var session: BFDConfiguration
  /// True when the neighbour may be several hops away (RFC 5883).
  package var isMultihop = false
  /// TTL or hop limit of sent packets.
  package var hopLimit: UInt8 = 255
  /// Most routers that a received packet may have passed (`max_hops`); negative for any number.
  package var greatestHops = 0
  /// Weight of the session, -253 to 253; with 0 a session that is down is a fault.
  package var weight = 0
  /// True when the weight applies the other way round (`reverse`).
  package var reverse = false

  /// Least TTL or hop limit of accepted packets.
  package var leastHopLimit: UInt8 { greatestHops < 0 ? 0 : UInt8(clamping: Int(hopLimit) - greatestHops) }

  package init(name: String, neighbor: IPAddress, session: BFDConfiguration = BFDConfiguration()) {
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
