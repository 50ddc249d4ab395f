import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for virtual addresses, and for addresses anywhere.
  static let addresses: [Rule] = [
    Rule(
      "no-addresses", .meaning, .error, "A vrrp_instance has no virtual_ipaddress",
      "It serves nothing. Version 3 and strict mode require an address, and so does keepalived there.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.10/24\n  }\n}"),
      remedy: "write virtual_ipaddress { ADDRESS/LENGTH }"),
    Rule(
      "duplicate-address", .meaning, .warning, "An address stands twice in one vrrp_instance",
      "The second line is ignored; keepalived 2.2 keeps both without a word.",
      .address("192.0.2.10/24\n192.0.2.10/24", "192.0.2.10/24"), remedy: "take one of the two lines out"),
    Rule(
      "too-many-addresses", .meaning, .warning, "A router has more addresses than an advert carries",
      "The rest counts as virtual_ipaddress_excluded: the addresses move along and are not in the adverts. keepalived does the same without a word.",
      remedy: "move them to virtual_ipaddress_excluded"),
    Rule(
      "first-address-link-local", .meaning, .note, "The first address of an IPv6 router is not link-local",
      "RFC 9568 wants it so, and strict mode insists on it. keepalived and martlet do without; other vendors' routers may not.",
      .address("2001:db8::1/64", "fe80::1/64\n2001:db8::1/64")),
    Rule(
      "bad-address", .meaning, .warning, "A word is not an IP address",
      "keepalived drops the address or the peer and runs without. A host name is not an address, and neither is one whose numbers have zeros before them, as 192.0.2.010: elsewhere that is octal.",
      .address("192.0.2.300/24", "192.0.2.30/24"), remedy: "write an IPv4 or IPv6 address"),
    Rule(
      "address-suffix", .meaning, .warning, "Something follows an address that stands alone",
      "A peer, a source address and a multicast group have no prefix length, and a range is not an address. keepalived cuts off what follows the slash or the hyphen without a word and uses the address; so does martlet.",
      .instance("unicast_peer {\n  192.0.2.2/24\n}", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "bad-prefix-length", .meaning, .warning, "What follows the slash is not a prefix length",
      "The length of a single address is used, /32 or /128, so the network's other hosts are not reached by it. A dotted mask is written as its length: 255.255.255.0 is /24.",
      .address("192.0.2.10/255.255.255.0", "192.0.2.10/24")),
    Rule(
      "two-addresses", .meaning, .warning, "A second address stands on a line",
      "keepalived ignores it, so it would be served by nobody. Each address has a line of its own.",
      .address("192.0.2.10/24 192.0.2.11/24", "192.0.2.10/24\n192.0.2.11/24")),
    Rule(
      "label-too-long", .meaning, .warning, "A label has more than 15 characters", "keepalived drops the address.",
      .address("192.0.2.10/24 label eth0:averylonglabel", "192.0.2.10/24 label eth0:a")),
    Rule(
      "broadcast-prefix", .meaning, .warning, "An address has no broadcast address that could be computed",
      "A network of /31 or /32, or an address with a peer, has none; brd + and brd - are ignored.",
      .address("192.0.2.10/32 brd +", "192.0.2.10/24 brd +"),
      remedy: "take brd out, or write the broadcast address itself"),
    Rule(
      "peer-with-prefix", .meaning, .warning, "An address with a peer has a prefix length too",
      "A point-to-point address has none of its own; it is ignored.",
      .address("192.0.2.10/24 peer 192.0.2.11", "192.0.2.10 peer 192.0.2.11"), remedy: "take the prefix length out"),
    Rule(
      "mixed-families", .meaning, .warning, "IPv4 and IPv6 meet where only one of them can be",
      "The first address of a vrrp_instance decides its family, and addresses of the other are dropped by keepalived. Write an instance for each family, or put the others into virtual_ipaddress_excluded. A route, a rule and a BFD session have one family too.",
      .address("192.0.2.10/24\n2001:db8::1/64", "192.0.2.10/24"),
      remedy: "put addresses of the other family into an instance, route or rule of their own"),
  ]
}

extension Lowering {
  /// Reports a router without addresses: it serves nothing, and version 3 forbids it (RFC 9568 section 5.2.5).
  func requireAddresses(of router: InstanceReading) {
    guard router.notes.addresses.isEmpty, router.places["no_virtual_ipaddress"] == nil else { return }
    let isStrict = router.notes.isStrict == true
    let isError = router.core.version == .v3 || isStrict
    diagnostics.report(
      isError ? .error : .warning, "no-addresses",
      "\(router.name.value) has no \(router.notes.lostAddress ? "valid " : "")virtual_ipaddress"
        + (isError ? ", which \(isStrict ? "strict mode" : "version 3") requires" : "; it serves nothing"),
      at: router.name.span)
  }

  /// Reports an IPv6 router whose first address is not link-local (RFC 9568 section 5.2.9). Strict mode insists on it.
  func checkFirstAddress(of router: InstanceReading) {
    guard router.family == .ipv6, router.notes.isStrict != true, let first = router.notes.addresses.first,
      !first.value.prefix.address.isLinkLocal
    else { return }
    diagnostics.report(
      .note, "first-address-link-local",
      "the first address of an IPv6 router is to be link-local by RFC 9568; other vendors' routers may insist on it",
      at: first.span, suggestion: "write fe80::… first")
  }

  /// Drops an address that stands twice on one interface.
  func dropEqualAddresses(of router: inout InstanceReading) {
    struct Key: Hashable {
      var address: IPAddress
      var interface: String?
    }
    var seen: [Key: SourceSpan] = [:]
    let own = router.ownInterface?.value
    func isNew(_ entry: Located<VirtualAddress>) -> Bool {
      let key = Key(address: entry.value.prefix.address, interface: entry.value.interface ?? own)
      guard let earlier = seen.updateValue(entry.span, forKey: key) else { return true }
      diagnostics.report(
        .warning, "duplicate-address", "\(key.address) stands here twice; this line is ignored", at: entry.span,
        notes: [("it is written here too", earlier)], changes: [.removeLine(entry.span)])
      return false
    }
    router.notes.addresses = router.notes.addresses.filter(isNew)
    router.notes.excludedAddresses = router.notes.excludedAddresses.filter(isNew)
  }

  /// Excludes addresses that an advert cannot hold: it counts them in one byte and must fit into one packet of 1500 bytes.
  func excludeAddressesBeyondAdvert(of router: inout InstanceReading) {
    let room: Int
    let trailer = router.notes.trailer == nil ? 0 : 28
    switch (router.family, router.core.version) {
    case (.ipv4, .v2): room = (1500 - 20 - 8 - 8 - trailer) / 4
    case (.ipv4, .v3): room = (1500 - 20 - 8 - trailer) / 4
    case (.ipv6, _): room = (1500 - 40 - 8 - trailer) / 16
    }
    let most = min(255, room)
    guard router.notes.addresses.count > most else { return }
    let rest = router.notes.addresses[most...]
    diagnostics.report(
      .warning, "too-many-addresses",
      "\(router.name.value) has \(router.notes.addresses.count) addresses and an advert carries \(most); the last \(rest.count) count as virtual_ipaddress_excluded",
      at: rest.first?.span)
    router.notes.excludedAddresses.insert(contentsOf: rest, at: 0)
    router.notes.addresses.removeSubrange(most...)
  }
}
