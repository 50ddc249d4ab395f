import ConfigurationSyntax
import VRRPCore

/// Only version 2 has passwords, and only a type together with a password makes one.
enum AuthenticationUse: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let span = draft.isPasswordAuthenticated ?? draft.password?.span else { return }
    let name = draft.name.value
    if draft.settledVersion == .v3 {
      lowering.diagnostics.report(
        .warning, "authentication-version",
        "\(name) speaks version 3, which has no authentication; it runs without", at: span,
        suggestion: "take the authentication block out")
      draft.password = nil
    } else if draft.password == nil || draft.password?.value.isEmpty == true {
      lowering.diagnostics.report(
        .warning, "authentication-without-password", "\(name) has no auth_pass and runs without authentication",
        at: span, suggestion: "write auth_pass PASSWORD, the same on all hosts")
      draft.password = nil
    } else if draft.isPasswordAuthenticated == nil {
      lowering.diagnostics.report(
        .warning, "authentication-without-type", "\(name) has no auth_type and runs without authentication", at: span,
        suggestion: "write auth_type PASS")
      draft.password = nil
    }
  }
}
