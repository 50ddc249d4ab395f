/// Resource limit of a child (setrlimit(2)).
public struct ResourceLimit: Sendable, Hashable {
  /// Number of the resource in the kernel, such as RLIMIT_NOFILE.
  public let resource: Int32
  /// Soft limit, which is in force.
  public let soft: UInt64
  /// Hard limit, to which the child may raise the soft one.
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

/// Settings of a process to be started. It inherits nothing that is not named here.
public struct SpawnRequest: Sendable {
  /// Process group and session of the child.
  public enum Group: Sendable, Hashable {
    /// Group and session of the parent.
    case inherited
    /// A new group led by the child, so that it can be signalled with all processes that it starts.
    case own
    /// A new session, without a terminal, and a new group in it.
    case session
  }

  /// Descriptor of this process, and its number in the child.
  public struct DescriptorMapping: Sendable, Hashable {
    /// Number in this process.
    public let source: Int32
    /// Number in the child.
    public let target: Int32

    /// A mapping from its parts.
    public init(source: Int32, target: Int32) {
      self.source = source
      self.target = target
    }
  }

  /// Path of the program; PATH is not searched.
  public var executable: String
  /// Arguments; the first is the program's name.
  public var arguments: [String]
  /// Whole environment as `NAME=value`.
  public var environment: [String]
  /// Descriptors of the child, at most 64. All others are closed; 0 to 2 are /dev/null unless mapped.
  public var descriptors: [DescriptorMapping] = []
  /// Signal that the child gets when the thread that started it ends; `nil` for none.
  public var parentDeathSignal: Int32?
  /// The child's process group.
  public var group: Group = .inherited
  /// User of the child; `nil` for the parent's.
  public var userID: UInt32?
  /// Group of the child; `nil` for the parent's.
  public var groupID: UInt32?
  /// Supplementary groups; `nil` for the parent's.
  public var supplementaryGroups: [UInt32]?
  /// Working directory, entered as the new user; `nil` for the parent's.
  public var workingDirectory: String?
  /// File mode creation mask; `nil` for the parent's.
  public var fileCreationMask: UInt32?
  /// Resource limits to set. None is raised above what this process may raise it to.
  public var limits: [ResourceLimit] = []
  /// Nice value to set. `nil` keeps the parent's, or makes it 0 if it is negative and ``resetsScheduling`` is set.
  public var niceness: Int32?
  /// Whether the child leaves a real-time class for the ordinary one.
  public var resetsScheduling = true
  /// Signals that the child ignores from the beginning, 1 to 64. All others have their default actions.
  public var ignoredSignals: [Int32] = []
  /// Restrictions of the child; `nil` for none. With a sandbox it needs a session of its own, by which its processes
  /// are told from others.
  public var sandbox: Sandbox?
  /// Longest wait for the program to be executed, in milliseconds: a file on a dead server may take for ever. After
  /// that the child counts as started, and ``ChildProcess/startFailure`` has the error once it has ended. `nil` for no
  /// limit, which costs less.
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
