/// Routes, rules and static addresses to be compared with the kernel, in the order of the plan as far as they were
/// added together.
struct PendingEntries: Hashable {
  private var positions: [Int] = []
  private var head = 0
  private var isPending: [Bool]

  init(count: Int) {
    isPending = Array(repeating: false, count: count)
  }

  var isEmpty: Bool { head == positions.count }

  func contains(_ position: Int) -> Bool { isPending[position] }

  mutating func insert(_ position: Int) {
    guard !isPending[position] else { return }
    isPending[position] = true
    positions.append(position)
  }

  mutating func insert(_ more: some Sequence<Int>) {
    for position in more { insert(position) }
  }

  /// Removes and returns the next entries, at most `limit`.
  mutating func removeNext(_ limit: Int) -> [Int] {
    let slice = Array(positions[head...].prefix(limit))
    head += slice.count
    for position in slice { isPending[position] = false }
    if isEmpty {
      positions.removeAll(keepingCapacity: true)
      head = 0
    }
    return slice
  }
}
