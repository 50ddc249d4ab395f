import ConfigurationSyntax
import VRRPCore

/// Multicast adverts must come from the link itself, which their TTL of 255 proves; unicast ones may come from anywhere.
enum UnauthenticatedUnicast: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for draft in lowering.instances {
      guard applies(to: draft), let first = draft.peers.first(where: canBeFar) else { continue }
      let mayAuthenticate = draft.settledVersion == .v2
      lowering.diagnostics.report(
        mayAuthenticate ? .warning : .note, "unicast-unauthenticated",
        "\(draft.name.value) takes unicast adverts that any host could send with a peer's address, from any network",
        at: first.span,
        suggestion: "write auth_hmac, " + (mayAuthenticate ? "authentication { auth_type AH … }, " : "")
          + "or min_ttl 255 behind each peer that is on the same link, on all hosts")
    }
  }

  /// Whether a router's adverts are taken from anywhere, unsigned.
  static func applies(to draft: InstanceDraft) -> Bool {
    draft.password == nil && draft.trailer == nil && draft.peers.contains(where: canBeFar)
  }

  private static func canBeFar(_ peer: Located<UnicastPeer>) -> Bool { peer.value.minimumTTL < 255 }
}
