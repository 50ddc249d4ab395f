import ConfigurationSyntax

/// Adverts on a further link are as authentic as those on the router's own, or they are not sent.
enum HeartbeatUse: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard draft.usesHeader, draft.password != nil, let link = draft.heartbeatInterfaces.first else { return }
    lowering.diagnostics.report(
      .error, "heartbeat-with-header", "heartbeat_interface does not go with auth_type AH yet", at: link.span,
      notes: [("AH is asked for here", draft.authenticationType)],
      suggestion: "take heartbeat_interface out, or write auth_type PASS on all hosts")
  }
}
