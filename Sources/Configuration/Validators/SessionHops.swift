import ConfigurationSyntax
import NetworkTypes

/// How far a BFD packet may have come follows from `ttl` and `max_hops` (RFC 5881 section 5).
enum SessionHops: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for index in lowering.sessions.readings.indices {
      let session = lowering.sessions.readings[index]
      let name = session.name.value
      let limit = Int(session.hopLimit)
      let hops = session.places["max_hops"]
      if let hops, session.greatestHops > limit {
        lowering.diagnostics.report(
          .warning, "hops-beyond-ttl",
          "\(name): max_hops \(session.greatestHops) is more than the TTL and counts as \(limit)",
          at: hops)
        lowering.sessions.readings[index].greatestHops = limit
      }
      if session.isMultihop, session.greatestHops == 0 {
        lowering.diagnostics.report(
          .warning, "multihop-without-hops",
          "\(name) is multihop, and without max_hops a packet that has passed a router is dropped",
          at: hops ?? session.name.span, suggestion: "write max_hops NUMBER")
      }
      if session.places["ttl"] == nil, let neighbor = session.places["neighbor_ip"], session.neighbor.family == .ipv6 {
        lowering.diagnostics.report(
          .note, "hop-limit-default",
          "\(name) sends and expects hop limit 255 (RFC 5881); keepalived sends 64 unless hoplimit is written",
          at: neighbor, suggestion: "write hoplimit 255 there, or hoplimit 64 on both ends")
      }
    }
  }
}
