import ControlModel
import LinuxSystem

/// The socket on which status is asked for and a reload is ordered. It outlives the probers that answer on it, so that whoever asks
/// while one is replaced waits for the next.
final class ControlListener {
  private let path: String
  private let log: SupervisorLog
  private var descriptor: MemoryHandle?
  private var lastComplaint = ""

  init(path: String, log: SupervisorLog) {
    self.path = path
    self.log = log
  }

  /// The number to hand to a prober; `nil` while it could not be made.
  var rawValue: Int32? { descriptor?.rawValue }

  /// Tries to make it if it is not there; whether it has been made now.
  func makeIfMissing() -> Bool {
    guard descriptor == nil else { return false }
    do {
      descriptor = MemoryHandle(try UnixListener.make(at: path))
      if !lastComplaint.isEmpty { log.write(.notice, "status can be asked for again, on \(path)") }
      return true
    } catch {
      let complaint = "status cannot be asked for, and is tried again: \(error)"
      if complaint != lastComplaint { log.write(.error, complaint) }
      lastComplaint = complaint
      return false
    }
  }
}
