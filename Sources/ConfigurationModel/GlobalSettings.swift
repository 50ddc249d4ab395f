import NetworkTypes
import VRRPCore

/// `global_defs`.
public struct GlobalSettings: Sendable, Hashable {
  /// The name of this host in notifications (`router_id`); the node name when `nil`.
  public var routerID: String?
  /// The version of routers that name none (`vrrp_version`); IPv6 always speaks version 3.
  public var version = ProtocolVersion.v2
  /// Between gratuitous ARPs on an interface that is in no ``AnnouncementGroup`` (`vrrp_garp_interval`).
  public var garpInterval = Nanoseconds.zero
  /// Between unsolicited neighbour advertisements on such an interface (`vrrp_gna_interval`).
  public var neighborAdvertisementInterval = Nanoseconds.zero
  /// User of the scripts whose own line names none (`script_user`).
  public var scriptUser: ScriptUser?
  /// Permissions that the files made by scripts do not get (`umask`); the default is keepalived's.
  public var scriptMask: UInt32 = 0o177
  /// True if a script that root would run is refused when another user could change it (`enable_script_security`).
  public var scriptSecurity = false
  /// The FIFO that every transition is written to (`notify_fifo`).
  public var notifyFIFO: NotifyFIFO?
  /// The FIFO that VRRP transitions are written to (`vrrp_notify_fifo`).
  public var vrrpNotifyFIFO: NotifyFIFO?
  /// Script that runs once, before everything else (`startup_script`).
  public var startupScript: LifecycleScript?
  /// Script that runs once, after every address has been given up (`shutdown_script`).
  public var shutdownScript: LifecycleScript?
  /// Whether the FIFOs get every state anew after a reload (`fifo_write_vrrp_states_on_reload`).
  public var writesStatesOnReload = false
  /// Whether a router whose interface does not exist waits for it in FAULT (`dynamic_interfaces`).
  public var allowsMissingInterfaces = false
  /// From the start of the daemon to the start of its virtual routers, at least (`vrrp_startup_delay`).
  public var startupDelay = Nanoseconds.zero
  /// From the start of the host to the start of its virtual routers, at least (`vrrp_delay_after_boot`).
  public var delayAfterBoot = Nanoseconds.zero
  /// The network namespace that the service runs in (`net_namespace`).
  public var networkNamespace: String?
  /// The interface of static addresses that name none (`default_interface`).
  public var defaultInterface = "eth0"
  /// Whether adverts for unknown VRIDs are logged (`log_unknown_vrids`).
  public var logUnknownVRIDs = false
  /// Multicast group of IPv4 adverts (`vrrp_mcast_group4`); 224.0.0.18 by RFC 9568 section 5.1.1.2.
  public var multicastGroup4 = IPAddress(v4: 0xE000_0012)
  /// Multicast group of IPv6 adverts (`vrrp_mcast_group6`); ff02::12 by RFC 9568 section 5.1.2.2.
  public var multicastGroup6 = IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)

  /// The defaults.
  public init() {}
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
