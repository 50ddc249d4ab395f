import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for the number, interface, version and interval of a virtual router.
  static let instances: [Rule] = [
    Rule(
      "missing-virtual-router-id", .meaning, .error, "A vrrp_instance has no virtual_router_id",
      "keepalived stops with all its instances. The number, 1 to 255, is the same on all hosts of the router and used by no other router on the network.",
      .file("vrrp_instance A {\n  interface eth0\n}", "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}"),
      remedy: "write virtual_router_id NUMBER, from 1 to 255 and the same on all hosts of the router"),
    Rule(
      "missing-interface", .meaning, .error, "A vrrp_instance has no interface",
      "keepalived stops with all its instances. The interface is the one by which the hosts reach each other. A router with unicast peers and unicast_src_ip needs none (in keepalived since 2.2.8): it is on the interface with that address.",
      .instance("interface", "interface eth0")),
    Rule(
      "duplicate-virtual-router-id", .meaning, .error, "Two routers on one link have the same virtual_router_id",
      "Each would take the other's adverts for those of its own peer. keepalived stops. Routers of different families, on different interfaces or with different multicast groups may share a number.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}\nvrrp_instance B {\n  interface eth0\n  virtual_router_id 51\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}\nvrrp_instance B {\n  interface eth0\n  virtual_router_id 52\n}"
      )),
    Rule(
      "version-conflict", .meaning, .warning, "A router's version is set twice, to different ones",
      "The first one counts.", .instance("version 3\nversion 2", "version 3")),
    Rule(
      "version-for-ipv6", .meaning, .warning, "An IPv6 router is asked to speak version 2",
      "IPv6 has version 3 only (RFC 9568); it is used. keepalived sends version 2 without a word, which nobody else understands.",
      .instance("native_ipv6\nversion 2", "native_ipv6\nversion 3")),
    Rule(
      "advertisement-interval", .meaning, .warning, "An advert interval is one that the version does not have",
      "Version 2 has whole seconds from 1 to 255, version 3 hundredths from 0.01 to 40.95. The nearest one is used; hosts that do not agree on it drop each other's adverts. The finding says which value results.",
      .instance("advert_int 0.5", "version 3\nadvert_int 0.5")),
    Rule(
      "vrf-with-interface", .meaning, .warning, "vrf stands beside interface",
      "Sockets are bound to the interface, and with it to its VRF. The line is ignored.", .instance("vrf blue", ""),
      remedy: "take vrf out"),
    Rule(
      "vrf-twice", .meaning, .warning, "vrf is written twice", "The second line is ignored.",
      .instance("vrf blue\nvrf red", ""), remedy: "take one of the two lines out"),
    Rule(
      "skip-check-always-on", .meaning, .warning, "skip_check_adv_addr is followed by off",
      "In a vrrp_instance keepalived turns it on whatever follows it, and so does martlet. Take the line out to have addresses compared.",
      .instance("skip_check_adv_addr off", "priority 100")),
    Rule(
      "no-router", .lint, .warning, "A file has no virtual router",
      "The service starts and serves nothing. It may be an emptied file, or a part of one that is checked by itself.",
      remedy: "write a vrrp_instance block; a reload takes a file without one only with --allow-empty"),
  ]
}

extension Lowering {
  /// Reports a router without a VRID.
  func requireNumber(of router: InstanceReading) {
    // The fault in the line has been reported.
    guard router.places.line(of: "virtual_router_id") == nil else { return }
    diagnostics.report(
      .error, "missing-virtual-router-id", "\(router.name.value) has no valid virtual_router_id", at: router.name.span)
  }

  /// Reports a router without an interface to send its adverts on.
  func requireInterface(of router: InstanceReading) {
    // The fault in the line has been reported.
    guard router.places.line(of: "interface") == nil, !router.isPlacedBySource else { return }
    diagnostics.report(
      .error, "missing-interface", "\(router.name.value) has no valid interface", at: router.name.span,
      suggestion: "write interface NAME, the interface that the other hosts are reached by"
        + (router.unicastPeers.isEmpty ? "" : ", or unicast_src_ip ADDRESS, an address of this host's"))
  }

  /// Decides family and version: the first address gives the family, and IPv6 needs version 3 (RFC 9568 section 1).
  func decideFamilyAndVersion(of router: inout InstanceReading) {
    router.family = router.notes.family?.value ?? .ipv4
    let written = router.places["version"]
    let asked = written == nil ? global.version : router.core.version
    router.core.version = router.family == .ipv6 ? .v3 : asked
    if router.family == .ipv6, let written, asked == .v2 {
      diagnostics.report(
        .warning, "version-for-ipv6", "\(router.name.value) is an IPv6 router and speaks version 3", at: written,
        suggestion: "write version 3", replacement: "3")
    }
    if router.places["mcast_dst_ip"] == nil { router.multicastGroup = multicastGroup(of: router.family) }
  }

  /// The multicast group for adverts of a family whose instance names none.
  func multicastGroup(of family: AddressFamily) -> IPAddress {
    family == .ipv4 ? global.multicastGroup4 : global.multicastGroup6
  }

