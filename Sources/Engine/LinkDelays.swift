import ConfigurationModel
import Netlink
import NetworkTypes

/// States of links that count only once they have lasted (`interface_up_down_delays`).
struct LinkDelays {
  private let delays: [String: LinkDelay]
  private var waiting: [InterfaceIndex: (link: LinkState, due: MonotonicInstant)] = [:]

  init(_ delays: [String: LinkDelay]) {
    self.delays = delays
  }

  /// When the next state has lasted; `nil` when none waits.
  var nextDeadline: MonotonicInstant? { waiting.values.lazy.map(\.due).min() }

  /// Whether a link counts as up now: as it did, while a change has yet to last.
  /// - Parameter wasUp: whether it did until now; `nil` for one that was not there, whose state counts at once.
  mutating func countsAsUp(_ link: LinkState, wasUp: Bool?, at now: MonotonicInstant) -> Bool {
    guard let wasUp, wasUp != link.isUsable, let delay = delays[link.name] else {
      waiting[link.index] = nil
      return link.isUsable
    }
    let time = link.isUsable ? delay.up : delay.down
    guard time > .zero else { return link.isUsable }
    // A further word of the same change does not put it off.
    waiting[link.index] = (link, waiting[link.index]?.due ?? now + time)
    return wasUp
  }

  mutating func forget(_ index: InterfaceIndex) { waiting[index] = nil }

  /// Has every state count as it is, after it is not known what has changed.
  mutating func forgetAll() { waiting.removeAll() }

  /// Takes the links whose state has lasted.
  mutating func takeDue(at now: MonotonicInstant) -> [LinkState] {
    let due = waiting.values.filter { $0.due <= now }.map(\.link)
    for link in due { waiting[link.index] = nil }
    return due
  }
}
