import NetworkTypes
import VRRPCore

/// The other hosts of a router that sends by unicast.
public struct UnicastPeer: Sendable, Hashable {
  /// Its address.
  public var address: IPAddress
  /// Least TTL or hop limit accepted from it.
  public var minimumTTL: UInt8 = 0
  /// Greatest TTL or hop limit accepted from it.
  public var maximumTTL: UInt8 = 255

  /// A peer of which any TTL is accepted.
  public init(address: IPAddress) {
    self.address = address
  }
}

extension UnicastPeer: ImageRecord {
  static var blank: Self { Self(address: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&address)
    try field(&minimumTTL)
    try field(&maximumTTL)
  }
}

/// `vrrp_instance`.
public struct VirtualRouterDefinition: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// The interface its adverts use; empty if it is the one that has ``sourceAddress``.
  public var interface: String
  /// What the state machine needs. `trackers` is empty here: ``tracked`` names them.
  public var core: VirtualRouterConfiguration
  /// Family of its addresses and adverts.
  public var family: AddressFamily
  /// The `state` written in the file; only a hint, since an election decides.
  public var initialState: RouterState = .backup
  /// Addresses carried in adverts, in the file's order.
  public var addresses: [VirtualAddress] = []
  /// Addresses that move along without being carried in adverts; of either family.
  public var excludedAddresses: [VirtualAddress] = []
  /// `virtual_routes`, then `virtual_rules`: what the kernel has while the router is master.
  public var entries: [KernelEntryDefinition] = []
  /// How its adverts are authenticated; `nil` if they are not.
  public var authentication: AuthenticationDefinition?
  /// Peers; empty for multicast.
  public var unicastPeers: [UnicastPeer] = []
  /// Whether it is in fault while it has no peer to send to, instead of sending by multicast (`unicast_fault_no_peer`).
  public var faultsWithoutPeers = false
  /// Where adverts are sent from when the file says (`unicast_src_ip`, `mcast_src_ip`).
  public var sourceAddress: IPAddress?
  /// Where multicast adverts go (`mcast_dst_ip`, else `vrrp_mcast_group4` or `vrrp_mcast_group6`).
  public var multicastGroup: IPAddress
  /// Whether the adverts' sender must be one of the peers; on by default for unicast.
  public var checksUnicastSource = true
  /// TTL or hop limit of unicast adverts.
  public var unicastTTL: UInt8 = 255
  /// Whether version 3 over IPv4 leaves the pseudo-header out of the checksum it sends (`v3_checksum_as_v2`).
  public var checksumWithoutPseudoHeader = false
  /// Whether version 3 over IPv4 sends to peers with the checksum of keepalived up to 1.3.6 (`old_unicast_checksum`).
  public var sendsOldChecksum = false
  /// Whether such a checksum is refused on receipt (`old_unicast_checksum never`).
  public var refusesOldChecksum = false
  /// Whether packets to the addresses are accepted by a router that does not own them.
  public var accepts = true
  /// The interface that carries its virtual MAC address (`use_vmac`); `nil` if the real address is used.
  public var virtualMAC: VirtualMACDefinition?
  /// Further links that its adverts travel by (`heartbeat_interface`).
  public var heartbeatInterfaces: [String] = []
  /// Whether the other addresses of a network stay when the first is removed (`promote_secondaries`).
  public var promotesSecondaries = false
  /// Whether faults of the own interface are ignored (`dont_track_primary`).
  public var ignoresInterfaceFaults = false
  /// Whether a repeated advert's address list is not compared (`skip_check_adv_addr`).
  public var skipsAddressCheck = false
  /// `track_script`, `track_interface` and their like, in the file's order.
  public var tracked: [TrackerReference] = []
  /// Notify scripts.
  @Boxed public var notify: NotifyDefinition

  /// Its interface, in words.
  public var interfaceText: String {
    interface.isEmpty ? "the interface with \(sourceAddress.map { "\($0)" } ?? "its source address")" : interface
  }

  /// Whether its adverts go to peers and not to a group.
  public var isUnicast: Bool { !unicastPeers.isEmpty || faultsWithoutPeers }

  /// An instance with the defaults.
  public init(name: String, interface: String, core: VirtualRouterConfiguration, family: AddressFamily) {
    self.name = name
    self.interface = interface
    self.core = core
    self.family = family
    let global = GlobalSettings()
    multicastGroup = family == .ipv4 ? global.multicastGroup4 : global.multicastGroup6
  }
}

extension VirtualRouterDefinition: ImageRecord {
  static var blank: Self { Self(name: "", interface: "", core: .blank, family: .ipv4) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&interface)
    try field(&core)
    try field(&family)
    try field(&initialState)
    try field(&addresses)
    try field(&excludedAddresses)
    try field(&entries)
    try field(&authentication)
    try field(&unicastPeers)
    try field(&faultsWithoutPeers)
    try field(&sourceAddress)
    try field(&multicastGroup)
    try field(&checksUnicastSource)
    try field(&unicastTTL)
    try field(&checksumWithoutPseudoHeader)
    try field(&sendsOldChecksum)
    try field(&refusesOldChecksum)
    try field(&accepts)
    try field(&virtualMAC)
    try field(&heartbeatInterfaces)
    try field(&promotesSecondaries)
    try field(&ignoresInterfaceFaults)
    try field(&skipsAddressCheck)
    try field(&tracked)
    try field(&_notify)
  }
}

/// `vrrp_sync_group`.
public struct SyncGroupDefinition: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Positions of its members in ``Configuration/routers``.
  public var members: [Int] = []
  /// `track_script`, `track_interface` and their like, in the file's order.
  public var tracked: [TrackerReference] = []
  /// Notify scripts.
  @Boxed public var notify: NotifyDefinition

  /// A group without members.
  public init(name: String) {
    self.name = name
  }
}

extension SyncGroupDefinition: ImageRecord {
  static var blank: Self { Self(name: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&members)
    try field(&tracked)
    try field(&_notify)
  }
}
