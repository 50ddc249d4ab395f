import ConfigurationSyntax
import VRRPCore

/// Only version 2 has authentication, and only a type together with a password makes one.
///
/// A host that signs must first hear what number the others have come to, so it starts as BACKUP.
enum AuthenticationUse: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let span = draft.authenticationPlace else { return }
    let name = draft.name.value
    if draft.notes.authentication.isUnknown {
      draft.notes.authentication.password = nil
    } else if draft.core.version == .v3 {
      lowering.diagnostics.report(
        .warning, "authentication-version",
        "\(name) speaks version 3, which has no authentication; it runs without", at: span,
        suggestion: "take the authentication block out")
      draft.notes.authentication.password = nil
    } else if draft.notes.authentication.password == nil, draft.notes.authentication.saysPassword {
      // What is wrong with the line has been reported.
      return
    } else if draft.notes.authentication.password?.isEmpty ?? true {
      lowering.diagnostics.report(
        .warning, "authentication-without-password", "\(name) has no auth_pass and runs without authentication",
        at: span, suggestion: "write auth_pass PASSWORD, the same on all hosts")
      draft.notes.authentication.password = nil
    } else if draft.places["auth_type"] == nil {
      lowering.diagnostics.report(
        .warning, "authentication-without-type", "\(name) has no auth_type and runs without authentication", at: span,
        suggestion: "write auth_type PASS or auth_type AH")
      draft.notes.authentication.password = nil
    } else if draft.notes.authentication.usesHeader, draft.initialState == .master, !draft.isOwner {
      lowering.diagnostics.report(
        .warning, "header-with-master",
        "\(draft.name.value): state MASTER does not go with auth_type AH; it starts as BACKUP", at: draft.statePlace,
        notes: [("AH is asked for here", span)], suggestion: "write state BACKUP on all hosts")
      draft.initialState = .backup
    }
  }
}
