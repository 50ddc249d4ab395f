import LinuxSystem
import NetworkTypes

/// Reactor with timers. Everything in the prober happens in a turn of this loop.
final class EventLoop: DescriptorWatching {
  /// Name of a timer, which is never used again for another one.
  struct Timer: Hashable {
    fileprivate let number: UInt64
  }

  private struct Entry {
    var deadline: MonotonicInstant
    var number: UInt64

    static func < (left: Entry, right: Entry) -> Bool {
      left.deadline != right.deadline ? left.deadline < right.deadline : left.number < right.number
    }
  }

  /// Delay of a timer from which this process counts as having stood still: it was stopped, or got no processor time.
  static let standstill = Nanoseconds.milliseconds(250)

  private let reactor: Reactor
  private var actions: [UInt64: () -> Void] = [:]
  private var heap: [Entry] = []
  private var lastNumber: UInt64 = 0
  private(set) var isStopped = false
  /// Deadline of the first timer for which this turn waited; `nil` if it waited for none.
  private var awaited: MonotonicInstant?
  private var lastWakeUp: MonotonicInstant?

  init() throws(SystemError) {
    reactor = try Reactor()
  }

  /// Time at the beginning of this turn.
  var now: MonotonicInstant { reactor.now }

  /// End of the last time that this process stood still, which is this turn's time if this turn is late; `nil` if it never
  /// stood still.
  var lastStandstill: MonotonicInstant? { isLate ? now : lastWakeUp }

  /// True if this turn began at least ``standstill`` after its deadline.
  var isLate: Bool { awaited.map { now - $0 >= Self.standstill } ?? false }

  /// Number of watched descriptors.
  var watchedCount: Int { reactor.watchedCount }

  /// Runs until ``stop()``.
  func run() throws(SystemError) {
    while !isStopped { try turn() }
  }

  /// Runs one turn, which waits at most until `limit`.
  func turn(until limit: MonotonicInstant? = nil) throws(SystemError) {
    awaited = nextDeadline
    let deadline = [awaited, limit].compactMap(\.self).min()
    try reactor.run(until: deadline)
    fireTimers()
    if isLate { lastWakeUp = now }
    awaited = nil
  }

  func stop() { isStopped = true }

  func watch(
    _ fd: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
  ) throws(SystemError) -> Reactor.Registration {
    try reactor.watch(fd, for: interest, handler)
  }

  /// Changes the interest in a descriptor. A refusal can only mean that the descriptor is closed, which its reader notices.
  func modify(_ registration: Reactor.Registration, for interest: Interest) {
    try? reactor.modify(registration, for: interest)
  }

  func unwatch(_ registration: Reactor.Registration) { reactor.unwatch(registration) }

  /// Calls `action` once, in the first turn at or after `deadline`.
  func schedule(at deadline: MonotonicInstant, _ action: @escaping () -> Void) -> Timer {
    lastNumber &+= 1
    actions[lastNumber] = action
    if heap.count > 64, heap.count / 2 > actions.count { forgetCancelled() }
    push(Entry(deadline: deadline, number: lastNumber))
    return Timer(number: lastNumber)
  }

  /// Calls `action` once, `delay` after this turn's time.
  func schedule(after delay: Nanoseconds, _ action: @escaping () -> Void) -> Timer {
    schedule(at: now + delay, action)
  }

  func cancel(_ timer: Timer?) {
    guard let timer else { return }
    actions[timer.number] = nil
  }

  private var nextDeadline: MonotonicInstant? {
    while let first = heap.first {
      if actions[first.number] != nil { return first.deadline }
      popFirst()
    }
    return nil
  }

  /// Runs the actions of timers that are due. Timers made by such an action wait for the next turn, so that no action can
  /// keep the loop from its descriptors.
  private func fireTimers() {
    let newest = lastNumber
    var later: [Entry] = []
    while let first = heap.first, first.deadline <= now {
      popFirst()
      if first.number > newest {
        later.append(first)
      } else {
        actions.removeValue(forKey: first.number)?()
      }
    }
    for entry in later { push(entry) }
  }

  /// Removes cancelled timers from the heap, where they would stay until their deadlines.
  private func forgetCancelled() {
    // A sorted array is a heap.
    heap = heap.filter { actions[$0.number] != nil }.sorted { $0 < $1 }
  }

  private func push(_ entry: Entry) {
    heap.append(entry)
    var index = heap.count - 1
    while index > 0, heap[index] < heap[(index - 1) / 2] {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private func popFirst() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    heap[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
