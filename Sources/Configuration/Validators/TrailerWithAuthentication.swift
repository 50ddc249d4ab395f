import ConfigurationSyntax

/// `auth_hmac` takes the place of `authentication`; both together keepalived does not have.
enum TrailerWithAuthentication: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let trailer = draft.trailer, let span = draft.authenticationType ?? draft.password?.span else { return }
    lowering.diagnostics.report(
      .warning, "two-authentications", "\(draft.name.value) signs its adverts, so authentication is left out", at: span,
      notes: [("auth_hmac is written here", trailer.span)],
      suggestion: "take the authentication block out, on all hosts")
    draft.authenticationType = nil
    draft.password = nil
    draft.usesHeader = false
  }
}
