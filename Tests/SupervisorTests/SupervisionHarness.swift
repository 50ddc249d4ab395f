import ControlModel
import NetworkTypes

@testable import Supervisor

/// A supervision under a clock of our own, with what it wants done written down.
struct SupervisionHarness {
  var supervision = Supervision()
  var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  var actions: [SupervisionAction] = []

  init() {
    supervision.start(at: now, into: &actions)
  }

  /// What one event makes it do.
  @discardableResult
  mutating func send(_ event: SupervisionEvent) -> [SupervisionAction] {
    var made: [SupervisionAction] = []
    supervision.handle(event, at: now, into: &made)
    actions += made
    return made
  }

  /// Lets time pass up to the next deadline and tells of it.
  @discardableResult
  mutating func waitForDeadline() -> [SupervisionAction] {
    guard let deadline = supervision.nextDeadline else { return [] }
    now = max(now, deadline)
    return send(.deadline)
  }

  mutating func wait(_ duration: Nanoseconds) { now = now + duration }

  /// Brings it to the point where it serves: engine 1, bundle 1, prober 1.
  mutating func bringUp() {
    send(.loaderEnded(.first, .exited(0), complaint: ""))
    send(.engineReported(.first, .ready))
    send(.engineReported(.first, .running))
    send(.proberReady(.first))
    actions = []
  }

  /// Has a reload succeed from the request to the end of the old engine.
  mutating func reload(to next: EngineID, bundle: BundleID) {
    guard let old = supervision.current?.id else { return }
    send(.reloadRequested(nil))
    send(.loaderEnded(bundle, .exited(0), complaint: ""))
    send(.engineReported(next, .ready))
    send(.engineReported(old, .yielded))
    send(.engineEnded(old, .exited(0)))
    send(.engineReported(next, .running))
  }
}

extension EngineID {
  static let first = EngineID(rawValue: 1)
  static let second = EngineID(rawValue: 2)
  static let third = EngineID(rawValue: 3)
  static let fourth = EngineID(rawValue: 4)
}

extension BundleID {
  static let first = BundleID(rawValue: 1)
  static let second = BundleID(rawValue: 2)
  static let third = BundleID(rawValue: 3)
}

extension ProberID {
  static let first = ProberID(rawValue: 1)
  static let second = ProberID(rawValue: 2)
}

extension [SupervisionAction] {
  /// All but the lines for the log.
  var deeds: [SupervisionAction] {
    filter { if case .log = $0 { false } else { true } }
  }
}
