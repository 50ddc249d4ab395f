import ConfigurationSyntax

/// Unicast needs somebody to send to; without peers keepalived multicasts.
enum UnicastWithoutPeers: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard draft.peers.isEmpty else { return }
    if let span = draft.unicastKeyword {
      lowering.diagnostics.report(
        .warning, "unicast-without-peers",
        "\(draft.name.value) has no unicast peers and sends its adverts by multicast",
        at: span, suggestion: "write unicast_peer { ADDRESS } with the other hosts, or mcast_src_ip for the source")
    }
    if let ttl = draft.unicastTTL {
      lowering.diagnostics.report(
        .warning, "unicast-without-peers", "unicast_ttl has no effect without unicast peers", at: ttl.span)
    }
  }
}
