import ConfigurationModel
import ControlModel
import NetworkTypes
import VRRPCore
import VRRPWire

/// BFD session with the fingerprint by which the next engine finds it.
struct PlannedSession {
  let name: String
  let neighbor: IPAddress
  let source: IPAddress?
  let configuration: BFDConfiguration
  let isMultihop: Bool
  let hopLimit: UInt8
  let leastHopLimit: UInt8
  /// Hash of the settings that make it the same session for the other end.
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

  /// Destination port of its packets.
  var port: UInt16 { isMultihop ? BFDFormat.multihopPort : BFDFormat.singleHopPort }
}
