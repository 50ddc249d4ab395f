import ConfigurationSyntax
import NetworkTypes

/// An address stands once on one interface.
enum DuplicateAddresses: InstanceRule {
  private struct Key: Hashable {
    var address: IPAddress
    var interface: String?
  }

  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    var seen: [Key: SourceSpan] = [:]
    let own = draft.ownInterface?.value
    let keep = { (entry: Located<VirtualAddress>) -> Bool in
      let key = Key(address: entry.value.prefix.address, interface: entry.value.interface ?? own)
      guard let earlier = seen.updateValue(entry.span, forKey: key) else { return true }
      lowering.diagnostics.report(
        .warning, "duplicate-address", "\(key.address) stands here twice; this line is ignored", at: entry.span,
        notes: [("it is written here too", earlier)], suggestion: "take one of the two lines out",
        changes: [.removeLine(entry.span)])
      return false
    }
    draft.notes.addresses = draft.notes.addresses.filter(keep)
    draft.notes.excludedAddresses = draft.notes.excludedAddresses.filter(keep)
  }
}
