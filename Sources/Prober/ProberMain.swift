import ControlModel

/// The process that runs checks and notifications, writes the log and answers on the control socket.
public enum ProberMain {
  /// Serves until the supervisor says to end or is gone.
  /// - Parameters:
  ///   - runtimeDirectory: where the control socket is made.
  ///   - logFormat: how lines are written to standard error.
  /// - Returns: the code to exit with.
  public static func run(runtimeDirectory: String, logFormat: LogFormat) -> ExitCode {
    .failure
  }
}
