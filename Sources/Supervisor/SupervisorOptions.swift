import ControlModel
import Glibc

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
  /// Further files for it, for those who look where keepalived's other processes write theirs.
  public var furtherPIDFiles: [String] = []
  /// Where the log goes besides standard error; `nil` for nowhere.
  public var logFile: String?
  /// Whether an include that finds no file is an error.
  public var requiresIncludes = false
  /// Which permissions the files that scripts make do not get, whatever the configuration says; `nil`: as that says.
  public var scriptMask: UInt32?
  /// Whether somebody waits at `InheritedDescriptor.readiness` to hear that the service serves.
  public var reportsReadiness = false
  /// Whom engine and prober become if the service is started by root.
  public var user = ServiceUser.usual
  /// What the program calls itself, with its version, for the log.
  public var program = "martlet"
  /// By whose words it was started, and is advised.
  public var commandLine = ServiceCommandLine.martlet
  /// What the command line has to remark.
  public var notes: [LogLine] = []

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

  /// Where a service keeps what lives as long as it does, unless told otherwise.
  public static let usualRuntimeDirectory = "/run/martlet"
}

/// The command lines by which a service is started; advice speaks the language of the one that was used.
public enum ServiceCommandLine: Sendable {
  /// `martlet run`.
  case martlet
  /// That of keepalived, by whose name the program was called.
  case keepalived

  /// What to do when a runtime directory cannot be made or used, as a clause. keepalived's options choose only its name.
  func adviceOnRuntimeDirectory(errno reason: Int32) -> String {
    let hasNoRoom = [EROFS, ENOENT, ENOSPC, ENOTDIR].contains(reason)
    return switch self {
    case .martlet where hasNoRoom:
      "make /run a file system that can be written, or name another one with --runtime-directory"
    case .martlet: "name another one with --runtime-directory"
    case .keepalived where hasNoRoom: "make /run a file system that can be written"
    case .keepalived: "the name of another PID file (--pid) leads to another one"
    }
  }

  /// Where a runtime directory that nobody has named comes from, to follow its path.
  var explanationOfRuntimeDirectory: String {
    switch self {
    case .martlet: ""
    case .keepalived: ", which the name of the PID file leads to; a second one needs another (--pid)"
    }
  }
}
