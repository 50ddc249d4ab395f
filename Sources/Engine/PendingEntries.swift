/// Routes, rules and static addresses of which it is to be seen whether the kernel has them as it should, in the order of the plan as
/// far as they were noted together.
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

  /// Takes the next ones, at most `limit`.
  mutating func take(_ limit: Int) -> [Int] {
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
