import Configuration
import ControlModel
import NetworkTypes
import VRRPCore
import VRRPWire

/// A BFD session with what the next engine knows it by.
struct PlannedSession {
  let name: String
  let neighbor: IPAddress
  let source: IPAddress?
  let configuration: BFDConfiguration
  let isMultihop: Bool
  let hopLimit: UInt8
  let leastHopLimit: UInt8
  /// Of all that makes it another session for the other end.
  let fingerprint: UInt64

  init(_ definition: BFDInstanceDefinition) {
    name = SessionRecord.kept(definition.name)
    neighbor = definition.neighbor
    source = definition.source
    configuration = definition.session
    isMultihop = definition.isMultihop
    hopLimit = definition.hopLimit
    leastHopLimit = definition.leastHopLimit
    fingerprint = PlannedTracker.fingerprint(of: definition.ends)
  }

  /// The port that its packets go to.
  var port: UInt16 { isMultihop ? BFDFormat.multihopPort : BFDFormat.singleHopPort }
}
