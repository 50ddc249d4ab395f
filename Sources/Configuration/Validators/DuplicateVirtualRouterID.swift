import ConfigurationSyntax
import NetworkTypes

/// Two routers of one number on one link would take each other's adverts for their own peer's.
enum DuplicateVirtualRouterID: ConfigurationRule {
  private struct Key: Hashable {
    var number: Int
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
      guard let number = draft.virtualRouterID?.value, let interface = draft.interface?.value else { continue }
      let place =
        draft.isUnicast
        ? "unicast \(draft.sourceAddress?.value.description ?? interface)"
        : "\(interface) \(lowering.multicastGroup(of: draft))"
      let peers: [IPAddress?] = draft.isUnicast ? draft.peers.map(\.value.address) : [nil]
      let keys = peers.map { Key(number: number, family: draft.settledFamily, place: place, peer: $0) }
      if let other = keys.compactMap({ seen[$0] }).min() {
        report(draft, lowering.instances[other], number, lowering)
      }
      for key in keys where seen[key] == nil { seen[key] = position }
    }
    checkHeartbeats(lowering)
  }

  /// A further link must not carry the adverts of another router of the same number.
  private static func checkHeartbeats(_ lowering: Lowering) {
    let byNumber = Dictionary(grouping: lowering.instances.indices) { lowering.instances[$0].virtualRouterID?.value }
    for draft in lowering.instances where !draft.heartbeatInterfaces.isEmpty {
      for link in draft.heartbeatInterfaces {
        let other = byNumber[draft.virtualRouterID?.value, default: []].first {
          let other = lowering.instances[$0]
          return other.settledFamily == draft.settledFamily
            && (other.interface?.value == link.value
              || other.name.value != draft.name.value && other.heartbeatInterfaces.contains { $0.value == link.value })
        }.map { lowering.instances[$0] }
        guard let other else { continue }
        let isOwn = other.name.value == draft.name.value
        lowering.diagnostics.report(
          .error, "duplicate-virtual-router-id",
          isOwn
            ? "\(link.value) is the interface of \(draft.name.value) already, and no further link"
            : "\(link.value) carries the adverts of \(other.name.value), which has the same virtual_router_id",
          at: link.span, suggestion: isOwn ? "take it out of heartbeat_interface" : "give one of them another number")
      }
    }
  }

  private static func report(_ draft: InstanceDraft, _ other: InstanceDraft, _ number: Int, _ lowering: Lowering) {
    lowering.diagnostics.report(
      .error, "duplicate-virtual-router-id",
      "\(other.name.value) and \(draft.name.value) both have virtual_router_id \(number) with \(draft.settledFamily.name) on \(draft.interface?.value ?? "")",
      at: draft.virtualRouterID?.span,
      notes: [("\(other.name.value) has it here", other.virtualRouterID?.span)],
      suggestion: "give one of them another number, on all its hosts")
  }
}
