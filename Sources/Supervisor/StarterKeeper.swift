import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Keeps the process that starts scripts: starts it with the first configuration that has any, joins it with the prober, and replaces it
/// when it dies or stands still.
///
/// No address depends on it, so it is no part of ``Supervision``: the prober goes on without it and waits for the next one.
final class StarterKeeper {
  /// Between two starts.
  static let pause = Nanoseconds.seconds(1)
  /// Questions, two a second, that it may leave unanswered: looking at who may change a program may wait for a disk.
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

  /// When the next one is to be started.
  var restart: MonotonicInstant? {
    guard child == nil, !isEnding, !tables.isEmpty, let startedAt else { return nil }
    return startedAt + Self.pause
  }

  /// Hands over the commands of a configuration, before the prober hears of it.
  func adopt(_ memory: MemoryHandle?, of bundle: BundleID, at now: MonotonicInstant) {
    guard let memory, !tables.contains(where: { $0.bundle == bundle }) else { return }
    tables.append((bundle, memory))
    if child == nil { return begin(at: now) }
    send(.table(bundle.rawValue), memory.rawValue)
  }

  /// Forgets the commands of configurations that no prober is told of any more.
  func forget(allBut kept: Set<BundleID>) { tables.removeAll { !kept.contains($0.bundle) } }

  /// A new prober is there.
  func proberStarted() {
    guard child != nil else { return }
    introduce()
  }

  /// Starts the next one if it is time.
  func look(at now: MonotonicInstant) {
    if let restart, restart <= now { begin(at: now) }
  }

  /// Asks it whether it lives.
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

  func heard(_ report: StarterReport) {
    switch report {
    case .alive: unanswered = 0
    }
  }

  func ended(_ ending: Ending) {
    child = nil
    guard !isEnding else { return }
    log.write(.error, "the process that starts scripts \(ending); it is started again, no address moves")
  }

  /// Has it end once it has heard what the prober said last.
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
      introduce()
    } catch {
      log.write(.error, "no script can be started: \(error)")
    }
  }

  private func introduce() {
    guard let (starterEnd, proberEnd) = try? Channel.pair(maximumMessage: 1) else { return }
    send(.prober, starterEnd.rawValue)
    join(proberEnd)
  }

  private func send(_ command: StarterCommand, _ descriptor: Int32? = nil) {
    guard let child, let channel = child.channel else { return }
    let sent = try? channel.send(command.encoded, descriptors: descriptor.map { [$0] } ?? [])
    // One that has left a whole socket buffer unread is of no use any more.
    if sent != .sent, sent != .closed { child.process.send(signal: SIGKILL) }
  }
}
