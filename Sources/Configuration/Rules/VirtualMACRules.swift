import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for virtual MAC addresses.
  static let virtualMACs: [Rule] = [
    Rule(
      "virtual-mac", .meaning, .warning, "A MAC address cannot be a virtual router's own",
      "It is not a MAC address, or is a multicast address or one that belongs to other routers (00:00:5e:00:01:00 and up).",
      .instance("use_vmac vip0 01:00:5e:00:00:01", "use_vmac vip0 02:00:00:00:00:01")),
    Rule(
      "virtual-mac-name", .meaning, .warning, "The interface of a virtual MAC address has a name that is taken",
      "Each needs a name of its own.", .instance("use_vmac eth0", "use_vmac vip0"), remedy: "give it a name of its own"),
    Rule(
      "own-link-named", .lint, .note, "An interface is named that a virtual MAC address makes",
      "martlet makes the interface before it needs it. keepalived looks for it while it reads the file: it does not start, and ignores the delays of interface_up_down_delays. With dynamic_interfaces it takes the name as it is.",
      .instance("use_vmac vip0\ntrack_interface {\n  vip0\n}", "use_vmac vip0")),
    Rule(
      "without-virtual-mac", .meaning, .warning, "vmac_xmit_base stands without use_vmac", "It has no effect.",
      .instance("vmac_xmit_base", "use_vmac\nvmac_xmit_base"), remedy: "write use_vmac, or take the line out"),
    Rule(
      "needless-with-virtual-mac", .meaning, .warning, "promote_secondaries stands beside use_vmac",
      "It is ignored: the interface with the virtual MAC address has no addresses but the router's.",
      .instance("use_vmac\npromote_secondaries", "use_vmac"), remedy: "take the line out"),
    Rule(
      "unicast-with-virtual-mac", .meaning, .warning, "A router has unicast peers and a virtual MAC address",
      "Its adverts leave by the interface below, from that one's own MAC address. vmac_xmit_base says so.",
      .instance("use_vmac\nunicast_peer {\n  192.0.2.2\n}", "use_vmac\nvmac_xmit_base\nunicast_peer {\n  192.0.2.2\n}"),
      remedy: "write vmac_xmit_base to say so"),
    Rule(
      "ipvlan", .meaning, .warning, "A word after use_ipvlan has no meaning or stands there twice",
      "keepalived ignores the word.", .instance("use_ipvlan bridge vepa", "use_ipvlan bridge"), remedy: "take it out"),
    Rule(
      "virtual-mac-twice", .meaning, .warning, "An address asks for a virtual MAC address that its router has already",
      "All addresses of a router with use_vmac are on its virtual MAC address.",
      .instance("use_vmac\nvirtual_ipaddress_excluded {\n192.0.2.9/24 use_vmac\n}", "use_vmac"),
      remedy: "take use_vmac out of the address's line"),
    Rule(
      "virtual-mac-shared", .meaning, .warning, "Two routers would have one virtual MAC address on one interface",
      "The address follows from virtual_router_id, and an interface can carry it once. The address of the virtual router goes on the interface itself.",
      remedy: "give the two routers different numbers"),
    Rule(
      "foreign-virtual-mac", .meaning, .warning, "An address is to go on another router's virtual MAC address",
      "The two routers need not be master on the same host. keepalived keeps the router with such an address in FAULT unless both are in one sync group.",
      remedy: "put both in one vrrp_sync_group, or the address on another interface"),
  ]
}

extension Lowering {
  /// Names the interfaces of virtual MAC addresses, each with a name of its own.
  func nameVirtualMACs() {
    var users: [String: (name: String, span: SourceSpan)] = [:]
    for router in instances {
      if let interface = router.ownInterface { users[interface.value] = (router.name.value, interface.span) }
    }
    for index in instances.indices {
      let router = instances[index]
      guard let virtual = router.notes.virtualMAC else {
        if let span = router.places["vmac_xmit_base"] {
          diagnostics.report(
            .warning, "without-virtual-mac", "vmac_xmit_base has no effect without use_vmac", at: span)
        }
        continue
      }
      checkOptions(of: router, virtual)
      guard let name = virtual.name else { continue }
      if let user = users[name.value] {
        diagnostics.report(
          .warning, "virtual-mac-name",
          "\(router.name.value) cannot make \(name.value), which \(user.name) uses; it gets another name",
          at: name.span, notes: [("it is named here", user.span)])
        instances[index].notes.virtualMAC?.name = nil
        continue
      }
      users[name.value] = (router.name.value, name.span)
      instances[index].notes.virtualMAC?.interface = name.value
    }
    nameTheRest(taken: Set(users.keys))
  }

