import ControlModel
import Glibc

/// Options of a service.
package struct SupervisorOptions: Sendable {
  /// Path of the configuration file.
  package var configurationPath: String
  /// Identifier that `@` lines of the configuration are compared with; `nil` for the host's name.
  package var configurationID: String?
  /// Directory for locks and the control socket.
  package var runtimeDirectory: String
  /// Form of log lines.
  package var logFormat: LogFormat
  /// Path of the supervisor's PID file; `nil` for none.
  package var pidFile: String?
  /// Further PID files, at the paths where keepalived's other processes have theirs.
  package var furtherPIDFiles: [String] = []
  /// Path of the log file besides standard error; `nil` for none.
  package var logFile: String?
  /// Whether an include that finds no file is an error.
  package var requiresIncludes = false
  /// Permission bits that files made by scripts do not get; `nil` for the value in the configuration.
  package var scriptMask: UInt32?
  /// Whether a process waits at `InheritedDescriptor.readiness` until the service serves.
  package var reportsReadiness = false
  /// User that engine and prober switch to if root starts the service.
  package var user = ServiceUser.usual
  /// Name and version of the program, for the log.
  package var program = "martlet"
  /// Command line by which it was started, which advice in log lines follows.
  package var commandLine = ServiceCommandLine.martlet
  /// Remarks of the command line on its arguments.
  package var notes: [LogLine] = []

  /// Options with the default values of the command line.
  package init(
    configurationPath: String, configurationID: String? = nil,
    runtimeDirectory: String = SupervisorOptions.usualRuntimeDirectory, logFormat: LogFormat = .text
  ) {
    self.configurationPath = configurationPath
    self.configurationID = configurationID
    self.runtimeDirectory = runtimeDirectory
    self.logFormat = logFormat
  }

  /// Default directory for the files of a running service.
  package static let usualRuntimeDirectory = "/run/martlet"
}

/// Command line by which a service is started. Advice in log lines names the options of the one that was used.
package enum ServiceCommandLine: Sendable {
  /// `martlet run`.
  case martlet
  /// Command line of keepalived, by whose name the program was called.
  case keepalived

  /// Advice for a runtime directory that cannot be made or used, as a clause. keepalived's options choose only its
  /// name.
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

  /// Origin of a runtime directory that was not chosen, to follow its path.
  var explanationOfRuntimeDirectory: String {
    switch self {
    case .martlet: ""
    case .keepalived: ", which the name of the PID file leads to; a second one needs another (--pid)"
    }
  }
}
