import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// An advert counts its addresses in one byte and has to fit into one packet of 1500 bytes.
enum AddressesThatFit: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    let room: Int
    let trailer = draft.notes.trailer == nil ? 0 : 28
    switch (draft.family, draft.core.version) {
    case (.ipv4, .v2): room = (1500 - 20 - 8 - 8 - trailer) / 4
    case (.ipv4, .v3): room = (1500 - 20 - 8 - trailer) / 4
    case (.ipv6, _): room = (1500 - 40 - 8 - trailer) / 16
    }
    let most = min(255, room)
    guard draft.notes.addresses.count > most else { return }
    let rest = draft.notes.addresses[most...]
    lowering.diagnostics.report(
      .warning, "too-many-addresses",
      "\(draft.name.value) has \(draft.notes.addresses.count) addresses and an advert carries \(most); the last \(rest.count) count as virtual_ipaddress_excluded",
      at: rest.first?.span, suggestion: "move them to virtual_ipaddress_excluded")
    draft.notes.excludedAddresses.insert(contentsOf: rest, at: 0)
    draft.notes.addresses.removeSubrange(most...)
  }
}
