/// Queue of address changes for routers, in the order in which they must happen.
///
/// A host that moves ten thousand addresses does so in slices, with adverts in between. So a release and the
/// resignation that must follow it wait here together.
struct WorkQueue: Hashable {
  enum Task: Hashable {
    /// Add the router's addresses to their interfaces.
    case claim
    /// Remove them, and then resign if asked to.
    case release(resigns: Bool)
  }

  /// Part of a task that fits into a slice.
  struct Step: Equatable {
    let router: Int
    let task: Task
    /// Positions among the router's addresses, counted from its first.
    let positions: Range<Int>
    /// True if the step completes its task.
    let isLast: Bool
  }

  private struct Item: Hashable {
    let router: Int
    var task: Task
    var position = 0
  }

  private var items: [Item] = []
  private var head = 0
  /// Number of waiting tasks of each router.
  private var waiting: [Int]

  init(routerCount: Int) {
    waiting = Array(repeating: 0, count: routerCount)
  }

  var isEmpty: Bool { head == items.count }

  /// True while a task of the router waits.
  func holds(_ router: Int) -> Bool { waiting[router] > 0 }

  mutating func append(_ task: Task, router: Int) {
    items.append(Item(router: router, task: task))
    waiting[router] += 1
  }

  /// Makes the router's waiting release end in a resignation. Returns false if none waits, so that the resignation can
  /// leave at once.
  mutating func resignAfterRelease(router: Int) -> Bool {
    guard waiting[router] > 0 else { return false }
    for index in stride(from: items.count - 1, through: head, by: -1) where items[index].router == router {
      guard case .release = items[index].task else { return false }
      items[index].task = .release(resigns: true)
      return true
    }
    return false
  }

  /// Takes the next steps, together of at most `limit` addresses, from routers with `count(router)` addresses.
  mutating func takeSlice(limit: Int, count: (Int) -> Int, into steps: inout [Step]) {
    steps.empty()
    var left = limit
    while left > 0, !isEmpty {
      let item = items[head]
      let end = min(count(item.router), item.position + left)
      let isLast = end == count(item.router)
      steps.append(Step(router: item.router, task: item.task, positions: item.position..<end, isLast: isLast))
      left -= max(1, end - item.position)
      if isLast {
        waiting[item.router] -= 1
        head += 1
      } else {
        items[head].position = end
      }
    }
    if isEmpty {
      items.empty()
      head = 0
    }
  }
}
