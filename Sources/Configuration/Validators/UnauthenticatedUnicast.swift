import ConfigurationSyntax
import VRRPCore

/// Multicast adverts must come from the link itself, which their TTL of 255 proves; unicast ones may come from anywhere.
enum UnauthenticatedUnicast: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for draft in lowering.instances {
      guard let first = draft.peers.first(where: { $0.value.minimumTTL < 255 }), draft.password == nil else { continue }
      let mayAuthenticate = draft.settledVersion == .v2
      lowering.diagnostics.report(
        mayAuthenticate ? .warning : .note, "unicast-unauthenticated",
        "\(draft.name.value) takes unicast adverts that any host could send with a peer's address, from any network",
        at: first.span,
        suggestion: (mayAuthenticate ? "write authentication { auth_type AH … }, or " : "write ")
          + "min_ttl 255 behind each peer that is on the same link, on all hosts")
    }
  }
}
