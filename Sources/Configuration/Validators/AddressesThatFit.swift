import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// An advert counts its addresses in one byte and has to fit into one packet of 1500 bytes.
enum AddressesThatFit: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    let room: Int
    let trailer = draft.trailer == nil ? 0 : 28
    switch (draft.settledFamily, draft.settledVersion) {
    case (.ipv4, .v2): room = (1500 - 20 - 8 - 8 - trailer) / 4
    case (.ipv4, .v3): room = (1500 - 20 - 8 - trailer) / 4
    case (.ipv6, _): room = (1500 - 40 - 8 - trailer) / 16
    }
    let most = min(255, room)
    guard draft.addresses.count > most else { return }
    let rest = draft.addresses[most...]
    lowering.diagnostics.report(
      .warning, "too-many-addresses",
      "\(draft.name.value) has \(draft.addresses.count) addresses and an advert carries \(most); the last \(rest.count) count as virtual_ipaddress_excluded",
      at: rest.first?.span, suggestion: "move them to virtual_ipaddress_excluded")
    draft.excludedAddresses.insert(contentsOf: rest, at: 0)
    draft.addresses.removeSubrange(most...)
  }
}