  /// Reports settings that do not go with a virtual MAC address.
  private func checkOptions(of router: InstanceReading, _ virtual: VirtualMACSettings) {
    if let span = router.places["promote_secondaries"] {
      diagnostics.report(
        .warning, "needless-with-virtual-mac",
        "promote_secondaries is ignored: an interface with a virtual MAC address has no addresses but the router's",
        at: span)
    }
    if router.isUnicast, router.places["vmac_xmit_base"] == nil {
      diagnostics.report(
        .warning, "unicast-with-virtual-mac",
        "\(router.name.value) has unicast peers, so its adverts leave by the interface below, from that one's own MAC address",
        at: virtual.span)
    }
  }

  private func nameTheRest(taken: Set<String>) {
    var names = LinkNames(taken: taken)
    for index in instances.indices {
      let router = instances[index]
      guard let virtual = router.notes.virtualMAC, virtual.name == nil, let number = router.number?.value else {
        continue
      }
      let name = names.next(global.notes.linkPrefix, number.rawValue)
      if name.utf8.count > 15 {
        diagnostics.report(
          .error, "interface-name", "\(router.name.value) would need an interface named \(name), which is too long",
          at: virtual.span, suggestion: "write use_vmac NAME with up to 15 characters, or a shorter vmac_prefix")
      }
      instances[index].notes.virtualMAC?.interface = name
    }
  }

  /// Gives addresses a virtual MAC address on another interface than the router's, or for the other family (`use_vmac` of an address,
  /// `use_vmac_addr`).
  func giveAddressesVirtualMACs() {
    var links = AddressLinks(self)
    for index in instances.indices where instances[index].ownInterface != nil {
      guard let number = instances[index].number?.value.rawValue else { continue }
      links.add(to: \.notes.addresses, of: index, number)
      links.add(to: \.notes.excludedAddresses, of: index, number)
    }
  }

  /// Reports addresses on the virtual MAC interface of a router that does not move with theirs.
  func findAddressesOnOthersVirtualMACs() {
    var owners: [String: String] = [:]
    for router in instances {
      if let name = router.notes.virtualMAC?.interface, !name.isEmpty { owners[name] = router.name.value }
    }
    guard !owners.isEmpty else { return }
    var groupOf: [String: String] = [:]
    for group in groups {
      for member in group.notes.members { groupOf[member.value] = group.name.value }
    }
    for router in instances {
      let name = router.name.value
      for address in router.notes.addresses + router.notes.excludedAddresses {
        guard let interface = address.value.interface, let owner = owners[interface], owner != name,
          groupOf[owner] == nil || groupOf[owner] != groupOf[name]
        else { continue }
        diagnostics.report(
          .warning, "foreign-virtual-mac",
          "\(interface) has the virtual MAC address of \(owner), which need not be master when \(name) is; keepalived keeps \(name) in FAULT",
          at: address.span)
      }
    }
  }

  /// Reports interfaces that martlet makes itself and keepalived looks for before it makes them.
  func findOwnLinks() {
    guard !global.allowsMissingInterfaces else { return }
    let made = madeInterfaces
    guard !made.isEmpty else { return }
    let uses = interfaces.merging(awaitedInterfaces, uniquingKeysWith: SourceSpan.earlier)
      .merging(pacedInterfaces, uniquingKeysWith: SourceSpan.earlier)
    report(uses, made, "keepalived does not start with it, as it makes the interface later")
    report(
      delayedInterfaces.filter { uses[$0.key] == nil }, made,
      "keepalived ignores its delays, as it makes the interface later")
  }

  private func report(_ uses: [String: SourceSpan], _ made: Set<String>, _ result: String) {
    for (name, span) in uses.filter({ made.contains($0.key) }).sorted(by: { $0.value.isBefore($1.value) }) {
      diagnostics.report(
        .note, "own-link-named", "martlet makes the interface \(name) itself; \(result)", at: span,
        suggestion: "write dynamic_interfaces in global_defs if keepalived is to read this file too")
    }
  }
}

/// The virtual MAC addresses of single addresses; those of one router, interface and family share one.
private struct AddressLinks {
  /// Identity of a virtual MAC address.
  private struct Place: Hashable {
    var lower: String
    var mac: MACAddress
  }

