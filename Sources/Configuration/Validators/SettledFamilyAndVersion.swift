import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// The first address decides the family; IPv6 speaks version 3 (RFC 9568 section 1).
enum SettledFamilyAndVersion: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    draft.family = draft.notes.family?.value ?? .ipv4
    let written = draft.places["version"]
    let asked = written == nil ? lowering.global.version : draft.core.version
    draft.core.version = draft.family == .ipv6 ? .v3 : asked
    if draft.family == .ipv6, let written, asked == .v2 {
      lowering.diagnostics.report(
        .warning, "version-for-ipv6", "\(draft.name.value) is an IPv6 router and speaks version 3", at: written,
        suggestion: "write version 3", replacement: "3")
    }
    if draft.places["mcast_dst_ip"] == nil { draft.multicastGroup = lowering.multicastGroup(of: draft.family) }
  }
}

extension Lowering {
  /// Where multicast adverts of a family go that no instance sends elsewhere.
  func multicastGroup(of family: AddressFamily) -> IPAddress {
    family == .ipv4 ? global.multicastGroup4 : global.multicastGroup6
  }
}
