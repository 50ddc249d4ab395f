/// Roles of the processes that the supervisor starts, each with its role as the first argument. The loader is a process of
/// the program `martlet`, which has the parser; the others are processes of `martletd`, as is the supervisor.
public enum ProcessRole: String, Sendable, CaseIterable {
  /// Adverts, state machines, addresses.
  case engine
  /// Checks, notifications, logs, and answers on the control socket.
  case prober
  /// Running the commands of the configuration as their users.
  case starter
  /// Reading and checking the configuration once; writes the source bundle and ends.
  case loader
}

/// Programs of a release, which are installed beside each other.
public enum ProgramFile {
  /// Name of the file that the service runs, all but its loader.
  public static let daemon = "martletd"
}

/// Lock in the runtime directory that shows that a service runs.
public enum ServiceLock {
  /// Name of the file.
  public static let file = "supervisor.lock"
  /// Key of the lock in the file.
  public static let key = "supervisor"
}

/// User of the service.
public enum ServiceUser {
  /// User that engine and prober switch to in a service started by root, unless the configuration names another.
  public static let usual = "martlet"
}

/// Descriptors that a process inherits, by number.
public enum InheritedDescriptor: Int32, Sendable, CaseIterable {
  /// Engine and prober: channel to the supervisor.
  case supervisor = 3
  /// Source bundle: read by engine and prober, written by the loader.
  case bundle = 4
  /// Engine: empty segment for its board.
  case board = 5
  /// Engine: board of the previous engine; absent at a first start.
  case previousBoard = 6
  /// Engine: channel to the prober.
  case prober = 7
  /// Engine: open file whose locks show which addresses this daemon serves.
  case addressLocks = 8
  /// Starter: segment in which it records for the supervisor which checks run.
  case runningChecks = 9

  /// Service in the background: pipe on which the process that started it waits for a byte, which means that it serves.
  /// Inherited only if the environment has ``readinessVariable``.
  case readiness = 10
  /// Loader: file for the ``CommandTable`` of the configuration.
  case commands = 11
  /// Loader at a reload: source bundle of the configuration in force, with which the new one is compared.
  case bundleInForce = 12
  /// Loader at a reload: empty segment for its messages to the client that asked for the reload.
  case reloadReport = 13

  /// Supervisor: memory file with the entries of its options (``SupervisorOptions/entries``), separated by NUL.
  case options = 14
  /// Supervisor and loader: the program `martlet` of this release, as a file to execute; another may be installed since.
  case loaderProgram = 15
  /// Prober: log file besides standard error; absent unless one was asked for.
  case logFile = 16
  /// Prober: segment in which it records for the next prober what it has notified of.
  case notified = 17

  /// Environment variable that says that ``readiness`` is inherited.
  public static let readinessVariable = "MARTLET_READINESS"

  /// Size of ``runningChecks`` in bytes: room for 16,384 process groups.
  public static let runningChecksSize = 1 << 16

  /// Size of ``notified`` in bytes: room for 43,690 virtual routers. Only the written part takes memory.
  public static let notifiedSize = 1 << 21
}

/// Exit code of a martlet process. The supervisor ends with the code of the child that kept it from starting.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Stopped as requested.
  case success = 0
  /// Failed for a reason without a code of its own, which the last line on standard error gives.
  case failure = 1
  /// The configuration has an error (`martlet check` ends with the same code).
  case configuration = 2
  /// A configured interface does not exist.
  case missingInterface = 3
  /// A capability is missing.
  case missingCapability = 4
  /// Another process serves one of the addresses or uses the runtime directory.
  case alreadyServed = 5
  /// The engine failed three times in ten seconds; the supervisor has withdrawn the addresses.
  case engineFailing = 6
  /// Of the loader: the configuration is loaded and has a startup script.
  case loadedWithStartupScript = 7
  /// Of `martlet status --strict`: status has a warning.
  case notAsItShouldBe = 8
  /// The command line is wrong (`EX_USAGE`).
  case usage = 64

  /// True if the process that ended with this code has logged the reason itself, so that another line would add
  /// nothing.
  public var isSelfExplained: Bool {
    switch self {
    case .configuration, .missingInterface, .missingCapability, .alreadyServed: true
    case .success, .failure, .engineFailing, .loadedWithStartupScript, .notAsItShouldBe, .usage: false
    }
  }

  /// Meaning of the code. The log has the details.
  public var explanation: String {
    switch self {
    case .success: "it stopped as requested"
    case .failure: "it failed, the log says how"
    case .configuration: "the configuration has an error, the log says where"
    case .missingInterface: "an interface that the configuration names does not exist, the log says which"
    case .missingCapability: "a capability is missing, the log says which"
    case .alreadyServed: "another process serves one of the addresses, the log says which"
    case .engineFailing: "the engine failed again and again"
    case .loadedWithStartupScript: "it read a configuration with a startup script"
    case .notAsItShouldBe: "status has a warning"
    case .usage: "the command line is wrong"
    }
  }
}
