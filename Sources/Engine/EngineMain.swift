import ControlModel
import Glibc

/// Engine process, from its inherited descriptors to its exit code.
package enum EngineMain {
  /// Prepares, reports `ready`, and runs until told to stop or to yield. If it cannot get ready, it writes one line to standard
  /// error and returns the exit code.
  /// - Parameter goesOn: true if the configuration is that of the previous engine.
  package static func run(goesOn: Bool) -> ExitCode {
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

/// Reason for which an engine could not get ready.
struct StartFailure: Error {
  let code: ExitCode
  let message: String

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }
}
