import CLinux
import Glibc

/// Set of capabilities (capabilities(7)).
public struct CapabilitySet: OptionSet, Sendable, Hashable {
  /// One bit per capability, by the kernel's numbers.
  public let rawValue: UInt64
  /// A set from its bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// CAP_DAC_OVERRIDE: read and write any file.
  public static let fileAccess = CapabilitySet(rawValue: 1 << 1)
  /// CAP_KILL: signal processes of other users.
  public static let kill = CapabilitySet(rawValue: 1 << 5)
  /// CAP_SETGID: change group.
  public static let setGroup = CapabilitySet(rawValue: 1 << 6)
  /// CAP_SETUID: change user.
  public static let setUser = CapabilitySet(rawValue: 1 << 7)
  /// CAP_SETPCAP: drop from the bounding set.
  public static let setCapabilities = CapabilitySet(rawValue: 1 << 8)
  /// CAP_NET_BIND_SERVICE: listen on ports below 1024.
  public static let bindService = CapabilitySet(rawValue: 1 << 10)
  /// CAP_NET_ADMIN: change addresses, links and routes.
  public static let networkAdministration = CapabilitySet(rawValue: 1 << 12)
  /// CAP_NET_RAW: raw and packet sockets.
  public static let rawNetwork = CapabilitySet(rawValue: 1 << 13)
  /// CAP_IPC_LOCK: lock memory.
  public static let lockMemory = CapabilitySet(rawValue: 1 << 14)
  /// CAP_SYS_PTRACE: read the state of other users' processes.
  public static let tracing = CapabilitySet(rawValue: 1 << 19)
  /// CAP_SYS_ADMIN: namespaces and much else.
  public static let systemAdministration = CapabilitySet(rawValue: 1 << 21)
  /// CAP_SYS_NICE: real-time scheduling.
  public static let scheduling = CapabilitySet(rawValue: 1 << 23)
  /// CAP_SYS_RESOURCE: raise limits.
  public static let resources = CapabilitySet(rawValue: 1 << 24)
  /// Every capability, also of later kernels.
  public static let all = CapabilitySet(rawValue: .max)
}

/// Capabilities of this process. All calls concern the calling thread, so drop capabilities before starting other
/// threads.
public enum Capabilities {
  /// Effective capabilities.
  public static func effective() throws(SystemError) -> CapabilitySet {
    try read().effective
  }

  /// Permitted capabilities.
  public static func permitted() throws(SystemError) -> CapabilitySet {
    try read().permitted
  }

  /// Whether a program executed later could regain `capability`, which must be a single one.
  public static func boundingSetHolds(_ capability: CapabilitySet) -> Bool {
    clinux_bounding_set_has(Int32(capability.rawValue.trailingZeroBitCount)) > 0
  }

  /// Keeps the capabilities in `kept` that the process has, and gives up all others for ever: permitted, effective,
  /// inheritable, ambient, and the bounding set except for `bounding` (`nil`: the same as `kept`).
  ///
  /// Without CAP_SETPCAP the bounding set stays as it is; with `forbidNewPrivileges` no program executed later gains
  /// any capability. Throws if a capability to be given up is still there.
  public static func drop(
    keeping kept: CapabilitySet, bounding: CapabilitySet? = nil, forbidNewPrivileges: Bool = false
  ) throws(SystemError) {
    let held = try read()
    if held.effective.contains(.setCapabilities) {
      try checked(clinux_bounding_set_drop((bounding ?? kept).rawValue), "drop from the capability bounding set")
    }
    try checked(clinux_ambient_clear(), "clear ambient capabilities")
    let remaining = held.permitted.intersection(kept).rawValue
    try checked(clinux_capabilities_set(remaining, remaining, 0), "drop capabilities")
    if forbidNewPrivileges { try checked(clinux_no_new_privileges(), "forbid new privileges") }
  }

  /// Changes to `user` for ever and keeps the capabilities in `kept` that the process has. No program executed later
  /// gains any.
  ///
  /// The kernel resets the parent-death signal with the change of user; set it again.
  public static func become(_ user: UserIdentity, keeping kept: CapabilitySet) throws(SystemError) {
    try checked(clinux_keep_capabilities(true), "keep capabilities")
    let groups = user.groups
    try checked(
      clinux_set_identity(user.userID, user.groupID, groups, groups.count), "change to user", "\(user.userID)")
    try checked(clinux_keep_capabilities(false), "keep capabilities")
    let remaining = try read().permitted.intersection(kept).rawValue
    try checked(clinux_capabilities_set(remaining, remaining, 0), "drop capabilities")
  }

  private static func read() throws(SystemError) -> (effective: CapabilitySet, permitted: CapabilitySet) {
    var effective: UInt64 = 0
    var permitted: UInt64 = 0
    var inheritable: UInt64 = 0
    try checked(clinux_capabilities_get(&effective, &permitted, &inheritable), "read capabilities")
    return (CapabilitySet(rawValue: effective), CapabilitySet(rawValue: permitted))
  }
}
