import ConfigurationSyntax
import VRRPCore

/// A router without addresses serves nothing; version 3 forbids it (RFC 9568 section 5.2.5).
enum RequiredAddresses: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.notes.addresses.isEmpty, draft.places["no_virtual_ipaddress"] == nil else { return }
    let isStrict = draft.notes.isStrict == true
    let isError = draft.core.version == .v3 || isStrict
    lowering.diagnostics.report(
      isError ? .error : .warning, "no-addresses",
      "\(draft.name.value) has no \(draft.notes.lostAddress ? "valid " : "")virtual_ipaddress"
        + (isError ? ", which \(isStrict ? "strict mode" : "version 3") requires" : "; it serves nothing"),
      at: draft.name.span, suggestion: "write virtual_ipaddress { ADDRESS/LENGTH }")
  }
}
