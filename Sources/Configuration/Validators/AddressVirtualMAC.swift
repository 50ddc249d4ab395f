import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Addresses that are to have a virtual MAC address on an interface other than the router's (`use_vmac` of an address,
/// `use_vmac_addr`), or of the other family.
///
/// Those of one router, interface and family share one.
struct AddressVirtualMAC: ConfigurationRule {
  /// What tells one virtual MAC address from another.
  private struct Place: Hashable {
    var lower: String
    var mac: MACAddress
  }

  private let lowering: Lowering
  private var takenNames: Set<String> = []
  /// The number that the next name gets whose own is taken.
  private var nextCounts: [UInt8: Int] = [:]
  /// The interfaces that carry routers' virtual MAC addresses, which cannot carry another.
  private var made: Set<String> = []
  /// The routers that have a virtual MAC address, by where it is.
  private var owners: [Place: (router: String, interface: String)] = [:]

  static func check(_ lowering: Lowering) {
    var rule = AddressVirtualMAC(lowering)
    for index in lowering.instances.indices {
      guard let number = lowering.instances[index].number?.value.rawValue, lowering.instances[index].ownInterface != nil
      else { continue }
      rule.settle(\.notes.addresses, of: index, number)
      rule.settle(\.notes.excludedAddresses, of: index, number)
    }
  }

  private init(_ lowering: Lowering) {
    self.lowering = lowering
    for draft in lowering.instances {
      guard let interface = draft.ownInterface?.value else { continue }
      takenNames.insert(interface)
      guard let virtual = draft.notes.virtualMAC, let number = draft.number?.value.rawValue else { continue }
      takenNames.insert(virtual.interface)
      made.insert(virtual.interface)
      let place = Place(lower: interface, mac: virtual.mac(number, draft.family))
      owners[place] = (draft.name.value, virtual.interface)
    }
  }

  private mutating func settle(
    _ path: WritableKeyPath<InstanceReading, [Located<VirtualAddress>]>, of index: Int, _ number: UInt8
  ) {
    let draft = lowering.instances[index]
    // Changed on their own and put back once: a change in the draft would copy all of them for each.
    var addresses = draft[keyPath: path]
    for (position, address) in addresses.enumerated() {
      guard wants(address, draft), let lower = address.value.interface ?? draft.ownInterface?.value else { continue }
      let family = address.value.prefix.address.family
      let mac = draft.notes.virtualMAC?.mac(number, family) ?? MACAddress(virtualRouter: number, family)
      let place = Place(lower: lower, mac: mac)
      if let owner = owners[place], owner.router != draft.name.value {
        lowering.diagnostics.report(
          .warning, "virtual-mac-shared",
          "\(owner.router) has the virtual MAC address \(mac) on \(lower) too; \(address.value.prefix.address) goes on \(lower) itself",
          at: address.span, suggestion: "give the two routers different numbers")
        continue
      }
      let interface = owners[place]?.interface ?? name(number, family, at: address.span)
      owners[place] = (draft.name.value, interface)
      addresses[position].value.virtualMAC = VirtualMACDefinition(interface: interface, mac: mac)
    }
    lowering.instances[index][keyPath: path] = addresses
  }

  /// Whether the address is to have one that its router has not.
  private func wants(_ address: Located<VirtualAddress>, _ draft: InstanceReading) -> Bool {
    if let interface = address.value.interface, made.contains(interface) { return false }
    let isElsewhere = address.value.interface.map { $0 != draft.ownInterface?.value } ?? false
    let isOther = isElsewhere || address.value.prefix.address.family != draft.family
    guard address.value.asksForVirtualMAC, let virtual = draft.notes.virtualMAC, !isOther else {
      return address.value.asksForVirtualMAC || draft.places["use_vmac_addr"] != nil && isOther
    }
    lowering.diagnostics.report(
      .warning, "virtual-mac-twice",
      "the addresses of \(draft.name.value) are on its virtual MAC address already; use_vmac of an address is ignored",
      at: address.span, notes: [("it is asked for here", virtual.span)],
      suggestion: "take use_vmac out of the address's line")
    return false
  }

  /// vrrp.51 for IPv4, vrrp6.51 for IPv6, and vrrp1.51 and so on where those are taken.
  private mutating func name(_ number: UInt8, _ family: AddressFamily, at span: SourceSpan) -> String {
    let prefix = lowering.global.notes.addressLinkPrefix
    var name = "\(prefix)\(family == .ipv4 ? "" : "6").\(number)"
    // Names are never given back, so the search goes on where it ended.
    while !takenNames.insert(name).inserted {
      let count = nextCounts[number, default: 1]
      name = "\(prefix)\(count).\(number)"
      nextCounts[number] = count + 1
    }
    if name.utf8.count > 15 {
      lowering.diagnostics.report(
        .error, "interface-name", "the address would need an interface named \(name), which is too long", at: span,
        suggestion: "write a shorter vmac_addr_prefix")
    }
    return name
  }
}
