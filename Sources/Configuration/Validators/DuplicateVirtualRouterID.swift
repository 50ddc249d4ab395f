import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Two routers of one number on one link would take each other's adverts for their own peer's.
enum DuplicateVirtualRouterID: ConfigurationRule {
  private struct Key: Hashable {
    var number: VirtualRouterID
    var family: AddressFamily
    /// Interface and group of multicast routers, the source of unicast ones.
    var place: String
    /// Unicast routers are in each other's way where they have a peer in common.
    var peer: IPAddress?
  }

  static func check(_ lowering: Lowering) {
    // The position of the first router of each key, and no drafts, which are large.
    var seen: [Key: Int] = [:]
    for (position, draft) in lowering.instances.enumerated() {
      guard let number = draft.number?.value, draft.ownInterface != nil || draft.isPlacedBySource else { continue }
      let place =
        draft.isUnicast
        ? "unicast \(draft.sourceAddress?.description ?? draft.interface)"
        : "\(draft.interface) \(draft.multicastGroup)"
      let peers: [IPAddress?] = draft.isUnicast ? draft.unicastPeers.map(\.address) : [nil]
      let keys = peers.map { Key(number: number, family: draft.family, place: place, peer: $0) }
      if let other = keys.compactMap({ seen[$0] }).min() {
        report(draft, lowering.instances[other], number, lowering)
      }
      for key in keys where seen[key] == nil { seen[key] = position }
    }
    checkHeartbeats(lowering)
  }

  /// A further link must not carry the adverts of another router of the same number.
  private static func checkHeartbeats(_ lowering: Lowering) {
    let byNumber = Dictionary(grouping: lowering.instances.indices) { lowering.instances[$0].number?.value }
    for draft in lowering.instances where !draft.heartbeatInterfaces.isEmpty {
      for (link, place) in zip(draft.heartbeatInterfaces, draft.notes.heartbeatPlaces) {
        let other = byNumber[draft.number?.value, default: []].first {
          let other = lowering.instances[$0]
          return other.family == draft.family
            && (other.ownInterface?.value == link
              || other.name.value != draft.name.value && other.heartbeatInterfaces.contains(link))
        }.map { lowering.instances[$0] }
        guard let other else { continue }
        let isOwn = other.name.value == draft.name.value
        lowering.diagnostics.report(
          .error, "duplicate-virtual-router-id",
          isOwn
            ? "\(link) is the interface of \(draft.name.value) already, and no further link"
            : "\(link) carries the adverts of \(other.name.value), which has the same virtual_router_id",
          at: place, suggestion: isOwn ? "take it out of heartbeat_interface" : "give one of them another number")
      }
    }
  }

  private static func report(
    _ draft: InstanceReading, _ other: InstanceReading, _ number: VirtualRouterID, _ lowering: Lowering
  ) {
    lowering.diagnostics.report(
      .error, "duplicate-virtual-router-id",
      "\(other.name.value) and \(draft.name.value) both have virtual_router_id \(number) with \(draft.family.name) on \(draft.model.interfaceText)",
      at: draft.number?.span,
      notes: [("\(other.name.value) has it here", other.number?.span)],
      suggestion: "give one of them another number, on all its hosts")
  }
}
