import ControlModel
import NetworkTypes

/// Bounds how many lines are logged about one thing, since what others may change at will would fill the log.
///
/// Of each thing a few lines within ``period`` are logged as they come. What is more is counted, and told in one line when the period
/// is over.
final class LineLimiter {
  /// Lines about one thing that are logged within ``period``.
  static let most = 10
  static let period = Nanoseconds.seconds(10)

  private struct Account {
    var since: MonotonicInstant
    var logged = 0
    var omitted = 0
  }

  private let loop: EventLoop
  private let log: LogWriter
  private var accounts: [String: Account] = [:]

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Logs a line, or counts it.
  /// - Parameters:
  ///   - subject: what it is about, as a sentence begins with it.
  ///   - state: how things stand when the count is told, as a clause; `nil` when there is nothing to say.
  func log(_ line: LogLine, about subject: String, state: @escaping () -> String?) {
    var account = accounts[subject] ?? Account(since: loop.now)
    if loop.now - account.since >= Self.period, account.omitted == 0 { account = Account(since: loop.now) }
    defer { accounts[subject] = account }
    guard account.logged >= Self.most else {
      account.logged += 1
      return log.log(line)
    }
    account.omitted += 1
    guard account.omitted == 1 else { return }
    _ = loop.schedule(at: max(account.since + Self.period, loop.now)) { [weak self] in self?.tell(subject, state) }
  }

  private func tell(_ subject: String, _ state: () -> String?) {
    guard let account = accounts.removeValue(forKey: subject) else { return }
    let now = state().map { "; \($0)" } ?? ""
    log.log(
      .notice,
      "\(subject) changed \(account.omitted) times more within \((loop.now - account.since).inWholeSeconds) s, which is not "
        + "logged one by one\(now)",
      fields: [("event", "lines-omitted"), ("subject", subject), ("count", "\(account.omitted)")])
  }
}

extension Nanoseconds {
  fileprivate var inWholeSeconds: Int64 { (rawValue + 500_000_000) / 1_000_000_000 }
}
