import ControlModel
import Glibc

/// The engine process, from its inherited descriptors to its exit code.
public enum EngineMain {
  /// Prepares, reports `ready`, and runs until told to stop or to yield. What keeps it from getting ready is one line on
  /// standard error and the exit code.
  /// - Parameter goesOn: whether the configuration is the one that the engine before this one serves.
  public static func run(goesOn: Bool) -> ExitCode {
    do {
      let process = try EngineProcess(goesOn: goesOn)
      return try process.run()
    } catch let failure as StartFailure {
      complain(failure.message)
      return failure.code
    } catch {
      complain("\(error)")
      return .failure
    }
  }

  /// Standard error is written before and after the engine's life only, never while it is in charge.
  private static func complain(_ message: String) {
    let line = LogLine(.critical, message).rendered(.text, for: LogReader(of: STDERR_FILENO), role: "engine")
    _ = Array(line.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// Why an engine could not get ready.
struct StartFailure: Error {
  let code: ExitCode
  let message: String

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }
}
