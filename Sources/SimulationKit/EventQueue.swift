import NetworkTypes

/// What is to happen at which moment; what was put in first comes first among equals, so that a run repeats exactly.
struct EventQueue<Event: Sendable>: Sendable {
  private struct Entry: Sendable {
    let at: MonotonicInstant
    let sequence: Int
    let event: Event

    func isBefore(_ other: Entry) -> Bool {
      at != other.at ? at < other.at : sequence < other.sequence
    }
  }

  private var heap: [Entry] = []
  private var count = 0

  /// When the first event is due.
  var firstDue: MonotonicInstant? { heap.first?.at }

  /// Puts an event in.
  mutating func add(_ event: Event, at instant: MonotonicInstant) {
    heap.append(Entry(at: instant, sequence: count, event: event))
    count += 1
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the first event out.
  mutating func removeFirst() -> Event? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first.event }
    heap[0] = last
    var place = 0
    while true {
      var least = place
      for child in (2 * place + 1)...(2 * place + 2) where child < heap.count {
        if heap[child].isBefore(heap[least]) { least = child }
      }
      guard least != place else { return first.event }
      heap.swapAt(place, least)
      place = least
    }
  }
}
