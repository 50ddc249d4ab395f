/// Options of a service, which the command line hands to its supervisor.
public struct SupervisorOptions: Sendable, Equatable {
  /// Path of the configuration file.
  public var configurationPath: String
  /// Identifier that `@` lines of the configuration are compared with; `nil` for the host's name.
  public var configurationID: String?
  /// Directory for locks and the control socket.
  public var runtimeDirectory: String
  /// Form of log lines.
  public var logFormat: LogFormat
  /// Path of the supervisor's PID file; `nil` for none.
  public var pidFile: String?
  /// Further PID files, at the paths where keepalived's other processes have theirs.
  public var furtherPIDFiles: [String] = []
  /// Path of the log file besides standard error; `nil` for none.
  public var logFile: String?
  /// True if an include that finds no file is an error.
  public var requiresIncludes = false
  /// Permission bits that files made by scripts do not get; `nil` for the value in the configuration.
  public var scriptMask: UInt32?
  /// True if a process waits at `InheritedDescriptor.readiness` until the service serves.
  public var reportsReadiness = false
  /// User that engine and prober switch to if root starts the service.
  public var user = ServiceUser.usual
  /// Name and version of the program, for the log.
  public var program = Version.line
  /// Command line by which it was started, which advice in log lines follows.
  public var commandLine = ServiceCommandLine.martlet
  /// Remarks of the command line on its arguments.
  public var notes: [LogLine] = []

  /// Options with the default values of the command line.
  public init(
    configurationPath: String, configurationID: String? = nil,
    runtimeDirectory: String = SupervisorOptions.usualRuntimeDirectory, logFormat: LogFormat = .text
  ) {
    self.configurationPath = configurationPath
    self.configurationID = configurationID
    self.runtimeDirectory = runtimeDirectory
    self.logFormat = logFormat
  }

  /// Default directory for the files of a running service.
  public static let usualRuntimeDirectory = "/run/martlet"
}

/// Command line by which a service is started. Advice in log lines names the options of the one that was used.
public enum ServiceCommandLine: String, Sendable {
  /// `martlet run`.
  case martlet
  /// Command line of keepalived, by whose name the program was called.
  case keepalived
}

/// Name and number of this release.
public enum Version {
  /// Number of the release (semantic versioning).
  public static let number = "0.1.0"
  /// Name and number, as the programs show them.
  public static let line = "martlet \(number)"
}
