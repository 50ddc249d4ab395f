import HealthCore
import NetworkTypes
import VRRPCore

/// One line of `virtual_ipaddress` or `virtual_ipaddress_excluded`.
public struct VirtualAddress: Sendable, Hashable {
  /// Address and prefix length.
  public var prefix: IPPrefix
  /// The interface that carries it, when it is not the instance's own.
  public var interface: String?
  /// Whether its line asks for a virtual MAC address (`use_vmac`).
  public var asksForVirtualMAC = false
  /// The virtual MAC address that carries it on ``interface``, when that is not the router's own one.
  public var virtualMAC: VirtualMACDefinition?
  /// Label of an IPv4 address, at most 15 characters.
  public var label: String?
  /// Scope number of an IPv4 address (`global` is 0, `link` 253, `host` 254).
  public var scope: UInt8 = 0
  /// Broadcast address, computed for `brd +` and `brd -`.
  public var broadcast: IPAddress?
  /// The other end of a point-to-point address.
  public var peer: IPAddress?
  /// Whether an IPv6 address skips duplicate address detection; true unless `-nodad` is written.
  public var skipsDuplicateDetection = true
  /// Whether no route to the prefix is made (`noprefixroute`).
  public var noPrefixRoute = false
  /// Whether it is a home address of Mobile IPv6 (`home`).
  public var isHome = false
  /// Whether temporary addresses are made from it (`mngtmpaddr`).
  public var managesTemporary = false
  /// Whether the kernel joins the multicast group that it is (`autojoin`).
  public var joinsMulticast = false
  /// Preferred lifetime in seconds; `nil` for ever. 0 is the default of IPv6 /128.
  public var preferredLifetime: UInt32?
  /// Whether its router is in fault while the interface that carries it is down or gone; not with `no_track`.
  public var isTracked = true

  /// An address with the defaults.
  public init(prefix: IPPrefix) {
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
    try field(&virtualMAC)
    try field(&label)
    try field(&scope)
    try field(&broadcast)
    try field(&peer)
    try field(&skipsDuplicateDetection)
    try field(&noPrefixRoute)
    try field(&isHome)
    try field(&managesTemporary)
    try field(&joinsMulticast)
    try field(&preferredLifetime)
    try field(&isTracked)
  }
}

/// A route, a rule or an address that the kernel is to have, always or while a router is master.
public struct KernelEntryDefinition: Sendable, Hashable {
  /// What it is.
  public enum Content: Sendable, Hashable {
    /// A line of `static_ipaddress`.
    case address(VirtualAddress)
    /// A line of `static_routes` or `virtual_routes`.
    case route(Route)
    /// A line of `static_rules` or `virtual_rules`.
    case rule(RoutingRule)
  }

  /// What it is.
  public var content: Content
  /// The line as written, for messages about it.
  public var text: String
  /// The `track_group` whose routers are in fault while the kernel cannot have it.
  public var trackGroup: String?

  /// An entry of the given contents.
  public init(_ content: Content, text: String, trackGroup: String? = nil) {
    self.content = content
    self.text = text
    self.trackGroup = trackGroup
  }

  /// Whether it is looked after (not with `no_track`).
  public var isTracked: Bool {
    switch content {
    case .address(let address): address.isTracked
    case .route(let route): route.isTracked
    case .rule(let rule): rule.isTracked
    }
  }

  /// The interfaces that it needs.
  public var interfaces: [String] {
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
public struct VirtualMACDefinition: Sendable, Hashable {
  /// The name of the interface to be made.
  public var interface: String
  /// Its link-layer address.
  public var mac: MACAddress
  /// Whether adverts leave from the interface below all the same (`vmac_xmit_base`), as unicast ones always do.
  public var sendsAdvertsBelow = false

  /// An interface of the given name and address.
  public init(interface: String, mac: MACAddress, sendsAdvertsBelow: Bool = false) {
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

/// An interface that is to be made for a virtual MAC address.
public struct VirtualLinkDefinition: Sendable, Hashable {
  /// The name of the router it is made for.
  public var router: String
  /// The interface below it.
  public var lower: String
  /// What is to be made.
  public var virtual: VirtualMACDefinition
  /// Whether it is to carry an IPv6 address.
  public var carriesIPv6: Bool
}

extension Configuration {
  /// Every interface to be made for a virtual MAC address, each once.
  public var virtualLinks: [VirtualLinkDefinition] {
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
