/// A limit for the child (setrlimit(2)).
public struct ResourceLimit: Sendable, Hashable {
  /// The kernel's number of the resource, such as RLIMIT_NOFILE.
  public let resource: Int32
  /// The limit in force.
  public let soft: UInt64
  /// The highest that the child may raise it to.
  public let hard: UInt64

  /// A limit from its parts.
  public init(resource: Int32, soft: UInt64, hard: UInt64) {
    self.resource = resource
    self.soft = soft
    self.hard = hard
  }

  /// No limit.
  public static let unlimited = UInt64.max

  /// RLIMIT_CPU, in seconds.
  public static func processorTime(_ limit: UInt64) -> ResourceLimit { .init(resource: 0, soft: limit, hard: limit) }
  /// RLIMIT_CORE, in bytes.
  public static func coreSize(_ limit: UInt64) -> ResourceLimit { .init(resource: 4, soft: limit, hard: limit) }
  /// RLIMIT_NOFILE.
  public static func openFiles(_ limit: UInt64) -> ResourceLimit { .init(resource: 7, soft: limit, hard: limit) }
  /// RLIMIT_MEMLOCK, in bytes.
  public static func lockedMemory(_ limit: UInt64) -> ResourceLimit { .init(resource: 8, soft: limit, hard: limit) }
  /// RLIMIT_RTPRIO.
  public static func realTimePriority(_ limit: UInt64) -> ResourceLimit {
    .init(resource: 14, soft: limit, hard: limit)
  }
  /// RLIMIT_AS, in bytes.
  public static func addressSpace(_ limit: UInt64) -> ResourceLimit { .init(resource: 9, soft: limit, hard: limit) }
}

/// Everything about a process to be started. Nothing is inherited that is not named here.
public struct SpawnRequest: Sendable {
  /// Which process group and session the child is in.
  public enum Group: Sendable, Hashable {
    /// The parent's.
    case inherited
    /// A new group led by the child, so that it can be signalled with all it starts.
    case own
    /// A new session, without a terminal, and a new group in it.
    case session
  }

  /// A descriptor of this process and the number the child finds it at.
  public struct DescriptorMapping: Sendable, Hashable {
    /// The number here.
    public let source: Int32
    /// The number in the child.
    public let target: Int32

    /// A mapping from its parts.
    public init(source: Int32, target: Int32) {
      self.source = source
      self.target = target
    }
  }

  /// The program's path; PATH is not searched.
  public var executable: String
  /// The argument vector, program name first.
  public var arguments: [String]
  /// The whole environment as `NAME=value`.
  public var environment: [String]
  /// The descriptors the child gets, at most 64; all others are closed, and 0 to 2 are /dev/null unless mapped.
  public var descriptors: [DescriptorMapping] = []
  /// The signal the child gets when the thread that started it ends; `nil` for none.
  public var parentDeathSignal: Int32?
  /// The child's process group.
  public var group: Group = .inherited
  /// The user to become; `nil` keeps the parent's.
  public var userID: UInt32?
  /// The group to become; `nil` keeps the parent's.
  public var groupID: UInt32?
  /// The supplementary groups; `nil` keeps the parent's.
  public var supplementaryGroups: [UInt32]?
  /// The working directory, entered as the new user; `nil` keeps the parent's.
  public var workingDirectory: String?
  /// The file mode creation mask; `nil` keeps the parent's.
  public var fileCreationMask: UInt32?
  /// Resource limits to set; none is raised above what this process may raise it to.
  public var limits: [ResourceLimit] = []
  /// The nice value to set; `nil` keeps the parent's, or makes it 0 if it was below with ``resetsScheduling``.
  public var niceness: Int32?
  /// Whether the child leaves a real-time class for the ordinary one.
  public var resetsScheduling = true
  /// The signals that the child ignores from its first moment on, 1 to 64; all others have their default actions.
  public var ignoredSignals: [Int32] = []
  /// What the child may not do; `nil` for no such limits. It needs a session of its own then, which tells its processes from others.
  public var sandbox: Sandbox?
  /// How long this process stands still for the program to be executed, in milliseconds: a file of a dead server may take for
  /// ever. After that the child counts as started, and ``ChildProcess/startFailure`` knows when it has ended. `nil`: as long as it
  /// takes, which costs less.
  public var longestStart: Int32?

  /// A request that inherits no descriptor and keeps the parent's identity.
  public init(executable: String, arguments: [String], environment: [String] = []) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }

  /// Gives the child `source` as its descriptor `target`.
  public mutating func map(_ source: Int32, to target: Int32) {
    descriptors.append(DescriptorMapping(source: source, target: target))
  }
}
