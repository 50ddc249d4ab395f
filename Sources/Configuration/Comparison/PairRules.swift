import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// The rules that compare the files of several hosts.
  static let pairs: [Rule] = [
    Rule(
      "pair-virtual-router-id", .comparison, .error, "Two hosts serve an address with different numbers",
      "Hosts of different virtual_router_id do not hear each other: both are master and both answer for the address.",
      .pair("virtual_router_id 51", wrong: "virtual_router_id 52", right: "virtual_router_id 51"),
      remedy: "write the same virtual_router_id on both hosts"),
    Rule(
      "pair-version", .comparison, .error, "Two hosts speak different versions",
      "Each drops the other's adverts, and both are master.",
      .pair("version 2\nadvert_int 1", wrong: "version 3\nadvert_int 1", right: "version 2\nadvert_int 1"),
      remedy: "write the same version on both hosts, or the same vrrp_version in global_defs"),
    Rule(
      "pair-transport", .comparison, .error, "One host sends unicast adverts and the other multicast ones",
      "They do not hear each other, and both are master.",
      .pair("unicast_peer {\n  192.0.2.2\n}", wrong: "priority 100", right: "unicast_peer {\n  192.0.2.1\n}"),
      remedy: "write unicast_peer on both hosts or on neither"),
    Rule(
      "pair-multicast-group", .comparison, .error, "Two hosts send to different multicast groups",
      "They do not hear each other, and both are master.",
      .pair("mcast_dst_ip 224.0.0.99", wrong: "mcast_dst_ip 224.0.0.98", right: "mcast_dst_ip 224.0.0.99"),
      remedy: "write the same multicast group on both hosts"),
    Rule(
      "pair-peer", .comparison, .error, "The address that a host sends from is not a peer of the other host",
      "unicast_src_ip of each must stand in unicast_peer of the other. Otherwise they do not hear each other, and both are master.",
      .pair(
        "unicast_src_ip 192.0.2.1\nunicast_peer {\n  192.0.2.2\n}",
        wrong: "unicast_src_ip 192.0.2.2\nunicast_peer {\n  192.0.2.3\n}",
        right: "unicast_src_ip 192.0.2.2\nunicast_peer {\n  192.0.2.1\n}")),
    Rule(
      "pair-authentication", .comparison, .error, "Two hosts authenticate their adverts differently",
      "Each drops the other's adverts, and both are master.",
      .pair(
        "authentication {\n  auth_type PASS\n  auth_pass one\n}",
        wrong: "authentication {\n  auth_type PASS\n  auth_pass two\n}",
        right: "authentication {\n  auth_type PASS\n  auth_pass one\n}"),
      remedy: "write the same authentication block on both hosts"),
    Rule(
      "pair-interval", .comparison, .error, "Two hosts have different advert intervals",
      "Version 2 drops an advert of another interval, so that both are master. Under version 3 a backup counts in its master's interval, and it is a warning: how long a failover takes depends on who was master.",
      .pair("advert_int 1", wrong: "advert_int 2", right: "advert_int 1"),
      remedy: "write the same advert_int on both hosts"),
    Rule(
      "pair-addresses", .comparison, .warning, "Two hosts do not serve the same addresses",
      "An address that only one of them has is gone while the other is master. Adverts carry the addresses, and a backup tells of a master whose addresses differ.",
      .pair(
        "virtual_ipaddress_excluded {\n  192.0.2.20/24\n}", wrong: "priority 100",
        right: "virtual_ipaddress_excluded {\n  192.0.2.20/24\n}")),
    Rule(
      "pair-priority", .comparison, .warning, "Two hosts have the same priority",
      "The one with the higher address is master. Write a higher priority on the host that shall be it.",
      .pair("priority 100", wrong: "priority 100", right: "priority 150"),
      remedy: "write a higher priority on the host that shall be master"),
    Rule(
      "pair-weight", .comparison, .warning, "The weights of the higher host never take it below the other",
      "A failed check lowers the priority and moves nothing, since it stays above that of the other host. Write a weight of more than the difference, or none, so that the failure is a fault.",
      .pair(
        "priority 100", wrong: "priority 150\ntrack_interface {\n  eth1 weight -20\n}",
        right: "priority 150\ntrack_interface {\n  eth1 weight -60\n}")),
    Rule(
      "pair-lone-router", .comparison, .warning, "A router is on one host only",
      "The hosts have other routers in common, and nobody takes this one over. Routers are the same if they have an address in common, or the same virtual_router_id and name.",
      remedy: "write a vrrp_instance with the same virtual_router_id and addresses on another host"),
  ]
}

extension PairFindings {
  /// Compares one virtual router on two hosts.
  mutating func check(_ pair: RouterPair) {
    compareNumbers(pair)
    compareVersions(pair)
    compareTransports(pair)
    compareAuthentication(pair)
    compareIntervals(pair)
    compareAddresses(pair)
    comparePriorities(pair)
    compareWeights(pair)
    compareWeights(pair.turned)
  }

