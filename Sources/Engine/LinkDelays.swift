import ConfigurationModel
import Netlink
import NetworkTypes

/// States of links that count only after they have lasted (`interface_up_down_delays`).
struct LinkDelays {
  private let delays: [String: LinkDelay]
  private var waiting: [InterfaceIndex: (link: LinkState, due: MonotonicInstant)] = [:]

  init(_ delays: [String: LinkDelay]) {
    self.delays = delays
  }

  /// Instant at which the next state will have lasted; `nil` if none waits.
  var nextDeadline: MonotonicInstant? { waiting.values.lazy.map(\.due).min() }

  /// True if the link counts as up now. Until a change has lasted for its delay, the state before it counts.
  /// - Parameter wasUp: true if the link counted as up before; `nil` for a new link, whose state counts at once.
  mutating func countsAsUp(_ link: LinkState, wasUp: Bool?, at now: MonotonicInstant) -> Bool {
    guard let wasUp, wasUp != link.isUsable, let delay = delays[link.name] else {
      waiting[link.index] = nil
      return link.isUsable
    }
    let time = link.isUsable ? delay.up : delay.down
    guard time > .zero else { return link.isUsable }
    // Another message about the same change does not delay it.
    waiting[link.index] = (link, waiting[link.index]?.due ?? now + time)
    return wasUp
  }

  mutating func forget(_ index: InterfaceIndex) { waiting[index] = nil }

  /// Makes every present state count at once, after changes were lost.
  mutating func forgetAll() { waiting.removeAll() }

  /// Takes the links whose state has lasted.
  mutating func takeDue(at now: MonotonicInstant) -> [LinkState] {
    let due = waiting.values.filter { $0.due <= now }.map(\.link)
    for link in due { waiting[link.index] = nil }
    return due
  }
}
