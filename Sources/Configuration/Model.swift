import ConfigurationSyntax
import HealthCore
import NetworkTypes
import VRRPCore

/// A whole configuration, read and checked: every default filled in, every name resolved.
public struct Configuration: Sendable, Hashable {
  /// What holds for the whole process.
  public var global = GlobalSettings()
  /// `vrrp_script` blocks in the file's order.
  public var scripts: [ScriptCheckDefinition] = []
  /// `bfd_instance` blocks in the file's order.
  public var bfdInstances: [BFDInstanceDefinition] = []
  /// `track_file` and `vrrp_track_file` blocks in the file's order.
  public var trackedFiles: [TrackedFileDefinition] = []
  /// `vrrp_track_process` blocks in the file's order.
  public var trackedProcesses: [TrackedProcessDefinition] = []
  /// `vrrp_probe` blocks in the file's order.
  public var probes: [ProbeDefinition] = []
  /// `vrrp_instance` blocks in the file's order.
  public var routers: [VirtualRouterDefinition] = []
  /// `vrrp_sync_group` blocks in the file's order.
  public var groups: [SyncGroupDefinition] = []
  /// `static_ipaddress`, `static_routes` and `static_rules`: what the kernel has as long as the daemon runs.
  public var staticEntries: [KernelEntryDefinition] = []
  /// The names of the `track_group`s that static entries are in and routers follow.
  public var trackGroups: [String] = []

  /// Interfaces whose announcements are spaced together (`garp_group`).
  public var announcementGroups: [AnnouncementGroup] = []

  /// How long a change of a link must last to count, by the link's name (`interface_up_down_delays`).
  public var linkDelays: [String: LinkDelay] = [:]

  /// An empty configuration with the defaults.
  public init() {}

  /// Whether it has any routes or rules.
  public var hasRouting: Bool {
    (staticEntries + routers.flatMap(\.entries)).contains { if case .address = $0.content { false } else { true } }
  }
}

/// `garp_group`: interfaces on one switch, which is not to be flooded with announcements.
public struct AnnouncementGroup: Sendable, Hashable {
  /// The interfaces.
  public var interfaces: [String]
  /// Between two gratuitous ARPs on any of them; zero for none.
  public var garpInterval: Nanoseconds
  /// Between two unsolicited neighbour advertisements on any of them; zero for none.
  public var neighborAdvertisementInterval: Nanoseconds

  /// A group of the given contents.
  public init(
    interfaces: [String], garpInterval: Nanoseconds = .zero, neighborAdvertisementInterval: Nanoseconds = .zero
  ) {
    self.interfaces = interfaces
    self.garpInterval = garpInterval
    self.neighborAdvertisementInterval = neighborAdvertisementInterval
  }

  /// Between two announcements of addresses of a family.
  public func interval(_ family: AddressFamily) -> Nanoseconds {
    family == .ipv4 ? garpInterval : neighborAdvertisementInterval
  }
}

/// How long the state of a link must last to count.
public struct LinkDelay: Sendable, Hashable {
  /// After going down.
  public var down: Nanoseconds
  /// After coming up.
  public var up = Nanoseconds.zero

  /// Delays of the given lengths.
  public init(down: Nanoseconds, up: Nanoseconds = .zero) {
    self.down = down
    self.up = up
  }
}

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
  /// Who scripts run as when they do not say (`script_user`).
  public var scriptUser: ScriptUser?
  /// Which permissions the files that scripts make do not get (`umask`); keepalived's own default.
  public var scriptMask: UInt32 = 0o177
  /// Whether a script that root would run and another user could change is refused (`enable_script_security`).
  public var scriptSecurity = false
  /// The FIFO that every transition is written to (`notify_fifo`).
  public var notifyFIFO: NotifyFIFO?
  /// The FIFO that VRRP transitions are written to (`vrrp_notify_fifo`).
  public var vrrpNotifyFIFO: NotifyFIFO?
  /// What runs once before everything else (`startup_script`).
  public var startupScript: LifecycleScript?
  /// What runs once after everything has been given up (`shutdown_script`).
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

/// A user, and a group if one is named, by name or number as the file says.
public struct ScriptUser: Sendable, Hashable {
  /// User name or number.
  public var user: String
  /// Group name or number; the user's own group when `nil`.
  public var group: String?

  /// Whom keepalived runs scripts as that name nobody, if there is one of that name.
  public static let standard = "keepalived_script"

  /// A user with an optional group.
  public init(user: String, group: String? = nil) {
    self.user = user
    self.group = group
  }
}