  /// Reports `vrf` beside an interface, which has a VRF of its own.
  func checkRoutingDomain(of router: InstanceReading) {
    guard let domain = router.notes.routingDomain, router.ownInterface != nil else { return }
    diagnostics.report(
      .warning, "vrf-with-interface",
      "\(router.name.value) has an interface, and with it the interface's VRF; vrf \(domain.value) is ignored",
      at: domain.span)
  }

  /// Rounds the advert interval: version 2 has whole seconds from 1 to 255 (RFC 3768 section 5.3.7), version 3 hundredths up to
  /// 40.95 s (RFC 9568 section 5.2.7).
  func roundInterval(of router: inout InstanceReading) {
    guard let asked = router.notes.interval, let place = router.places["advert_int"] else { return }
    let used: Int
    switch router.core.version {
    case .v2:
      let seconds = max(1, min(255, (asked + 500_000) / 1_000_000))
      used = seconds * 1_000_000
      router.core.interval = .seconds(UInt8(clamping: seconds))
    case .v3:
      let hundredths = max(1, min(4095, (asked + 5000) / 10_000))
      used = hundredths * 10_000
      router.core.interval = Centiseconds(rawValue: UInt16(clamping: hundredths))
    }
    guard used != asked else { return }
    let rule = router.core.version == .v2 ? "version 2 has whole seconds" : "version 3 has hundredths up to 40.95 s"
    diagnostics.report(
      .warning, "advertisement-interval",
      "\(router.name.value): \(rule); \(Self.shown(asked)) s becomes \(Self.shown(used)) s", at: place,
      suggestion: router.core.version == .v2 && asked < 1_000_000
        ? "write version 3 on all hosts for adverts more often than each second"
        : "write \(Self.shown(used)), on all hosts",
      replacement: Self.shown(used))
  }

  /// Reports two routers of one VRID on one link: each would take the other's adverts for those of its peer.
  func findEqualNumbers() {
    // Positions of the first router at each place. Routers themselves are large.
    var seen: [AdvertPlace: Int] = [:]
    for (position, router) in instances.enumerated() {
      let places = AdvertPlace.all(of: router)
      if let other = places.compactMap({ seen[$0] }).min().map({ instances[$0] }), let number = router.number {
        diagnostics.report(
          .error, "duplicate-virtual-router-id",
          "\(other.name.value) and \(router.name.value) both have virtual_router_id \(number.value) with \(router.family.name) on \(router.model.interfaceText)",
          at: number.span, notes: [("\(other.name.value) has it here", other.number?.span)],
          suggestion: "give one of them another number, on all its hosts")
      }
      for place in places where seen[place] == nil { seen[place] = position }
    }
    findEqualNumbersOnFurtherLinks()
  }

  /// Reports a further link that carries the adverts of another router of the same VRID.
  private func findEqualNumbersOnFurtherLinks() {
    let byNumber = Dictionary(grouping: instances.indices) { instances[$0].number?.value }
    for router in instances where !router.heartbeatInterfaces.isEmpty {
      for (link, place) in zip(router.heartbeatInterfaces, router.notes.heartbeatPlaces) {
        let other = byNumber[router.number?.value, default: []].first {
          let other = instances[$0]
          return other.family == router.family
            && (other.ownInterface?.value == link
              || other.name.value != router.name.value && other.heartbeatInterfaces.contains(link))
        }.map { instances[$0] }
        guard let other else { continue }
        let isOwn = other.name.value == router.name.value
        diagnostics.report(
          .error, "duplicate-virtual-router-id",
          isOwn
            ? "\(link) is the interface of \(router.name.value) already, and no further link"
            : "\(link) carries the adverts of \(other.name.value), which has the same virtual_router_id",
          at: place, suggestion: isOwn ? "take it out of heartbeat_interface" : "give one of them another number")
      }
    }
  }

  /// Reports a file without a router: it serves no address, which is seldom intended.
  func requireRouter() {
    // Another error may be the reason.
    guard instances.isEmpty, !diagnostics.hasErrors else { return }
    diagnostics.report(.warning, "no-router", "there is no virtual router, so no address is served", at: nil)
  }
}

/// A place of adverts that two routers must not share.
private struct AdvertPlace: Hashable {
  var number: VirtualRouterID
  var family: AddressFamily
  /// Interface and group of a multicast router; the source of a unicast router.
  var place: String
  /// The peer of a unicast router; `nil` for multicast. Two unicast routers disturb each other where they share a peer.
  var peer: IPAddress?

  /// The places of a router's adverts; none if it cannot send any.
  static func all(of router: InstanceReading) -> [AdvertPlace] {
    guard let number = router.number?.value, router.ownInterface != nil || router.isPlacedBySource else { return [] }
    let place =
      router.isUnicast
      ? "unicast \(router.sourceAddress?.description ?? router.interface)"
      : "\(router.interface) \(router.multicastGroup)"
    let peers: [IPAddress?] = router.isUnicast ? router.unicastPeers.map(\.address) : [nil]
    return peers.map { AdvertPlace(number: number, family: router.family, place: place, peer: $0) }
  }
}
