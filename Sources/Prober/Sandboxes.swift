import LinuxSystem
import NetworkTypes

/// All sandboxes that somebody is in, also those whose scripts have ended and left something running.
final class Sandboxes {
  private let loop: EventLoop
  private var gates: [Int32: (gate: SandboxGate, registration: Reactor.Registration)] = [:]

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// How many there are.
  var count: Int { gates.count }

  /// Answers what is asked at a gate from now on, until nobody is behind it any more.
  func adopt(_ gate: SandboxGate) throws(SystemError) {
    let registration = try loop.watch(gate.rawValue, for: .readable) { [weak self] readiness in
      if readiness.contains(.readable) { gate.answer() }
      if readiness.contains(.hangUp) { self?.forget(gate.session) }
    }
    gates[gate.session] = (gate, registration)
  }

  /// Whether a process is in one of them. One that is gone cannot be told from one that was.
  func mayHold(_ process: Int32) -> Bool {
    guard !gates.isEmpty else { return false }
    guard let session = SandboxGate.session(of: process) else { return true }
    return gates[session] != nil
  }

  private func forget(_ session: Int32) {
    guard let entry = gates.removeValue(forKey: session) else { return }
    loop.unwatch(entry.registration)
  }
}
