import ConfigurationSyntax
import NetworkTypes

/// A BFD session needs a neighbour that it can reach, and no second session with the same one.
enum SessionAddresses: ConfigurationRule {
  private struct Key: Hashable {
    var neighbor: IPAddress
    var source: IPAddress?
    var isMultihop: Bool
  }

  static func check(_ lowering: Lowering) {
    var seen: [Key: Located<String>] = [:]
    for index in lowering.sessions.indices {
      let draft = lowering.sessions[index]
      guard let neighbor = draft.neighbor else {
        lowering.diagnostics.report(
          .warning, "missing-neighbor", "bfd_instance \(draft.name.value) has no valid neighbor_ip; it is left out",
          at: draft.name.span, suggestion: "write neighbor_ip ADDRESS")
        continue
      }
      let key = Key(neighbor: neighbor.value, source: draft.source?.value, isMultihop: draft.isMultihop)
      if let other = seen[key] {
        lowering.diagnostics.report(
          .warning, "duplicate-neighbor",
          "\(other.value) and \(draft.name.value) are sessions with the same neighbour; the second one is left out",
          at: neighbor.span, notes: [("\(other.value) is here", other.span)], suggestion: "track one of them")
        lowering.sessions[index].neighbor = nil
      } else if isUsable(draft, neighbor, lowering) {
        seen[key] = draft.name
      } else {
        lowering.sessions[index].neighbor = nil
      }
    }
  }

  private static func isUsable(_ draft: BFDDraft, _ neighbor: Located<IPAddress>, _ lowering: Lowering) -> Bool {
    if draft.name.value.utf8.count > 31 {
      lowering.diagnostics.report(
        .warning, "name-too-long", "\(draft.name.value) has more than 31 characters; it is left out",
        at: draft.name.span, suggestion: "give it a shorter name")
      return false
    }
    if let source = draft.source, source.value.family != neighbor.value.family {
      lowering.diagnostics.report(
        .warning, "mixed-families",
        "source_ip \(source.value) and neighbor_ip \(neighbor.value) are of two families; \(draft.name.value) is left out",
        at: source.span, notes: [("the neighbour is here", neighbor.span)])
      return false
    }
    let address = neighbor.value
    let isLinkLocal = address.family == .ipv6 && address.isLinkLocal
    guard address.isMulticast || address.isUnspecified || isLinkLocal else { return true }
    lowering.diagnostics.report(
      .warning, "bad-neighbor",
      (isLinkLocal
        ? "\(address) is link-local, and nothing says on which interface"
        : "\(address) is not the address of one host") + "; \(draft.name.value) is left out",
      at: neighbor.span, suggestion: isLinkLocal ? "write another address of the neighbour's" : nil)
    return false
  }
}
