import ConfigurationSyntax
import NetworkTypes

/// Adverts must go where the other host listens: by the same multicast group, or each to the other's own address.
enum PairTransports: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first, pair.second)
    switch (first.draft.isUnicast, second.draft.isUnicast) {
    case (false, false): compareGroups(pair, &findings)
    case (true, true):
      checkSource(of: first, in: second, pair, &findings)
      checkSource(of: second, in: first, RouterPair(first: second, second: first), &findings)
    case (let one, _):
      findings.report(
        .error, "pair-transport",
        "\(second.name) sends \(one ? "multicast" : "unicast") adverts and the other host \(one ? "unicast" : "multicast") ones, so both would be master",
        pair, at: second.draft.notes.unicastKeyword, and: first.draft.notes.unicastKeyword,
        note: "the other host's router is \(one ? "unicast" : "multicast")",
        suggestion: "write unicast_peer on both hosts or on neither")
    }
  }

  private static func compareGroups(_ pair: RouterPair, _ findings: inout PairFindings) {
    let one = pair.first.draft.multicastGroup
    let other = pair.second.draft.multicastGroup
    guard one != other else { return }
    findings.report(
      .error, "pair-multicast-group",
      "\(pair.second.name) sends its adverts to \(other) and the other host to \(one), so both would be master", pair,
      at: pair.second.draft.places["mcast_dst_ip"], and: pair.first.draft.places["mcast_dst_ip"],
      note: "the other host sends to \(one)", suggestion: "write the same multicast group on both hosts")
  }

  /// A host must be a peer of the other one; `pair` has `other` second. Without a written source nobody knows its address.
  private static func checkSource(
    of host: RouterPair.Half, in other: RouterPair.Half, _ pair: RouterPair, _ findings: inout PairFindings
  ) {
    guard let source = host.draft.sourceAddress,
      !other.draft.unicastPeers.contains(where: { $0.address == source })
    else { return }
    let peers = other.draft.unicastPeers.map { "\($0.address)" }.joined(separator: ", ")
    findings.report(
      .error, "pair-peer",
      "\(source), from which the other host sends, is no peer of \(other.name), which knows only \(peers); they would not hear each other",
      pair, at: other.draft.notes.peerPlaces.first, and: host.draft.places["mcast_src_ip"],
      note: "the other host sends from here",
      suggestion: "write \(source) in unicast_peer")
  }
}
