/// Assignment of the virtual routers of one configuration to those of the next that continue them.
///
/// A router is continued by the one with the same identity. If there is none, it may have been renamed: then it is
/// continued by the one whose identity differs in the name only, if there is exactly one.
public struct RouterSuccession: Sendable {
  /// For each router of the next configuration the position of the router that it continues; `nil` for one that starts.
  public let predecessors: [Int?]
  private let succeeded: Set<Int>

  /// Matches two configurations' routers.
  ///
  /// - Parameters:
  ///   - old: identity of each router of the old configuration; `nil` for one that none continues.
  ///   - new: identity of each router of the next configuration.
  ///   - nameless: an identity without the router's name.
  public init<Identity: Hashable>(
    from old: [Identity?], to new: [Identity], nameless: (Identity) -> Identity
  ) {
    // An engine that is started again after a crash has the same routers, and little time.
    if old.count == new.count, zip(old, new).allSatisfy({ $0 == $1 }) {
      predecessors = Array(new.indices)
      succeeded = Set(new.indices)
      return
    }
    var exact: [Identity: Int] = [:]
    var renamed: [Identity: [Int]] = [:]
    for (position, identity) in old.enumerated() {
      guard let identity else { continue }
      exact[identity] = position
      renamed[nameless(identity), default: []].append(position)
    }
    var predecessors = new.map { exact[$0] }
    // Two routers of one configuration may have the same identity on the board; then the first one continues.
    var succeeded: Set<Int> = []
    for position in predecessors.indices {
      if let found = predecessors[position], !succeeded.insert(found).inserted { predecessors[position] = nil }
    }
    for position in predecessors.indices where predecessors[position] == nil {
      guard let candidates = renamed[nameless(new[position])], candidates.count == 1,
        succeeded.insert(candidates[0]).inserted
      else { continue }
      predecessors[position] = candidates[0]
    }
    self.predecessors = predecessors
    self.succeeded = succeeded
  }

  /// True if a router of the next configuration continues the old router at this position.
  public func isSucceeded(_ position: Int) -> Bool { succeeded.contains(position) }
}
