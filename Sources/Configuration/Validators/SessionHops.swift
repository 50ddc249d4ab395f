import ConfigurationSyntax
import NetworkTypes

/// How far a BFD packet may have come follows from `ttl` and `max_hops` (RFC 5881 section 5).
enum SessionHops: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for index in lowering.sessions.indices {
      let draft = lowering.sessions[index]
      let name = draft.name.value
      let limit = draft.hopLimit?.value ?? 255
      if let hops = draft.greatestHops, hops.value > limit {
        lowering.diagnostics.report(
          .warning, "hops-beyond-ttl", "\(name): max_hops \(hops.value) is more than the TTL and counts as \(limit)",
          at: hops.span)
        lowering.sessions[index].greatestHops?.value = limit
      }
      if draft.isMultihop, (draft.greatestHops?.value ?? 0) == 0 {
        lowering.diagnostics.report(
          .warning, "multihop-without-hops",
          "\(name) is multihop, and without max_hops a packet that has passed a router is dropped",
          at: draft.greatestHops?.span ?? draft.name.span, suggestion: "write max_hops NUMBER")
      }
      if draft.hopLimit == nil, let neighbor = draft.neighbor, neighbor.value.family == .ipv6 {
        lowering.diagnostics.report(
          .note, "hop-limit-default",
          "\(name) sends and expects hop limit 255 (RFC 5881); keepalived sends 64 unless hoplimit is written",
          at: neighbor.span, suggestion: "write hoplimit 255 there, or hoplimit 64 on both ends")
      }
    }
  }
}
