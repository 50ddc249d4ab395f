import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Supervision of the starter: starts it with the first configuration that has commands, connects it with the prober,
/// and replaces it when it dies or does not answer.
///
/// No address depends on it, so it is not part of ``Supervision``: the prober goes on without it and waits for the next
/// one.
final class StarterKeeper {
  /// Time between two starts.
  static let pause = Nanoseconds.seconds(1)
  /// Most unanswered questions, two a second. Checking who may change a program may wait for a disk.
  private static let mostUnanswered = 20

  /// Starts the process.
  let start: () throws(SystemError) -> RunningChild
  /// Hands the prober its end of a channel to the starter.
  let join: (Channel) -> Void
  let log: SupervisorLog
  private(set) var child: RunningChild?
  private var tables: [(bundle: BundleID, memory: MemoryHandle)] = []
  private var startedAt: MonotonicInstant?
  private var unanswered = 0
  private var isEnding = false

  init(
    log: SupervisorLog, start: @escaping () throws(SystemError) -> RunningChild, join: @escaping (Channel) -> Void
  ) {
    self.log = log
    self.start = start
    self.join = join
  }

  /// Instant at which to start the next one; `nil` if none is due.
  var restart: MonotonicInstant? {
    guard child == nil, !isEnding, !tables.isEmpty, let startedAt else { return nil }
    return startedAt + Self.pause
  }

  /// Hands over the commands of a configuration, before the prober hears of it.
  func addTable(_ memory: MemoryHandle?, of bundle: BundleID, at now: MonotonicInstant) {
    guard let memory, !tables.contains(where: { $0.bundle == bundle }) else { return }
    tables.append((bundle, memory))
    if child == nil { return begin(at: now) }
    send(.table(bundle.rawValue), memory.rawValue)
  }

  /// Removes the commands of configurations that no prober serves any more.
  func removeTables(except kept: Set<BundleID>) { tables.removeAll { !kept.contains($0.bundle) } }

  /// Connects a new prober.
  func proberStarted() {
    guard child != nil else { return }
    connectProber()
  }

  /// Starts the next one if it is due.
  func startIfDue(at now: MonotonicInstant) {
    if let restart, restart <= now { begin(at: now) }
  }

  /// Asks whether the starter is alive.
  func ping() {
    guard let child else { return }
    guard unanswered < Self.mostUnanswered else {
      log.write(.error, "the process that starts scripts does not answer and is killed")
      unanswered = 0
      return child.process.send(signal: SIGKILL)
    }
    unanswered += 1
    send(.ping)
  }

  func handle(_ report: StarterReport) {
    switch report {
    case .alive: unanswered = 0
    }
  }

  func ended(_ ending: Ending) {
    child = nil
    guard !isEnding else { return }
    log.write(.error, "the process that starts scripts \(ending); it is started again, no address moves")
  }

  /// Has the starter end once it has handled the prober's last requests.
  func end() {
    isEnding = true
    send(.end)
  }

  private func begin(at now: MonotonicInstant) {
    guard !isEnding else { return }
    startedAt = now
    unanswered = 0
    do {
      child = try start()
      for table in tables { send(.table(table.bundle.rawValue), table.memory.rawValue) }
      connectProber()
    } catch {
      log.write(.error, "no script can be started: \(error)")
    }
  }

  private func connectProber() {
    guard let (starterEnd, proberEnd) = try? Channel.pair(maximumMessage: 1) else { return }
    send(.prober, starterEnd.rawValue)
    join(proberEnd)
  }

  private func send(_ command: StarterCommand, _ descriptor: Int32? = nil) {
    guard let child, let channel = child.channel else { return }
    let sent = try? channel.send(command.encoded, descriptors: descriptor.map { [$0] } ?? [])
    // A starter that has left a whole socket buffer unread does not work any more.
    if sent != .sent, sent != .closed { child.process.send(signal: SIGKILL) }
  }
}
