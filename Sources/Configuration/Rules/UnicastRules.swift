import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for the destinations of adverts.
  static let unicast: [Rule] = [
    Rule(
      "unicast-without-peers", .meaning, .warning, "A unicast keyword stands without unicast_peer",
      "Adverts are sent by multicast, as keepalived does; under unicast_fault_no_peer the router stays in FAULT instead.",
      .instance("unicast_src_ip 192.0.2.1", "unicast_src_ip 192.0.2.1\nunicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "old-checksum-use", .meaning, .warning, "old_unicast_checksum stands where there is but one checksum",
      "Up to release 1.3.6 keepalived made the checksum of an advert to a unicast peer otherwise in version 3 over IPv4, and nowhere else. Beside it, v3_checksum_as_v2 has no effect.",
      .instance("version 3\nold_unicast_checksum", "version 3\nunicast_peer {\n  192.0.2.2\n}\nold_unicast_checksum"),
      remedy: "take the line out"),
    Rule(
      "duplicate-peer", .meaning, .warning, "A unicast peer stands twice", "The second line is ignored.",
      .instance("unicast_peer {\n  192.0.2.2\n  192.0.2.2\n}", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "ttl-range", .meaning, .warning, "A peer's least TTL is above its greatest",
      "No advert of the peer's is accepted.",
      .instance(
        "unicast_peer {\n  192.0.2.2 min_ttl 9 max_ttl 8\n}", "unicast_peer {\n  192.0.2.2 min_ttl 8 max_ttl 9\n}"),
      remedy: "write a min_ttl that is not above the max_ttl"),
    Rule(
      "ttl-without-check", .meaning, .warning, "A peer has a TTL limit and sources are not checked",
      "A TTL limit for peers says little while adverts of any other host are accepted, so the limits turn the check on.",
      .instance(
        "unicast_peer {\n  192.0.2.2 min_ttl 255\n}\ncheck_unicast_src off",
        "unicast_peer {\n  192.0.2.2 min_ttl 255\n}"), remedy: "take check_unicast_src out"),
    Rule(
      "sources-unchecked", .meaning, .note, "Adverts of hosts that are not peers are accepted",
      "martlet checks the sources of unicast adverts unless told not to; keepalived does not unless told to.",
      .instance("unicast_peer {\n  192.0.2.2\n}\ncheck_unicast_src off", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "multicast-group-of-unicast", .meaning, .warning, "mcast_dst_ip stands beside unicast peers",
      "Adverts to peers go to no group, so the line is ignored.",
      .instance("unicast_peer {\n192.0.2.2\n}\nmcast_dst_ip 224.0.0.99", "unicast_peer {\n192.0.2.2\n}"),
      remedy: "take mcast_dst_ip out, or unicast_peer"),
    Rule(
      "not-multicast", .meaning, .warning, "A multicast group is not a multicast address of the link",
      "The line is ignored and the usual group is used: 224.0.0.18 or ff02::12.",
      .instance("mcast_dst_ip 192.0.2.9", "mcast_dst_ip 224.0.0.99"),
      remedy: "write a multicast address, or take the line out"),
    Rule(
      "unicast-unauthenticated", .lint, .warning, "Unicast adverts are neither authenticated nor bound to the link",
      "Multicast adverts cannot come from beyond the link: their TTL of 255 proves it. Unicast adverts can, and whoever sends one in a peer's name takes the addresses over. min_ttl 255 after a peer on the same link keeps others out; auth_hmac signs adverts, and with version 2 auth_type AH does. With version 3, which keepalived before 2.4.0 cannot sign, it is a note.",
      .instance("unicast_peer {\n  192.0.2.2\n}", "unicast_peer {\n  192.0.2.2 min_ttl 255\n}")),
  ]
}

extension Lowering {
  /// Checks unicast. Without peers keepalived multicasts, or stays in FAULT with `unicast_fault_no_peer`. Requirements of peers must be
  /// possible.
  func checkUnicast(of router: inout InstanceReading) {
    checkTimeToLive(of: &router)
    checkOldChecksum(of: &router)
    guard router.unicastPeers.isEmpty else { return }
    if let span = router.places["unicast_fault_no_peer"] {
      diagnostics.report(
        .warning, "unicast-without-peers",
        "\(router.name.value) has no unicast peers, and so stays in FAULT as unicast_fault_no_peer asks", at: span,
        suggestion: "write unicast_peer { ADDRESS } with the other hosts")
      return
    }
    if let span = router.notes.unicastKeyword {
      diagnostics.report(
        .warning, "unicast-without-peers",
        "\(router.name.value) has no unicast peers and sends its adverts by multicast", at: span,
        suggestion: "write unicast_peer { ADDRESS } with the other hosts, or mcast_src_ip for the source")
    }
    if let ttl = router.places["unicast_ttl"] {
      diagnostics.report(
        .warning, "unicast-without-peers", "unicast_ttl has no effect without unicast peers", at: ttl)
    }
  }

  private func checkTimeToLive(of router: inout InstanceReading) {
    if let ttl = router.places["unicast_ttl"], router.unicastTTL == 0, router.isUnicast {
      diagnostics.report(
        .warning, "zero-becomes-one", "no packet leaves a host with a TTL of 0; unicast_ttl 0 counts as 1", at: ttl,
        suggestion: "write unicast_ttl 1, or 255 and min_ttl 255 for peers on the same link", replacement: "1")
    }
    // A TTL limit of peers does little while adverts of any other host are accepted.
    let hasLimits = router.unicastPeers.contains { $0.minimumTTL > 0 || $0.maximumTTL < 255 }
    guard hasLimits, !router.checksUnicastSource else { return }
    if let check = router.places["check_unicast_src"] {
      diagnostics.report(
        .warning, "ttl-without-check", "min_ttl and max_ttl of a peer turn check_unicast_src on", at: check)
    }
    router.checksUnicastSource = true
  }

  /// Drops `old_unicast_checksum` where it has no meaning: only version 3 over IPv4 ever had two checksums.
  private func checkOldChecksum(of router: inout InstanceReading) {
    guard let old = router.places["old_unicast_checksum"] else { return }
    guard router.core.version == .v3, router.family == .ipv4, router.isUnicast else {
      diagnostics.report(
        .warning, "old-checksum-use",
        "old_unicast_checksum is for version 3 over IPv4 with unicast peers; it has no effect here", at: old)
      router.sendsOldChecksum = false
      router.refusesOldChecksum = false
      return
    }
    if router.sendsOldChecksum, router.checksumWithoutPseudoHeader {
      diagnostics.report(
        .warning, "old-checksum-use", "v3_checksum_as_v2 has no effect beside old_unicast_checksum", at: old,
        suggestion: "take one of them out")
    }
  }

  /// Restores the default multicast group of a unicast router, which uses none.
  func restoreMulticastGroup(of router: inout InstanceReading) {
    guard router.isUnicast, let place = router.places["mcast_dst_ip"] else { return }
    diagnostics.report(
      .warning, "multicast-group-of-unicast",
      "\(router.name.value) has unicast peers, so no advert goes to \(router.multicastGroup); mcast_dst_ip is ignored",
      at: place)
    router.places["mcast_dst_ip"] = nil
    router.multicastGroup = multicastGroup(of: router.family)
  }

  /// Reports unicast routers that accept adverts from anywhere. Multicast adverts prove by their TTL of 255 that they come from the link.
  func findOpenUnicast() {
    for router in instances where router.isOpenToAnyNetwork {
      guard let first = router.unicastPeers.firstIndex(where: \.canBeFar) else { continue }
      let mayAuthenticate = router.core.version == .v2
      diagnostics.report(
        mayAuthenticate ? .warning : .note, "unicast-unauthenticated",
        "\(router.name.value) takes unicast adverts that any host could send with a peer's address, from any network",
        at: router.notes.peerPlaces[first],
        suggestion: "write auth_hmac, " + (mayAuthenticate ? "authentication { auth_type AH … }, " : "")
          + "or min_ttl 255 after each peer that is on the same link, on all hosts")
    }
  }
}

extension InstanceReading {
  /// True when adverts are accepted from any network and unsigned.
  var isOpenToAnyNetwork: Bool {
    notes.authentication.password == nil && notes.trailer == nil && model.unicastPeers.contains(where: \.canBeFar)
  }
}

extension UnicastPeer {
  fileprivate var canBeFar: Bool { minimumTTL < 255 }
}
