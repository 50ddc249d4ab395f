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
    for index in lowering.sessions.readings.indices {
      let session = lowering.sessions.readings[index]
      guard let neighbor = session.places["neighbor_ip"] else {
        lowering.diagnostics.report(
          .warning, "missing-neighbor", "bfd_instance \(session.name.value) has no valid neighbor_ip; it is left out",
          at: session.name.span, suggestion: "write neighbor_ip ADDRESS")
        continue
      }
      let key = Key(neighbor: session.neighbor, source: session.source, isMultihop: session.isMultihop)
      if let other = seen[key] {
        lowering.diagnostics.report(
          .warning, "duplicate-neighbor",
          "\(other.value) and \(session.name.value) are sessions with the same neighbour; the second one is left out",
          at: neighbor, notes: [("\(other.value) is here", other.span)], suggestion: "track one of them")
        lowering.sessions.readings[index].places["neighbor_ip"] = nil
      } else if isUsable(session, neighbor, lowering) {
        seen[key] = session.name
      } else {
        lowering.sessions.readings[index].places["neighbor_ip"] = nil
      }
    }
  }

  private static func isUsable(
    _ session: BlockReading<BFDInstanceDefinition>, _ neighbor: SourceSpan, _ lowering: Lowering
  ) -> Bool {
    if session.name.value.utf8.count > 31 {
      lowering.diagnostics.report(
        .warning, "name-too-long", "\(session.name.value) has more than 31 characters; it is left out",
        at: session.name.span, suggestion: "give it a shorter name")
      return false
    }
    if let source = session.source, source.family != session.neighbor.family {
      lowering.diagnostics.report(
        .warning, "mixed-families",
        "source_ip \(source) and neighbor_ip \(session.neighbor) are of two families; \(session.name.value) is left out",
        at: session.places["source_ip"], notes: [("the neighbour is here", neighbor)])
      return false
    }
    let address = session.neighbor
    let isLinkLocal = address.family == .ipv6 && address.isLinkLocal
    guard address.isMulticast || address.isUnspecified || isLinkLocal else { return true }
    lowering.diagnostics.report(
      .warning, "bad-neighbor",
      (isLinkLocal
        ? "\(address) is link-local, and nothing says on which interface"
        : "\(address) is not the address of one host") + "; \(session.name.value) is left out",
      at: neighbor, suggestion: isLinkLocal ? "write another address of the neighbour's" : nil)
    return false
  }
}
