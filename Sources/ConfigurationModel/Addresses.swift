import HealthCore
import NetworkTypes
import VRRPCore

/// One line of `virtual_ipaddress` or `virtual_ipaddress_excluded`.
package struct VirtualAddress: Sendable, Hashable {
  /// Address and prefix length.
  package var prefix: IPPrefix
  /// Interface of the address; `nil` for the instance's own.
  package var interface: String?
  /// True when the line asks for a virtual MAC address (`use_vmac`).
  package var asksForVirtualMAC = false
  /// Scope number of an IPv4 address (`global` is 0, `link` 253, `host` 254).
  package var scope: UInt8 = 0
  /// True when an IPv6 address skips duplicate address detection; only `-nodad` makes it false.
  package var skipsDuplicateDetection = true
  /// True when no route to the prefix is made (`noprefixroute`).
  package var noPrefixRoute = false
  /// True for a home address of Mobile IPv6 (`home`).
  package var isHome = false
  /// True when temporary addresses are made from it (`mngtmpaddr`).
  package var managesTemporary = false
  /// True when the kernel joins the multicast group of this address (`autojoin`).
  package var joinsMulticast = false
  /// Preferred lifetime in seconds; `nil` for ever. The default of IPv6 /128 is 0.
  package var preferredLifetime: UInt32?
  /// True when the router is in FAULT while the address's interface is down or gone; false with `no_track`.
  package var isTracked = true

  /// Settings that few of many thousand addresses have.
  struct Rare: Sendable, Hashable, Unset {
    var virtualMAC: VirtualMACDefinition?
    var label: String?
    var broadcast: IPAddress?
    var peer: IPAddress?
  }

  @Boxed private var rare: Rare

  /// Virtual MAC address on ``interface``; `nil` for the router's own one or the real address.
  package var virtualMAC: VirtualMACDefinition? {
    get { rare.virtualMAC }
    set { rare.virtualMAC = newValue }
  }

  /// Label of an IPv4 address, at most 15 characters.
  package var label: String? {
    get { rare.label }
    set { rare.label = newValue }
  }

  /// Broadcast address, computed for `brd +` and `brd -`.
  package var broadcast: IPAddress? {
    get { rare.broadcast }
    set { rare.broadcast = newValue }
  }

  /// Other end of a point-to-point address.
  package var peer: IPAddress? {
    get { rare.peer }
    set { rare.peer = newValue }
  }

  package init(prefix: IPPrefix) {
    self.prefix = prefix
    preferredLifetime = prefix.address.family == .ipv6 && prefix.length == 128 ? 0 : nil
  }
}

extension VirtualAddress: ImageRecord {
  static var blank: Self { Self(prefix: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&prefix)
    try field(&interface)
    try field(&asksForVirtualMAC)
    try field(&scope)
    try field(&skipsDuplicateDetection)
    try field(&noPrefixRoute)
    try field(&isHome)
    try field(&managesTemporary)
    try field(&joinsMulticast)
    try field(&preferredLifetime)
    try field(&isTracked)
    try field(&_rare)
  }
}

extension VirtualAddress.Rare: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&virtualMAC)
    try field(&label)
    try field(&broadcast)
    try field(&peer)
  }
}

/// A route, a rule or an address that the kernel has always, or while a router is master.
package struct KernelEntryDefinition: Sendable, Hashable {
  /// Kind of entry, with its settings.
  package enum Content: Sendable, Hashable {
    /// A line of `static_ipaddress`.
    case address(VirtualAddress)
    /// A line of `static_routes` or `virtual_routes`.
    case route(Route)
    /// A line of `static_rules` or `virtual_rules`.
    case rule(RoutingRule)
  }

  package var content: Content
  /// The line as written, for messages.
  package var text: String
  /// Name of the `track_group` whose routers are in FAULT while the kernel refuses the entry.
  package var trackGroup: String?

  package init(_ content: Content, text: String, trackGroup: String? = nil) {
    self.content = content
    self.text = text
    self.trackGroup = trackGroup
  }

  /// True when the entry is watched and put back; false with `no_track`.
  package var isTracked: Bool {
    switch content {
    case .address(let address): address.isTracked
    case .route(let route): route.isTracked
    case .rule(let rule): rule.isTracked
    }
  }

  /// Interfaces that must exist for the entry.
  package var interfaces: [String] {
    switch content {
    case .address(let address): [address.interface].compactMap(\.self)
    case .route(let route): ([route.interface] + route.nextHops.map(\.interface)).compactMap(\.self)
    case .rule(let rule): [rule.inputInterface, rule.outputInterface].compactMap(\.self)
    }
  }
}

extension KernelEntryDefinition.Content: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .address(try VirtualAddress(from: &reader))
    case 1: self = .route(try Route(from: &reader))
    case 2: self = .rule(try RoutingRule(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .address(let value): writer.put(case: 0, value)
    case .route(let value): writer.put(case: 1, value)
    case .rule(let value): writer.put(case: 2, value)
    }
  }
}

extension KernelEntryDefinition: ImageRecord {
  static var blank: Self { Self(.route(.blank), text: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&content)
    try field(&text)
    try field(&trackGroup)
  }
}

/// `use_vmac`, `use_vmac_addr`.
package struct VirtualMACDefinition: Sendable, Hashable {
  /// Name of the interface that is made.
  package var interface: String
  /// Link-layer address of the interface.
  package var mac: MACAddress
  /// True when adverts leave from the interface below (`vmac_xmit_base`), as unicast ones always do.
  package var sendsAdvertsBelow = false

  package init(interface: String, mac: MACAddress, sendsAdvertsBelow: Bool = false) {
    self.interface = interface
    self.mac = mac
    self.sendsAdvertsBelow = sendsAdvertsBelow
  }
}

extension VirtualMACDefinition: ImageRecord {
  static var blank: Self { Self(interface: "", mac: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&interface)
    try field(&mac)
    try field(&sendsAdvertsBelow)
  }
}

/// An interface that is made for a virtual MAC address.
package struct VirtualLinkDefinition: Sendable, Hashable {
  /// Name of its router.
  package var router: String
  /// Name of the interface below it.
  package var lower: String
  /// Name and address of the interface.
  package var virtual: VirtualMACDefinition
  /// True when the interface has an IPv6 address.
  package var carriesIPv6: Bool
}

extension Configuration {
  /// Every interface that is made for a virtual MAC address, each once.
  package var virtualLinks: [VirtualLinkDefinition] {
    var names: Set<String> = []
    return routers.flatMap { router in
      let own = router.virtualMAC.map { ($0, router.interface, router.family == .ipv6) }
      let further = (router.addresses + router.excludedAddresses).compactMap { address in
        address.virtualMAC.map { ($0, address.interface ?? router.interface, address.prefix.address.family == .ipv6) }
      }
      return ([own].compactMap(\.self) + further).map {
        VirtualLinkDefinition(router: router.name, lower: $0.1, virtual: $0.0, carriesIPv6: $0.2)
      }
    }.filter { names.insert($0.virtual.interface).inserted }
  }
}
