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
      if !lastComplaint.isEmpty { log.write(.notice, "the control socket \(path) is available again") }
      return true
    } catch {
      let complaint = "cannot open the control socket, trying again: \(error)"
      if complaint != lastComplaint { log.write(.error, complaint) }
      lastComplaint = complaint
      return false
    }
  }
}