  private let lowering: Lowering
  private var names = LinkNames()
  /// The interfaces with a router's virtual MAC address, on which no other can be.
  private var made: Set<String> = []
  /// The routers with a virtual MAC address, by its place.
  private var owners: [Place: (router: String, interface: String)] = [:]

  init(_ lowering: Lowering) {
    self.lowering = lowering
    for router in lowering.instances {
      guard let interface = router.ownInterface?.value else { continue }
      names.taken.insert(interface)
      guard let virtual = router.notes.virtualMAC, let number = router.number?.value.rawValue else { continue }
      names.taken.insert(virtual.interface)
      made.insert(virtual.interface)
      let place = Place(lower: interface, mac: virtual.mac(number, router.family))
      owners[place] = (router.name.value, virtual.interface)
    }
  }

  mutating func add(
    to path: WritableKeyPath<InstanceReading, [Located<VirtualAddress>]>, of index: Int, _ number: UInt8
  ) {
    let router = lowering.instances[index]
    // The addresses are changed in a copy and put back once: each change in the router would copy all of them.
    var addresses = router[keyPath: path]
    for (position, address) in addresses.enumerated() {
      guard wants(address, router), let lower = address.value.interface ?? router.ownInterface?.value else { continue }
      let family = address.value.prefix.address.family
      let mac = router.notes.virtualMAC?.mac(number, family) ?? MACAddress(virtualRouter: number, family)
      let place = Place(lower: lower, mac: mac)
      if let owner = owners[place], owner.router != router.name.value {
        lowering.diagnostics.report(
          .warning, "virtual-mac-shared",
          "\(owner.router) has the virtual MAC address \(mac) on \(lower) too; \(address.value.prefix.address) goes on \(lower) itself",
          at: address.span)
        continue
      }
      let interface = owners[place]?.interface ?? name(number, family, at: address.span)
      owners[place] = (router.name.value, interface)
      addresses[position].value.virtualMAC = VirtualMACDefinition(interface: interface, mac: mac)
    }
    lowering.instances[index][keyPath: path] = addresses
  }

  /// True when the address needs a virtual MAC address that its router does not have.
  private func wants(_ address: Located<VirtualAddress>, _ router: InstanceReading) -> Bool {
    if let interface = address.value.interface, made.contains(interface) { return false }
    let isElsewhere = address.value.interface.map { $0 != router.ownInterface?.value } ?? false
    let isOther = isElsewhere || address.value.prefix.address.family != router.family
    guard address.value.asksForVirtualMAC, let virtual = router.notes.virtualMAC, !isOther else {
      return address.value.asksForVirtualMAC || router.places["use_vmac_addr"] != nil && isOther
    }
    lowering.diagnostics.report(
      .warning, "virtual-mac-twice",
      "the addresses of \(router.name.value) are on its virtual MAC address already; use_vmac of an address is ignored",
      at: address.span, notes: [("it is asked for here", virtual.span)])
    return false
  }

  private mutating func name(_ number: UInt8, _ family: AddressFamily, at span: SourceSpan) -> String {
    let name = names.next(lowering.global.notes.addressLinkPrefix, number, mark: family == .ipv4 ? "" : "6")
    if name.utf8.count > 15 {
      lowering.diagnostics.report(
        .error, "interface-name", "the address would need an interface named \(name), which is too long", at: span,
        suggestion: "write a shorter vmac_addr_prefix")
    }
    return name
  }
}

/// Names for interfaces with virtual MAC addresses: vrrp.51, and vrrp1.51 and so on where that is taken.
private struct LinkNames {
  var taken: Set<String> = []
  /// Next number for a name that is taken, by VRID. Names are never given back, so the search continues where it ended.
  private var counts: [UInt8: Int] = [:]

  init(taken: Set<String> = []) { self.taken = taken }

  mutating func next(_ prefix: String, _ number: UInt8, mark: String = "") -> String {
    var name = "\(prefix)\(mark).\(number)"
    while !taken.insert(name).inserted {
      let count = counts[number, default: 1]
      name = "\(prefix)\(count).\(number)"
      counts[number] = count + 1
    }
    return name
  }
}

extension SourceSpan {
  fileprivate func isBefore(_ other: SourceSpan) -> Bool {
    (file, line, column) < (other.file, other.line, other.column)
  }

  fileprivate static func earlier(_ left: SourceSpan, _ right: SourceSpan) -> SourceSpan {
    right.isBefore(left) ? right : left
  }
}
