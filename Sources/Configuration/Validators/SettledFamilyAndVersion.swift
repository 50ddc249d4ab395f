import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// The first address decides the family; IPv6 speaks version 3 (RFC 9568 section 1).
enum SettledFamilyAndVersion: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    draft.settledFamily = draft.family?.value ?? .ipv4
    let asked = draft.version?.value ?? lowering.global.settings.version
    draft.settledVersion = draft.settledFamily == .ipv6 ? .v3 : asked
    if draft.settledFamily == .ipv6, let version = draft.version, version.value == .v2 {
      lowering.diagnostics.report(
        .warning, "version-for-ipv6", "\(draft.name.value) is an IPv6 router and speaks version 3", at: version.span,
        suggestion: "write version 3", replacement: "3")
    }
  }
}
