import ConfigurationSyntax

/// An address that asks for a virtual MAC address of its own, on a router that has one.
enum AddressVirtualMAC: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let virtual = draft.virtualMAC ?? nil, let span = draft.addressVirtualMAC else { return }
    lowering.diagnostics.report(
      .warning, "virtual-mac-twice",
      "the addresses of \(draft.name.value) are on its virtual MAC address already; use_vmac of an address is ignored",
      at: span, notes: [("it is asked for here", virtual.span)], suggestion: "take use_vmac out of the address's line")
  }
}
