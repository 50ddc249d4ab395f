/// Takes a model through every order of steps, breadth first, and passes no state twice.
struct Exploration<Model, Step: Sendable> {
  /// The states that were reached.
  private(set) var states = 0
  /// The longest order of steps.
  private(set) var depth = 0
  /// What did not hold, with the steps that led there.
  private(set) var failures: [String] = []

  private struct Node {
    let model: Model
    let parent: Int?
    let step: Step?
  }

  /// - Parameters:
  ///   - most: How many states to look at.
  ///   - steps: What can happen next.
  ///   - take: Lets it happen.
  ///   - key: Tells states apart.
  ///   - faults: What does not hold in a state.
  init(
    from start: Model, most: Int, depth limit: Int = .max, steps: (Model) -> [Step],
    take: (inout Model, Step) -> Void, key: (Model) -> Int, faults: (Model) -> [String]
  ) {
    var nodes = [Node(model: start, parent: nil, step: nil)]
    var seen: Set<Int> = [key(start)]
    var level = 0..<1
    while !level.isEmpty, depth < limit, failures.isEmpty {
      for parent in level {
        for step in steps(nodes[parent].model) where nodes.count < most && failures.isEmpty {
          var model = nodes[parent].model
          take(&model, step)
          guard seen.insert(key(model)).inserted else { continue }
          nodes.append(Node(model: model, parent: parent, step: step))
          if let fault = faults(model).first {
            failures.append("\(fault) after \(Self.way(to: nodes.count - 1, nodes))")
          }
        }
      }
      level = level.upperBound..<nodes.count
      if !level.isEmpty { depth += 1 }
    }
    states = nodes.count
  }

  private static func way(to index: Int, _ nodes: [Node]) -> String {
    var steps: [String] = []
    var next: Int? = index
    while let current = next {
      if let step = nodes[current].step { steps.append("\(step)") }
      next = nodes[current].parent
    }
    return steps.reversed().joined(separator: ", ")
  }
}
