import ConfigurationSyntax
import VRRPCore

/// Multicast adverts must come from the link itself, which their TTL of 255 proves; unicast ones may come from anywhere.
enum UnauthenticatedUnicast: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for draft in lowering.instances {
      guard applies(to: draft), let first = draft.unicastPeers.firstIndex(where: canBeFar) else { continue }
      let mayAuthenticate = draft.core.version == .v2
      lowering.diagnostics.report(
        mayAuthenticate ? .warning : .note, "unicast-unauthenticated",
        "\(draft.name.value) takes unicast adverts that any host could send with a peer's address, from any network",
        at: draft.notes.peerPlaces[first],
        suggestion: "write auth_hmac, " + (mayAuthenticate ? "authentication { auth_type AH … }, " : "")
          + "or min_ttl 255 behind each peer that is on the same link, on all hosts")
    }
  }

  /// Whether a router's adverts are taken from anywhere, unsigned.
  static func applies(to draft: InstanceReading) -> Bool {
    draft.notes.authentication.password == nil && draft.notes.trailer == nil
      && draft.unicastPeers.contains(where: canBeFar)
  }

  private static func canBeFar(_ peer: UnicastPeer) -> Bool { peer.minimumTTL < 255 }
}
