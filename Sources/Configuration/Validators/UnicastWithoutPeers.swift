import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Unicast needs somebody to send to; without peers keepalived multicasts, or with `unicast_fault_no_peer` is in FAULT. What is asked
/// of peers must be possible.
enum UnicastWithoutPeers: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    checkTimeToLive(&draft, lowering)
    checkChecksum(&draft, lowering)
    guard draft.unicastPeers.isEmpty else { return }
    if let span = draft.places["unicast_fault_no_peer"] {
      lowering.diagnostics.report(
        .warning, "unicast-without-peers",
        "\(draft.name.value) has no unicast peers, and so stays in FAULT as unicast_fault_no_peer asks", at: span,
        suggestion: "write unicast_peer { ADDRESS } with the other hosts")
      return
    }
    if let span = draft.notes.unicastKeyword {
      lowering.diagnostics.report(
        .warning, "unicast-without-peers",
        "\(draft.name.value) has no unicast peers and sends its adverts by multicast",
        at: span, suggestion: "write unicast_peer { ADDRESS } with the other hosts, or mcast_src_ip for the source")
    }
    if let ttl = draft.places["unicast_ttl"] {
      lowering.diagnostics.report(
        .warning, "unicast-without-peers", "unicast_ttl has no effect without unicast peers", at: ttl)
    }
  }

  /// Only version 3 over IPv4 ever had two checksums to a peer.
  private static func checkChecksum(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let old = draft.places["old_unicast_checksum"] else { return }
    guard draft.core.version == .v3, draft.family == .ipv4, draft.isUnicast else {
      lowering.diagnostics.report(
        .warning, "old-checksum-use",
        "old_unicast_checksum is for version 3 over IPv4 with unicast peers; it has no effect here", at: old)
      draft.sendsOldChecksum = false
      draft.refusesOldChecksum = false
      return
    }
    if draft.sendsOldChecksum, draft.checksumWithoutPseudoHeader {
      lowering.diagnostics.report(
        .warning, "old-checksum-use", "v3_checksum_as_v2 has no effect beside old_unicast_checksum", at: old,
        suggestion: "take one of them out")
    }
  }

  private static func checkTimeToLive(_ draft: inout InstanceReading, _ lowering: Lowering) {
    if let ttl = draft.places["unicast_ttl"], draft.unicastTTL == 0, draft.isUnicast {
      lowering.diagnostics.report(
        .warning, "zero-becomes-one", "no packet leaves a host with a TTL of 0; unicast_ttl 0 counts as 1",
        at: ttl,
        suggestion: "write unicast_ttl 1, or 255 and min_ttl 255 for peers on the same link", replacement: "1")
    }
    // A limit for peers says little while adverts of any other host are accepted.
    let hasLimits = draft.unicastPeers.contains { $0.minimumTTL > 0 || $0.maximumTTL < 255 }
    guard hasLimits, !draft.checksUnicastSource else { return }
    if let check = draft.places["check_unicast_src"] {
      lowering.diagnostics.report(
        .warning, "ttl-without-check", "min_ttl and max_ttl of a peer turn check_unicast_src on", at: check)
    }
    draft.checksUnicastSource = true
  }
}