/// A FIFO for notifications, with the script that reads from it if one is named.
public struct NotifyFIFO: Sendable, Hashable {
  /// Path of the FIFO.
  public var path: String
  /// Who owns it.
  public var owner: ScriptUser?
  /// The program started to read it, which gets the path as its last argument.
  public var script: CommandDefinition?

  /// A FIFO at `path`.
  public init(path: String) {
    self.path = path
  }
}

/// A command to run, split into words as keepalived does.
public struct CommandDefinition: Sendable, Hashable {
  /// The words; the first is the program.
  public var arguments: [String]
  /// The line as written, quotes removed.
  public var text: String
  /// Whether the line is one that keepalived could not run as it is meant, and is run by `/bin/sh -c`; see `CommandWords.ShellUse`.
  public var needsShell: Bool
  /// Who runs it; ``GlobalSettings/scriptUser`` when `nil`.
  public var user: ScriptUser?

  /// Where a program is looked for whose name has no slash, and what it finds as PATH.
  public static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// The name of its program without the folder.
  public var programName: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }

  /// Whether its program looks for processes by their names.
  public var asksForProcesses: Bool { ["killall", "pidof", "pgrep", "pkill"].contains(programName) }

  /// The script that the program is to run, if it is the shell or another interpreter and a path is its first word.
  public var interpretedScript: String? {
    guard !needsShell, arguments.count > 1, arguments[1].hasPrefix("/"), let program = arguments.first else {
      return nil
    }
    let name = program.split(separator: "/").last ?? ""
    let isInterpreter =
      ["sh", "bash", "dash", "ash", "ksh", "zsh", "perl", "ruby", "php", "lua"].contains(name)
      || name.hasPrefix("python")
    return isInterpreter ? arguments[1] : nil
  }

  /// A command of the given words.
  public init(arguments: [String], text: String, needsShell: Bool = false, user: ScriptUser? = nil) {
    self.arguments = arguments
    self.text = text
    self.needsShell = needsShell
    self.user = user
  }
}

/// `startup_script` or `shutdown_script`.
public struct LifecycleScript: Sendable, Hashable {
  /// What is run.
  public var command: CommandDefinition
  /// How long it may run.
  public var timeout = Nanoseconds.seconds(10)

  /// A script with keepalived's default.
  public init(command: CommandDefinition) {
    self.command = command
  }
}

/// `vrrp_script`.
public struct ScriptCheckDefinition: Sendable, Hashable {
  /// What a script is kept from.
  public enum Sandbox: Sendable, Hashable {
    /// Nothing.
    case off
    /// Gaining privileges, writing and the network (`on`).
    case closed
    /// Gaining privileges and writing (`network`).
    case withNetwork
  }

  /// Its name.
  public var name: String
  /// What is run.
  public var command: CommandDefinition
  /// From one start to the next.
  public var interval = Nanoseconds.seconds(1)
  /// From its start until it counts as failed and is terminated; the interval when the file does not say.
  public var timeout = Nanoseconds.seconds(1)
  /// -253 to 253; 0 makes a failure a fault.
  public var weight = 0
  /// Whether success and failure change places in the weight.
  public var reverse = false
  /// Successes in a row that make it up.
  public var rise = 1
  /// Failures in a row that make it down.
  public var fall = 1
  /// Whether it counts as failed until the first success.
  public var initiallyFailed = false
  /// When its verdict is held down, and when it is too old.
  public var steadiness = CheckSteadiness()
  /// What it is kept from.
  public var sandbox = Sandbox.off

  /// A check with keepalived's defaults.
  public init(name: String, command: CommandDefinition) {
    self.name = name
    self.command = command
  }
}

/// Notify scripts of an instance or a sync group.
public struct NotifyDefinition: Sendable, Hashable, Unset {
  /// `notify_master`.
  public var master: CommandDefinition?
  /// `notify_backup`.
  public var backup: CommandDefinition?
  /// `notify_fault`.
  public var fault: CommandDefinition?
  /// `notify_stop`.
  public var stop: CommandDefinition?
  /// `notify`: called on every transition with type, name, state and priority appended.
  public var any: CommandDefinition?
  /// `notify_deleted` with a script.
  public var deleted: CommandDefinition?
  /// Whether a router that is no longer configured is reported as DELETED and not as FAULT (`notify_deleted`).
  public var reportsDeletion = false
  /// `notify_master_rx_lower_pri`.
  public var masterHeardLowerPriority: CommandDefinition?
  /// Whether priority changes are written to the FIFOs (`notify_priority_changes`).
  public var priorityChanges = false

  /// No scripts.
  public init() {}
}

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
