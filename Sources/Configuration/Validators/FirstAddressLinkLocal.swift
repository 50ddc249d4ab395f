import ConfigurationSyntax
import NetworkTypes

/// The first address of an IPv6 router is link-local (RFC 9568 section 5.2.9). Strict mode insists on it.
enum FirstAddressLinkLocal: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.family == .ipv6, draft.notes.isStrict != true, let first = draft.notes.addresses.first,
      !first.value.prefix.address.isLinkLocal
    else { return }
    lowering.diagnostics.report(
      .note, "first-address-link-local",
      "the first address of an IPv6 router is to be link-local by RFC 9568; other vendors' routers may insist on it",
      at: first.span, suggestion: "write fe80::… first")
  }
}
