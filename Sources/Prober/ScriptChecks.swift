import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All checks of the configuration in force, by name, and those of the one before that are still ending.
final class ScriptChecks {
  private let loop: EventLoop
  private let log: LogWriter
  private var checks: [ScriptCheck] = []
  private var retiring: [ObjectIdentifier: ScriptCheck] = [:]

  /// Told of a changed verdict with the check's position in the configuration.
  var onVerdict: ((Int, ScriptCheck) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's checks. One that is defined as before goes on as it is; a new or changed one starts at once.
  /// - Parameter previous: the verdict on the board for the check at a position, if it is about the same check.
  func adopt(
    _ definitions: [ScriptCheckDefinition], launcher: CommandLauncher,
    previous: (Int) -> (status: TrackerStatus, reason: String)?
  ) {
    var old: [ScriptCheckDefinition: ScriptCheck] = [:]
    for check in checks { old[check.definition] = check }
    checks = []
    var fresh: [ScriptCheck] = []
    for (index, definition) in definitions.enumerated() {
      if let same = old.removeValue(forKey: definition) {
        same.use(launcher)
        checks.append(same)
      } else {
        // A check that only runs at other times keeps its verdict; one that runs something else has none yet.
        let same = old.keys.first { $0.name == definition.name && $0.command == definition.command }
        let inherited = same.flatMap { old[$0] }.map { (status: $0.status, reason: $0.reason) }
        let check = ScriptCheck(
          definition, launcher: launcher, loop: loop, previous: inherited ?? previous(index))
        checks.append(check)
        fresh.append(check)
      }
    }
    for check in old.values { retire(check) }
    for (index, check) in checks.enumerated() {
      check.onVerdict = { [weak self] check in self?.changed(check, at: index) }
      check.onRefusal = { [weak self] check, reason in
        self?.log.log(
          .error, "script \(check.definition.name): \(reason)",
          fields: [("event", "script-refused"), ("script", check.definition.name), ("reason", reason)])
      }
    }
    for check in fresh { start(check) }
  }

  /// A check whose name is still ending under its old definition waits for that, so that never two copies run.
  private func start(_ check: ScriptCheck) {
    guard !retiring.values.contains(where: { $0.definition.name == check.definition.name }) else { return }
    check.start()
  }

  private func retire(_ check: ScriptCheck) {
    let name = check.definition.name
    retiring[ObjectIdentifier(check)] = check
    check.retire { [weak self, unowned check] in
      guard let self else { return }
      retiring[ObjectIdentifier(check)] = nil
      for waiting in checks where waiting.definition.name == name { start(waiting) }
    }
  }

  /// The position, verdict and reason of every check that has a verdict.
  var verdicts: [(index: Int, status: TrackerStatus, reason: String)] {
    checks.enumerated().compactMap { index, check in
      check.status == .unknown ? nil : (index, check.status, check.reason)
    }
  }

  /// The process groups of running scripts.
  var running: [Int32] { checks.compactMap { $0.current?.processID } }

  /// Kills every running script and starts no more.
  func stop() {
    for check in checks + retiring.values { check.kill() }
    checks = []
    retiring = [:]
  }

  private func changed(_ check: ScriptCheck, at index: Int) {
    let name = check.definition.name
    let words = check.reason.isEmpty ? "" : ": " + check.reason
    log.log(
      check.status == .down ? .warning : .notice, "script \(name) is \(check.status.label)\(words)",
      fields: [
        ("event", "check"), ("script", name), ("status", check.status.label), ("reason", check.reason),
      ])
    onVerdict?(index, check)
  }
}
