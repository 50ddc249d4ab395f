import ConfigurationSyntax

/// Adverts on a further link are as authentic as those on the router's own, or they are not sent.
enum HeartbeatUse: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.notes.authentication.usesHeader, draft.notes.authentication.password != nil,
      let link = draft.notes.heartbeatPlaces.first
    else { return }
    lowering.diagnostics.report(
      .error, "heartbeat-with-header", "heartbeat_interface does not go with auth_type AH yet", at: link,
      notes: [("AH is asked for here", draft.places["auth_type"])],
      suggestion: "take heartbeat_interface out, or write auth_type PASS on all hosts")
  }
}
