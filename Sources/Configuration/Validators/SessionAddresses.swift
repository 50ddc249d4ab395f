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
      checkName(draft, lowering)
      guard let neighbor = draft.neighbor else {
        lowering.diagnostics.report(
          .error, "missing-neighbor",
          "bfd_instance \(draft.name.value) has no valid neighbor_ip; keepalived removes it", at: draft.name.span,
          suggestion: "write neighbor_ip ADDRESS")
        continue
      }
      checkNeighbor(neighbor, lowering)
      if let source = draft.source, source.value.family != neighbor.value.family {
        lowering.diagnostics.report(
          .error, "mixed-families",
          "source_ip \(source.value) and neighbor_ip \(neighbor.value) are of two families", at: source.span,
          notes: [("the neighbour is here", neighbor.span)])
      }
      let key = Key(neighbor: neighbor.value, source: draft.source?.value, isMultihop: draft.isMultihop)
      if let other = seen[key] {
        lowering.diagnostics.report(
          .error, "duplicate-neighbor", "\(other.value) and \(draft.name.value) are sessions with the same neighbour",
          at: neighbor.span, notes: [("\(other.value) is here", other.span)], suggestion: "track one of them")
      }
      seen[key] = draft.name
    }
  }

  private static func checkName(_ draft: BFDDraft, _ lowering: Lowering) {
    guard draft.name.value.utf8.count > 31 else { return }
    lowering.diagnostics.report(
      .error, "name-too-long", "\(draft.name.value) has more than 31 characters; keepalived skips the block",
      at: draft.name.span, suggestion: "give it a shorter name")
  }

  private static func checkNeighbor(_ neighbor: Located<IPAddress>, _ lowering: Lowering) {
    let address = neighbor.value
    guard address.isMulticast || address.isUnspecified || address.family == .ipv6 && address.isLinkLocal else { return }
    lowering.diagnostics.report(
      .error, "bad-neighbor",
      address.isLinkLocal
        ? "\(address) is link-local, and nothing says on which interface" : "\(address) is not the address of one host",
      at: neighbor.span, suggestion: address.isLinkLocal ? "write another address of the neighbour's" : nil)
  }
}
