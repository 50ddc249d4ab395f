import ControlModel
import LinuxSystem
import NetworkTypes

/// All sandboxes with a process in them, including those whose scripts have ended and left processes behind.
///
/// Requests of processes that were left behind are answered too. When too many sandboxes are left, the oldest is given
/// up: its processes may signal and change no process any more, not even one of their own.
final class Sandboxes {
  /// Most sandboxes that are kept for processes that scripts left behind.
  private static let mostLeft = 32
  /// Most sessions that are remembered after they were given up.
  private static let mostGivenUp = 4096

  private struct Entry {
    let gate: SandboxGate
    let registration: Reactor.Registration
    let program: String
  }

  private let loop: EventLoop
  private let log: LogWriter?
  private var gates: [Int32: Entry] = [:]
  /// Sessions whose scripts have ended, the oldest first.
  private var left: [Int32] = []
  private var givenUp: [Int32] = []
  private var hasWarned = false

  init(loop: EventLoop, log: LogWriter? = nil) {
    self.loop = loop
    self.log = log
  }

  /// Number of sandboxes.
  var count: Int { gates.count }

  /// Answers the requests at a gate from now on, until no process is behind it.
  func adopt(_ gate: SandboxGate, of program: String) throws(SystemError) {
    let registration = try loop.watch(gate.rawValue, for: .readable) { [weak self] readiness in
      if readiness.contains(.readable) { gate.answer() }
      if readiness.contains(.hangUp) { self?.forget(gate.session) }
    }
    gates[gate.session] = Entry(gate: gate, registration: registration, program: program)
    givenUp.removeAll { $0 == gate.session }
  }

  /// Notes that the script of a sandbox has ended and is reaped.
  func scriptEnded(_ session: Int32) {
    guard let entry = gates[session], !left.contains(session) else { return }
    guard !entry.gate.isDeserted else { return forget(session) }
    left.append(session)
    while left.count > Self.mostLeft { giveUp(left[0]) }
  }

  /// True if the process is in a sandbox, or may have been in one that is gone.
  func mayHold(_ process: Int32) -> Bool {
    guard !gates.isEmpty || !givenUp.isEmpty else { return false }
    guard let session = SandboxGate.session(of: process) else { return true }
    if gates[session] != nil { return true }
    // The script that led it was reaped: whoever has its number now leads another session, and the old one has nobody any more.
    return givenUp.contains(session) && SandboxGate.session(of: session) == nil
  }

  private func giveUp(_ session: Int32) {
    guard let entry = gates[session] else { return left.removeAll { $0 == session } }
    forget(session)
    guard !entry.gate.isDeserted else { return }
    givenUp.append(session)
    if givenUp.count > Self.mostGivenUp { givenUp.removeFirst() }
    guard !hasWarned else { return }
    hasWarned = true
    log?.log(
      .warning,
      "scripts in a sandbox have left more than \(Self.mostLeft) programs running, as \(entry.program) has: "
        + "the oldest can end none of what they have started",
      fields: [("event", "sandbox-left"), ("program", entry.program)])
  }

  private func forget(_ session: Int32) {
    left.removeAll { $0 == session }
    guard let entry = gates.removeValue(forKey: session) else { return }
    loop.unwatch(entry.registration)
  }
}
