import NetworkTypes
import VRRPCore

/// `global_defs`.
package struct GlobalSettings: Sendable, Hashable {
  /// Name of this host in notifications (`router_id`); the node name when `nil`.
  package var routerID: String?
  /// Version of routers that name none (`vrrp_version`); IPv6 always uses version 3.
  package var version = ProtocolVersion.v2
  /// Time between gratuitous ARPs on an interface that is in no ``AnnouncementGroup`` (`vrrp_garp_interval`).
  package var garpInterval = Nanoseconds.zero
  /// Time between unsolicited neighbour advertisements on such an interface (`vrrp_gna_interval`).
  package var neighborAdvertisementInterval = Nanoseconds.zero
  /// User of the scripts whose own line names none (`script_user`).
  package var scriptUser: ScriptUser?
  /// Permissions that the files made by scripts do not get (`umask`); the default is keepalived's.
  package var scriptMask: UInt32 = 0o177
  /// True if a script that root would run is refused when another user could change it (`enable_script_security`).
  package var scriptSecurity = false
  /// FIFO to which every transition is written (`notify_fifo`).
  package var notifyFIFO: NotifyFIFO?
  /// FIFO to which VRRP transitions are written (`vrrp_notify_fifo`).
  package var vrrpNotifyFIFO: NotifyFIFO?
  /// Script that runs once, before everything else (`startup_script`).
  package var startupScript: LifecycleScript?
  /// Script that runs once, after every address has been given up (`shutdown_script`).
  package var shutdownScript: LifecycleScript?
  /// True when the FIFOs get every state again after a reload (`fifo_write_vrrp_states_on_reload`).
  package var writesStatesOnReload = false
  /// True when a router whose interface does not exist waits for it in FAULT (`dynamic_interfaces`).
  package var allowsMissingInterfaces = false
  /// Least time from the start of the daemon to the start of its virtual routers (`vrrp_startup_delay`).
  package var startupDelay = Nanoseconds.zero
  /// Least time from the start of the host to the start of its virtual routers (`vrrp_delay_after_boot`).
  package var delayAfterBoot = Nanoseconds.zero
  /// Network namespace of the service (`net_namespace`).
  package var networkNamespace: String?
  /// Interface of static addresses that name none (`default_interface`).
  package var defaultInterface = "eth0"
  /// True when adverts for unknown VRIDs are logged (`log_unknown_vrids`).
  package var logUnknownVRIDs = false
  /// Multicast group of IPv4 adverts (`vrrp_mcast_group4`); 224.0.0.18 by RFC 9568 section 5.1.1.2.
  package var multicastGroup4 = IPAddress(v4: 0xE000_0012)
  /// Multicast group of IPv6 adverts (`vrrp_mcast_group6`); ff02::12 by RFC 9568 section 5.1.2.2.
  package var multicastGroup6 = IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)

  package init() {}
}

extension GlobalSettings: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&routerID)
    try field(&version)
    try field(&garpInterval)
    try field(&neighborAdvertisementInterval)
    try field(&scriptUser)
    try field(&scriptMask)
    try field(&scriptSecurity)
    try field(&notifyFIFO)
    try field(&vrrpNotifyFIFO)
    try field(&startupScript)
    try field(&shutdownScript)
    try field(&writesStatesOnReload)
    try field(&allowsMissingInterfaces)
    try field(&startupDelay)
    try field(&delayAfterBoot)
    try field(&networkNamespace)
    try field(&defaultInterface)
    try field(&logUnknownVRIDs)
    try field(&multicastGroup4)
    try field(&multicastGroup6)
  }
}
