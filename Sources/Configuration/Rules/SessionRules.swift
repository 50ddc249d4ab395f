import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for BFD sessions.
  static let sessions: [Rule] = [
    Rule(
      "missing-neighbor", .meaning, .warning, "A bfd_instance has no neighbor_ip", "keepalived removes it.",
      .session("min_tx 100", "neighbor_ip 192.0.2.2"), remedy: "write neighbor_ip ADDRESS"),
    Rule(
      "bad-neighbor", .meaning, .warning, "A BFD neighbour is not an address of one host that can be reached",
      "A multicast or unspecified address is nobody's, and of a link-local one nothing says on which interface.",
      .session("neighbor_ip 224.0.0.1", "neighbor_ip 192.0.2.2"), remedy: "write the address of one host"),
    Rule(
      "duplicate-neighbor", .meaning, .warning, "Two BFD sessions have the same neighbour",
      "There is one session between two addresses; track it twice instead.",
      .file(
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.3\n}"),
      remedy: "track one of them"),
    Rule(
      "name-too-long", .meaning, .warning, "The name of a bfd_instance has more than 31 characters",
      "keepalived skips the block.",
      .file(
        "bfd_instance an-inconveniently-long-name-of-a-session {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}"), remedy: "give it a shorter name"),
    Rule(
      "long-interval", .meaning, .warning, "A BFD interval is longer than 10 seconds", "The unit is milliseconds.",
      .session("neighbor_ip 192.0.2.2\nmin_tx 60000", "neighbor_ip 192.0.2.2\nmin_tx 60"), remedy: "write milliseconds"),
    Rule(
      "hops-beyond-ttl", .meaning, .warning, "max_hops is more than the TTL", "It counts as the TTL.",
      .session("neighbor_ip 192.0.2.2\nttl 9\nmax_hops 20", "neighbor_ip 192.0.2.2\nttl 9\nmax_hops 5"),
      remedy: "write a max_hops of at most the TTL"),
    Rule(
      "multihop-without-hops", .meaning, .warning, "A multihop session takes packets from the own link only",
      "Without max_hops a packet that has passed a router is dropped.",
      .session("neighbor_ip 192.0.2.2\nmultihop", "neighbor_ip 192.0.2.2\nmultihop\nmax_hops 3"),
      remedy: "write max_hops NUMBER"),
    Rule(
      "hop-limit-default", .meaning, .note, "An IPv6 session has another hop limit than keepalived's",
      "RFC 5881 asks for 255, which martlet sends and expects; keepalived sends 64 unless hoplimit is written.",
      .session("neighbor_ip 2001:db8::2", "neighbor_ip 2001:db8::2\nhoplimit 255")),
    Rule(
      "session-of-checkers", .meaning, .warning, "A tracked bfd_instance is for checkers only",
      "keepalived would not track it; martlet does.",
      .file(
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n  checker\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}",
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n  vrrp\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}"
      ), remedy: "write vrrp there too"),
  ]
}

extension Lowering {
  /// Reports a BFD session without a neighbour that it can reach, and a second session with the same neighbour.
  func checkNeighbors() {
    struct Key: Hashable {
      var neighbor: IPAddress
      var source: IPAddress?
      var isMultihop: Bool
    }
    var seen: [Key: Located<String>] = [:]
    for index in sessions.readings.indices {
      let session = sessions.readings[index]
      guard let neighbor = session.places["neighbor_ip"] else {
        diagnostics.report(
          .warning, "missing-neighbor", "bfd_instance \(session.name.value) has no valid neighbor_ip; it is left out",
          at: session.name.span)
        continue
      }
      let key = Key(neighbor: session.neighbor, source: session.source, isMultihop: session.isMultihop)
      if let other = seen[key] {
        diagnostics.report(
          .warning, "duplicate-neighbor",
          "\(other.value) and \(session.name.value) are sessions with the same neighbour; the second one is left out",
          at: neighbor, notes: [("\(other.value) is here", other.span)])
        sessions.readings[index].places["neighbor_ip"] = nil
      } else if isUsable(session, neighbor) {
        seen[key] = session.name
      } else {
        sessions.readings[index].places["neighbor_ip"] = nil
      }
    }
  }

  private func isUsable(_ session: BlockReading<BFDInstanceDefinition>, _ neighbor: SourceSpan) -> Bool {
    let name = session.name.value
    if name.utf8.count > 31 {
      diagnostics.report(
        .warning, "name-too-long", "\(name) has more than 31 characters; it is left out", at: session.name.span)
      return false
    }
    if let source = session.source, source.family != session.neighbor.family {
      diagnostics.report(
        .warning, "mixed-families",
        "source_ip \(source) and neighbor_ip \(session.neighbor) are of two families; \(name) is left out",
        at: session.places["source_ip"], notes: [("the neighbour is here", neighbor)])
      return false
    }
    let address = session.neighbor
    let isLinkLocal = address.family == .ipv6 && address.isLinkLocal
    guard address.isMulticast || address.isUnspecified || isLinkLocal else { return true }
    diagnostics.report(
      .warning, "bad-neighbor",
      (isLinkLocal
        ? "\(address) is link-local, and nothing says on which interface"
        : "\(address) is not the address of one host") + "; \(name) is left out",
      at: neighbor, suggestion: isLinkLocal ? "write another address of the neighbour's" : nil)
    return false
  }

  /// Limits `max_hops` to the TTL, and reports sessions whose packets would be dropped (RFC 5881 section 5).
  func limitHops() {
    for index in sessions.readings.indices {
      let session = sessions.readings[index]
      let name = session.name.value
      let limit = Int(session.hopLimit)
      let hops = session.places["max_hops"]
      if let hops, session.greatestHops > limit {
        diagnostics.report(
          .warning, "hops-beyond-ttl",
          "\(name): max_hops \(session.greatestHops) is more than the TTL and counts as \(limit)", at: hops)
        sessions.readings[index].greatestHops = limit
      }
      if session.isMultihop, session.greatestHops == 0 {
        diagnostics.report(
          .warning, "multihop-without-hops",
          "\(name) is multihop, and without max_hops a packet that has passed a router is dropped",
          at: hops ?? session.name.span)
      }
      if session.places["ttl"] == nil, let neighbor = session.places["neighbor_ip"], session.neighbor.family == .ipv6 {
        diagnostics.report(
          .note, "hop-limit-default",
          "\(name) sends and expects hop limit 255 (RFC 5881); keepalived sends 64 unless hoplimit is written",
          at: neighbor, suggestion: "write hoplimit 255 there, or hoplimit 64 on both ends")
      }
    }
  }

  /// Reports tracking of a BFD session that is for checkers only, which keepalived does not track.
  func findTrackedSessionsOfCheckers() {
    for entry in trackEntries where entry.kind == .bfd {
      guard let session = sessions.find(entry.name.value), session.places["checker"] != nil,
        session.places["vrrp"] == nil
      else { continue }
      diagnostics.report(
        .warning, "session-of-checkers",
        "bfd_instance \(entry.name.value) is for checkers only; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", session.name.span)])
    }
  }
}
