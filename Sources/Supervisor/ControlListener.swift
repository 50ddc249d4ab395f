import ControlModel
import LinuxSystem

/// Listening control socket. It outlives the probers that answer on it, so that a client that connects while one is
/// replaced waits for the next.
final class ControlListener {
  private let path: String
  private let log: SupervisorLog
  private var descriptor: MemoryHandle?
  private var lastComplaint = ""

  init(path: String, log: SupervisorLog) {
    self.path = path
    self.log = log
  }

  /// Descriptor for a prober; `nil` while the socket could not be made.
  var rawValue: Int32? { descriptor?.rawValue }

  /// Makes the socket if there is none. Returns whether it has been made now.
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
