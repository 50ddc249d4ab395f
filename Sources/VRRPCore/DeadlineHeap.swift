import NetworkTypes

/// Deadlines of a fixed number of routers or hosts. The earliest is found at once; any one is moved in logarithmic
/// time, without allocation.
///
/// It is a binary heap of positions, with an index from each position to its place in the heap.
package struct DeadlineHeap: Sendable {
  /// Place of a position that is not in the heap.
  private static let absent = -1

  /// Positions in heap order.
  private var heap: [Int] = []
  /// Place of each position in `heap`.
  private var places: [Int]
  /// Deadline of each position that is in the heap.
  private var deadlines: [MonotonicInstant]

  /// A heap for positions 0 to `count - 1`, none of which has a deadline.
  package init(count: Int) {
    places = Array(repeating: Self.absent, count: count)
    deadlines = Array(repeating: MonotonicInstant(nanoseconds: .max), count: count)
    heap.reserveCapacity(count)
  }

  /// Position with the earliest deadline, and that deadline; `nil` if there is none.
  package var first: (position: Int, deadline: MonotonicInstant)? {
    guard let position = heap.first else { return nil }
    return (position, deadlines[position])
  }

  /// Sets the deadline of `position`, or removes it if `deadline` is `nil`.
  package mutating func set(_ deadline: MonotonicInstant?, for position: Int) {
    guard let deadline else { return remove(position) }
    let place = places[position]
    if place == Self.absent {
      deadlines[position] = deadline
      places[position] = heap.count
      heap.append(position)
      rise(from: heap.count - 1)
    } else if deadline < deadlines[position] {
      deadlines[position] = deadline
      rise(from: place)
    } else if deadline > deadlines[position] {
      deadlines[position] = deadline
      sink(from: place)
    }
  }

  private mutating func remove(_ position: Int) {
    let place = places[position]
    guard place != Self.absent, let last = heap.popLast() else { return }
    places[position] = Self.absent
    guard last != position else { return }
    heap[place] = last
    places[last] = place
    rise(from: place)
    sink(from: places[last])
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard deadlines[heap[place]] < deadlines[heap[parent]] else { return }
      exchange(place, parent)
      place = parent
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var least = place
      let left = 2 * place + 1
      let right = left + 1
      if left < heap.count, deadlines[heap[left]] < deadlines[heap[least]] { least = left }
      if right < heap.count, deadlines[heap[right]] < deadlines[heap[least]] { least = right }
      guard least != place else { return }
      exchange(place, least)
      place = least
    }
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    places[heap[left]] = left
    places[heap[right]] = right
  }
}
