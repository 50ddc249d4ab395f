import ConfigurationSyntax

/// Adverts to peers go to no group.
enum MulticastGroupOfUnicast: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.isUnicast, let place = draft.places["mcast_dst_ip"] else { return }
    lowering.diagnostics.report(
      .warning, "multicast-group-of-unicast",
      "\(draft.name.value) has unicast peers, so no advert goes to \(draft.multicastGroup); mcast_dst_ip is ignored",
      at: place,
      suggestion: "take mcast_dst_ip out, or unicast_peer")
    draft.places["mcast_dst_ip"] = nil
    draft.multicastGroup = lowering.multicastGroup(of: draft.family)
  }
}
