import ConfigurationSyntax

/// Adverts to peers go to no group.
enum MulticastGroupOfUnicast: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard draft.isUnicast, let group = draft.multicastGroup else { return }
    lowering.diagnostics.report(
      .warning, "multicast-group-of-unicast",
      "\(draft.name.value) has unicast peers, so no advert goes to \(group.value); mcast_dst_ip is ignored",
      at: group.span,
      suggestion: "take mcast_dst_ip out, or unicast_peer")
    draft.multicastGroup = nil
  }
}
