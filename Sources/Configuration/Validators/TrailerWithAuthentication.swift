import ConfigurationSyntax

/// `auth_hmac` takes the place of `authentication`; both together keepalived does not have.
enum TrailerWithAuthentication: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let trailer = draft.notes.trailer, let span = draft.authenticationPlace else { return }
    lowering.diagnostics.report(
      .warning, "two-authentications", "\(draft.name.value) signs its adverts, so authentication is left out", at: span,
      notes: [("auth_hmac is written here", trailer.name.span)],
      suggestion: "take the authentication block out, on all hosts")
    draft.places["auth_type"] = nil
    draft.notes.authentication.password = nil
    draft.notes.authentication.usesHeader = false
  }
}
