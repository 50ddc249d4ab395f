import ConfigurationSyntax

/// A router without a number cannot speak to anybody.
enum RequiredVirtualRouterID: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    // What is wrong with a line that is there has been reported.
    guard draft.places.line(of: "virtual_router_id") == nil else { return }
    lowering.diagnostics.report(
      .error, "missing-virtual-router-id", "\(draft.name.value) has no valid virtual_router_id", at: draft.name.span,
      suggestion: "write virtual_router_id NUMBER, from 1 to 255 and the same on all hosts of the router")
  }
}
