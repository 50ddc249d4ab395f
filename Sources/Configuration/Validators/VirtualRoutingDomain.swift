import ConfigurationSyntax

/// `vrf` is for unicast without an interface; an interface brings its own.
enum VirtualRoutingDomain: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let domain = draft.notes.routingDomain, draft.ownInterface != nil else { return }
    lowering.diagnostics.report(
      .warning, "vrf-with-interface",
      "\(draft.name.value) has an interface, and with it the interface's VRF; vrf \(domain.value) is ignored",
      at: domain.span, suggestion: "take vrf out")
  }
}