  /// Only hosts with the same VRID hear each other; with two numbers both become master and hold the address.
  private mutating func compareNumbers(_ pair: RouterPair) {
    guard let one = pair.first.router.number, let other = pair.second.router.number, one.value != other.value else {
      return
    }
    report(
      .error, "pair-virtual-router-id",
      "\(pair.second.name) serves an address of \(pair.first.name) with virtual_router_id \(other.value) instead of \(one.value), so both hosts would be master",
      pair, at: other.span, and: one.span, note: "the other host has \(one.value)")
  }

  /// An advert of another version is dropped.
  private mutating func compareVersions(_ pair: RouterPair) {
    let (one, other) = (pair.first.router.core.version, pair.second.router.core.version)
    guard one != other else { return }
    let number: (ProtocolVersion) -> Int = { $0 == .v3 ? 3 : 2 }
    report(
      .error, "pair-version",
      "\(pair.second.name) speaks version \(number(other)) and the other host version \(number(one)), so both would be master",
      pair, at: "version", note: "the other host speaks version \(number(one))")
  }

  /// Adverts must go where the other host listens: by the same multicast group, or each to the other's own address.
  private mutating func compareTransports(_ pair: RouterPair) {
    let (first, second) = (pair.first.router, pair.second.router)
    switch (first.isUnicast, second.isUnicast) {
    case (false, false): compareGroups(pair)
    case (true, true):
      checkSource(of: pair)
      checkSource(of: pair.turned)
    case (let one, _):
      report(
        .error, "pair-transport",
        "\(pair.second.name) sends \(one ? "multicast" : "unicast") adverts and the other host \(one ? "unicast" : "multicast") ones, so both would be master",
        pair, at: second.notes.unicastKeyword, and: first.notes.unicastKeyword,
        note: "the other host's router is \(one ? "unicast" : "multicast")")
    }
  }

  private mutating func compareGroups(_ pair: RouterPair) {
    let (one, other) = (pair.first.router.multicastGroup, pair.second.router.multicastGroup)
    guard one != other else { return }
    report(
      .error, "pair-multicast-group",
      "\(pair.second.name) sends its adverts to \(other) and the other host to \(one), so both would be master", pair,
      at: "mcast_dst_ip", note: "the other host sends to \(one)")
  }

  /// The first host must be a peer of the second one. Without a written source nobody knows its address.
  private mutating func checkSource(of pair: RouterPair) {
    let peers = pair.second.router.unicastPeers.map(\.address)
    guard let source = pair.first.router.sourceAddress, !peers.contains(source) else { return }
    let names = peers.map { "\($0)" }.joined(separator: ", ")
    report(
      .error, "pair-peer",
      "\(source), from which the other host sends, is not a peer of \(pair.second.name), which knows only \(names); they would not hear each other",
      pair, at: pair.second.router.notes.peerPlaces.first, and: pair.first.router.places["mcast_src_ip"],
      note: "the other host sends from here", suggestion: "write \(source) in unicast_peer")
  }

  /// An advert that is authenticated in another way, or with another password, is dropped.
  private mutating func compareAuthentication(_ pair: RouterPair) {
    let (first, second) = (pair.first.router, pair.second.router)
    // Different versions keep the hosts apart anyway.
    guard first.core.version == second.core.version else { return }
    let difference: String
    switch (first.notes.authentication.password, second.notes.authentication.password) {
    case (nil, nil): return
    case (nil, _): difference = "authenticates its adverts, and the other host does not"
    case (_, nil): difference = "does not authenticate its adverts, as the other host does"
    case (let one?, let other?):
      if first.notes.authentication.usesHeader != second.notes.authentication.usesHeader {
        difference = "has another auth_type than the other host"
      } else if one != other {
        difference = "has another auth_pass than the other host"
      } else {
        return
      }
    }
    report(
      .error, "pair-authentication", "\(pair.second.name) \(difference), so both would be master", pair,
      at: second.passwordPlace, and: first.passwordPlace,
      note: first.notes.authentication.password == nil
        ? "the other host has no authentication" : "the other host's is here")
  }

  /// Version 2 drops an advert of another interval (RFC 3768 section 7.1); under version 3 a backup counts in its master's.
  private mutating func compareIntervals(_ pair: RouterPair) {
    let (first, second) = (pair.first.router.core, pair.second.router.core)
    guard first.interval != second.interval, first.version == second.version else { return }
    let isFatal = second.version == .v2
    let shown: (Centiseconds) -> String = { Lowering.shown(Int($0.rawValue) * 10_000) }
    let (one, other) = (shown(first.interval), shown(second.interval))
    report(
      isFatal ? .error : .warning, "pair-interval",
      "\(pair.second.name) sends an advert each \(other) s and the other host each \(one) s"
        + (isFatal
          ? ": version 2 drops adverts of another interval, so both would be master"
          : ", so how fast a failover is depends on who was master"),
      pair, at: "advert_int", note: "the other host has \(one) s")
  }

