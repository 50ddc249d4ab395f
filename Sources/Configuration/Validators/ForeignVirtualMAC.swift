import ConfigurationSyntax

/// An interface with a virtual MAC address serves its own router, and those that move with it.
enum ForeignVirtualMAC: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var owners: [String: String] = [:]
    for draft in lowering.instances {
      if let name = draft.notes.virtualMAC?.interface, !name.isEmpty { owners[name] = draft.name.value }
    }
    guard !owners.isEmpty else { return }
    var groupOf: [String: String] = [:]
    for group in lowering.groups {
      for member in group.notes.members { groupOf[member.value] = group.name.value }
    }
    for draft in lowering.instances {
      for address in draft.notes.addresses + draft.notes.excludedAddresses {
        guard let interface = address.value.interface, let owner = owners[interface], owner != draft.name.value else {
          continue
        }
        guard groupOf[owner] == nil || groupOf[owner] != groupOf[draft.name.value] else { continue }
        lowering.diagnostics.report(
          .warning, "foreign-virtual-mac",
          "\(interface) has the virtual MAC address of \(owner), which need not be master when \(draft.name.value) is; keepalived keeps \(draft.name.value) in FAULT",
          at: address.span, suggestion: "put both in one vrrp_sync_group, or the address on another interface")
      }
    }
  }
}
