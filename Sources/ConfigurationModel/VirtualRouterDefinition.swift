import NetworkTypes
import VRRPCore

/// Another host of a router that sends by unicast.
package struct UnicastPeer: Sendable, Hashable {
  /// Address of the host.
  package var address: IPAddress
  /// Least TTL or hop limit accepted from it.
  package var minimumTTL: UInt8 = 0
  /// Greatest TTL or hop limit accepted from it.
  package var maximumTTL: UInt8 = 255

  package init(address: IPAddress) {
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
package struct VirtualRouterDefinition: Sendable, Hashable {
  package var name: String
  /// Interface of the adverts; empty if it is the one that has ``sourceAddress``.
  package var interface: String
  /// Settings of the state machine. `trackers` is empty here: ``tracked`` names them.
  package var core: VirtualRouterConfiguration
  /// Family of the addresses and adverts.
  package var family: AddressFamily
  /// The `state` written in the file; only a hint, since an election decides.
  package var initialState: RouterState = .backup
  /// Addresses carried in adverts, in the file's order.
  package var addresses: [VirtualAddress] = []
  /// Addresses that move along but are not in adverts; of either family.
  package var excludedAddresses: [VirtualAddress] = []
  /// `virtual_routes`, then `virtual_rules`: entries that the kernel has while the router is master.
  package var entries: [KernelEntryDefinition] = []
  /// Authentication of adverts; `nil` for none.
  package var authentication: AuthenticationDefinition?
  /// Peers; empty for multicast.
  package var unicastPeers: [UnicastPeer] = []
  /// True when the router is in FAULT while it has no peer, instead of sending by multicast (`unicast_fault_no_peer`).
  package var faultsWithoutPeers = false
  /// Source address of adverts (`unicast_src_ip`, `mcast_src_ip`); `nil` if the file names none.
  package var sourceAddress: IPAddress?
  /// Destination of multicast adverts (`mcast_dst_ip`, else `vrrp_mcast_group4` or `vrrp_mcast_group6`).
  package var multicastGroup: IPAddress
  /// True when the sender of an advert must be one of the peers; the default for unicast.
  package var checksUnicastSource = true
  /// TTL or hop limit of unicast adverts.
  package var unicastTTL: UInt8 = 255
  /// True when version 3 over IPv4 sends a checksum without the pseudo-header (`v3_checksum_as_v2`).
  package var checksumWithoutPseudoHeader = false
  /// True when version 3 over IPv4 sends to peers with the checksum of keepalived up to 1.3.6 (`old_unicast_checksum`).
  package var sendsOldChecksum = false
  /// True when such a checksum is refused on receipt (`old_unicast_checksum never`).
  package var refusesOldChecksum = false
  /// True when a router that does not own the addresses accepts packets to them.
  package var accepts = true
  /// Interface with the virtual MAC address (`use_vmac`); `nil` if the real address is used.
  package var virtualMAC: VirtualMACDefinition?
  /// Further interfaces that adverts are sent on (`heartbeat_interface`).
  package var heartbeatInterfaces: [String] = []
  /// True when the other addresses of a network stay when the first is removed (`promote_secondaries`).
  package var promotesSecondaries = false
  /// True when faults of the own interface are ignored (`dont_track_primary`).
  package var ignoresInterfaceFaults = false
  /// True when the address list of a repeated advert is not compared (`skip_check_adv_addr`).
  package var skipsAddressCheck = false
  /// `track_script`, `track_interface` and their like, in the file's order.
  package var tracked: [TrackerReference] = []
  /// Notify scripts.
  @Boxed package var notify: NotifyDefinition

  /// The interface, in words.
  package var interfaceText: String {
    interface.isEmpty ? "the interface with \(sourceAddress.map { "\($0)" } ?? "its source address")" : interface
  }

  /// True when adverts go to peers and not to a group.
  package var isUnicast: Bool { !unicastPeers.isEmpty || faultsWithoutPeers }

  package init(name: String, interface: String, core: VirtualRouterConfiguration, family: AddressFamily) {
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
package struct SyncGroupDefinition: Sendable, Hashable {
  package var name: String
  /// Positions of the members in ``Configuration/routers``.
  package var members: [Int] = []
  /// `track_script`, `track_interface` and their like, in the file's order.
  package var tracked: [TrackerReference] = []
  /// Notify scripts.
  @Boxed package var notify: NotifyDefinition

  package init(name: String) {
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