  /// The hosts serve the same addresses: an address that only one host has is gone while the other is master.
  private mutating func compareAddresses(_ pair: RouterPair) {
    findLackingAddresses(pair)
    findLackingAddresses(pair.turned)
    let lengths = Dictionary(pair.first.router.allAddresses.map { ($0.value.prefix.address, $0) }) { $1 }
    for entry in pair.second.router.allAddresses {
      let prefix = entry.value.prefix
      guard let other = lengths[prefix.address], other.value.prefix.length != prefix.length else { continue }
      report(
        .warning, "pair-addresses",
        "\(prefix.address) has the prefix length \(prefix.length) here and \(other.value.prefix.length) on the other host",
        pair, at: entry.span, and: other.span, note: "the other host has it here",
        suggestion: "write the same length on both hosts")
    }
  }

  /// Reports addresses of the second host that the first one lacks.
  private mutating func findLackingAddresses(_ pair: RouterPair) {
    let (one, other) = (pair.first.router.notes, pair.second.router.notes)
    let advertised = Set(one.addresses.map(\.value.prefix.address))
    let excluded = Set(one.excludedAddresses.map(\.value.prefix.address))
    let kinds = [
      (other.addresses, advertised, excluded, "virtual_ipaddress"),
      (other.excludedAddresses, excluded, advertised, "virtual_ipaddress_excluded"),
    ]
    for (entries, same, elsewhere, block) in kinds {
      for entry in entries where !same.contains(entry.value.prefix.address) {
        let address = entry.value.prefix.address
        // Reported once, from the side that advertises it.
        let isMoved = elsewhere.contains(address)
        if isMoved, block != "virtual_ipaddress" { continue }
        report(
          .warning, "pair-addresses",
          isMoved
            ? "\(address) stands in virtual_ipaddress here and in virtual_ipaddress_excluded on the other host, so the adverts differ"
            : "\(address) of \(pair.second.name) is not an address of \(pair.first.name) on the other host, which would not serve it as master",
          pair, at: entry.span, and: nil, note: "the other host's router is here",
          suggestion: "write the same addresses in \(block) on both hosts")
      }
    }
  }

  /// Between hosts of equal priority the higher address wins, which is seldom intended.
  private mutating func comparePriorities(_ pair: RouterPair) {
    let (one, other) = (PriorityRange(pair.first), PriorityRange(pair.second))
    guard one.whenWell == other.whenWell else { return }
    let isPlain = one.base == other.base
    let result =
      isPlain
      ? "has priority \(other.base) on both hosts"
      : "comes to priority \(other.whenWell) on both hosts while all is well"
    report(
      .warning, "pair-priority", "\(pair.second.name) \(result), so the one with the higher address is master", pair,
      at: "priority", note: isPlain ? "the other host has it here" : "the other host has \(one.base) and its weights",
      suggestion: one.base == 255 ? "write 255 on no more than one host, the one whose own address it is" : nil)
  }

  /// A weight is there to let the other host take over. Reports a second host of higher priority that never falls below the first.
  private mutating func compareWeights(_ pair: RouterPair) {
    let (one, other) = (PriorityRange(pair.first), PriorityRange(pair.second))
    guard let span = other.losses.first, other.whenWell > one.whenWell, other.least >= one.whenWell else { return }
    report(
      .warning, "pair-weight",
      "\(pair.second.name) has priority \(other.whenWell) and its weights take it to \(other.least) at least, not below \(one.whenWell) of the other host: a failed check moves nothing",
      pair, at: span, and: pair.first.router.places["priority"], note: "the other host has \(one.whenWell)",
      suggestion: "write a weight of more than \(other.whenWell - one.whenWell), or none, so that a failure is a fault")
  }
}

/// The bounds between which a router's priority moves.
private struct PriorityRange {
  let base: Int
  /// The priority with all trackers up.
  let whenWell: Int
  /// The lowest priority that the trackers leave.
  let least: Int
  /// Places of the weights that take something away, in the order of the file.
  let losses: [SourceSpan]

  init(_ half: RouterPair.Half) {
    base = Int(half.router.core.priority.rawValue)
    guard base != 255 else {
      (whenWell, least, losses) = (255, 255, [])
      return
    }
    let trackers = WeightedTrackers(half.host.lowering).of(half.router)
    // A positive weight is added while its tracker is up, a negative one while it is down; reverse exchanges the two.
    var well = base
    var worst = base
    for tracker in trackers.map(\.value) {
      let up = tracker.reverse ? min(tracker.weight, 0) : max(tracker.weight, 0)
      let down = tracker.reverse ? max(tracker.weight, 0) : min(tracker.weight, 0)
      well += up
      worst += min(up, down)
    }
    whenWell = min(254, max(1, well))
    least = min(254, max(1, worst))
    losses = trackers.map(\.span)
  }
}
