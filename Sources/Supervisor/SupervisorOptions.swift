import ControlModel

/// What a service is started with.
public struct SupervisorOptions: Sendable {
  /// The configuration file.
  public var configurationPath: String
  /// What `@` lines of the configuration are compared with; `nil`: the host's name.
  public var configurationID: String?
  /// The directory for locks and the control socket.
  public var runtimeDirectory: String
  /// How log lines are written.
  public var logFormat: LogFormat
  /// Where the supervisor's process number is written while it runs; `nil` for nowhere.
  public var pidFile: String?
  /// A further name for ``pidFile``, for those who look where keepalived's VRRP process writes its number.
  public var secondPIDFile: String?
  /// Whether somebody waits at ``ControlModel/InheritedDescriptor/readiness`` to hear that the service serves.
  public var reportsReadiness = false
  /// Whom engine and prober become if the service is started by root.
  public var user = SupervisorOptions.usualUser
  /// What the program calls itself, with its version, for the log.
  public var program = "martlet"
  /// What the command line has to remark, for the log at debug level.
  public var notes: [String] = []

  /// Options with the values that the command line has when nothing else is said.
  public init(
    configurationPath: String, configurationID: String? = nil,
    runtimeDirectory: String = SupervisorOptions.usualRuntimeDirectory, logFormat: LogFormat = .text
  ) {
    self.configurationPath = configurationPath
    self.configurationID = configurationID
    self.runtimeDirectory = runtimeDirectory
    self.logFormat = logFormat
  }

  /// The service's own user, unless told otherwise.
  public static let usualUser = "martlet"

  /// Where a service keeps what lives as long as it does, unless told otherwise.
  public static let usualRuntimeDirectory = "/run/martlet"
}
