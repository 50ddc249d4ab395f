/// The processes that one binary can be; each is started with its name as the first argument.
public enum ProcessRole: String, Sendable, CaseIterable {
  /// Adverts, state machines, addresses.
  case engine
  /// Checks, notifications, logs, answers on the control socket.
  case prober
  /// Starts the commands of the configuration, as whom it says.
  case starter
  /// Reads and checks the configuration once, writes the source bundle and ends.
  case loader
}

/// The service's own user.
public enum ServiceUser {
  /// Whom engine and prober become in a service that root starts, unless told otherwise.
  public static let usual = "martlet"
}

/// The descriptors that a process inherits, by number.
public enum InheritedDescriptor: Int32, Sendable, CaseIterable {
  /// Engine and prober: the channel to the supervisor.
  case supervisor = 3
  /// The source bundle: read by engine and prober, written by the loader.
  case bundle = 4
  /// Engine: the empty segment that becomes its board.
  case board = 5
  /// Engine: the board of the engine before it; absent at a first start.
  case previousBoard = 6
  /// Engine: the channel to the prober.
  case prober = 7
  /// Engine: the open file whose locks say which addresses this daemon serves.
  case addressLocks = 8
  /// Starter: the segment in which it notes for the supervisor which checks run.
  case runningChecks = 9

  /// The service in the background: the pipe on which whoever started it waits for a byte, that it serves. Only there if the
  /// environment has ``readinessVariable``.
  case readiness = 10
  /// Loader: where it writes the ``CommandTable`` of the configuration.
  case commands = 11
  /// Loader at a reload: the source bundle of the configuration in force, which the new one is compared with.
  case bundleInForce = 12
  /// Loader at a reload: the empty segment for what it has to say to whoever asked for the reload.
  case reloadReport = 13

  /// Prober: the file that the log goes to besides standard error; absent unless one was asked for.
  case logFile = 16
  /// Prober: the segment in which it notes for the next prober what it has notified of.
  case notified = 17

  /// Says that ``readiness`` is inherited.
  public static let readinessVariable = "MARTLET_READINESS"

  /// The size of ``runningChecks`` in bytes: room for 16,384 process groups.
  public static let runningChecksSize = 1 << 16

  /// The size of ``notified`` in bytes: room for 43,690 virtual routers. Only what is written takes memory.
  public static let notifiedSize = 1 << 21
}

/// How a martlet process ends; the supervisor ends with the code of the child that kept it from starting.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Stopped as told.
  case success = 0
  /// Something that no other code names; the last line on standard error says what.
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
  /// Of the loader: the configuration is loaded, and names a script that is to run before everything else.
  case loadedWithStartupScript = 7
  /// Of `martlet status --strict`: something is not as it should be.
  case notAsItShouldBe = 8
  /// The command line is wrong (`EX_USAGE`).
  case usage = 64

  /// Whether the process that ended with it has said what is wrong in a line of its own, so that another would say no more.
  public var isSelfExplained: Bool {
    switch self {
    case .configuration, .missingInterface, .missingCapability, .alreadyServed: true
    case .success, .failure, .engineFailing, .loadedWithStartupScript, .notAsItShouldBe, .usage: false
    }
  }

  /// What the code stands for, for whoever sees only the code; the log has the particulars.
  public var explanation: String {
    switch self {
    case .success: "it stopped as told"
    case .failure: "it failed, the log says how"
    case .configuration: "the configuration has an error, the log says where"
    case .missingInterface: "an interface that the configuration names does not exist, the log says which"
    case .missingCapability: "a capability is missing, the log says which"
    case .alreadyServed: "another process serves one of the addresses, the log says which"
    case .engineFailing: "the engine failed again and again"
    case .loadedWithStartupScript: "it read a configuration with a startup script"
    case .notAsItShouldBe: "something is not as it should be"
    case .usage: "the command line is wrong"
    }
  }
}
