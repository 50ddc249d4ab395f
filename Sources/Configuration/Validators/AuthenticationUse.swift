import ConfigurationSyntax
import VRRPCore

/// Only version 2 has authentication, and only a type together with a password makes one.
///
/// A host that signs must first hear what number the others have come to, so it starts as BACKUP.
enum AuthenticationUse: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let span = draft.authenticationType ?? draft.password?.span else { return }
    let name = draft.name.value
    if draft.hasUnknownAuthentication {
      draft.password = nil
    } else if draft.settledVersion == .v3 {
      lowering.diagnostics.report(
        .warning, "authentication-version",
        "\(name) speaks version 3, which has no authentication; it runs without", at: span,
        suggestion: "take the authentication block out")
      draft.password = nil
    } else if draft.password == nil, draft.saysPassword {
      // What is wrong with the line has been reported.
      return
    } else if draft.password == nil || draft.password?.value.isEmpty == true {
      lowering.diagnostics.report(
        .warning, "authentication-without-password", "\(name) has no auth_pass and runs without authentication",
        at: span, suggestion: "write auth_pass PASSWORD, the same on all hosts")
      draft.password = nil
    } else if draft.authenticationType == nil {
      lowering.diagnostics.report(
        .warning, "authentication-without-type", "\(name) has no auth_type and runs without authentication", at: span,
        suggestion: "write auth_type PASS or auth_type AH")
      draft.password = nil
    } else if draft.usesHeader, let state = draft.state, state.value == .master, !draft.isOwner {
      lowering.diagnostics.report(
        .warning, "header-with-master",
        "\(draft.name.value): state MASTER does not go with auth_type AH; it starts as BACKUP", at: state.span,
        notes: [("AH is asked for here", span)], suggestion: "write state BACKUP on all hosts")
      draft.state = Located(.backup, state.span)
    }
  }
}
