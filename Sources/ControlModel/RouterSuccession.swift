/// Which virtual routers of one configuration go on as which of the next.
///
/// A router goes on as the one with the same identity. If there is none, it may have been renamed: it goes on as the one that is the
/// same but for the name, if only one is.
public struct RouterSuccession: Sendable {
  /// For each router of the next configuration the position of the one that goes on as it; `nil` for one that starts anew.
  public let predecessors: [Int?]
  private let succeeded: Set<Int>

  /// Matches two configurations' routers.
  ///
  /// - Parameters:
  ///   - old: Whether and as what each router of the old one is known; what is `nil` goes on as nothing.
  ///   - new: What each router of the next one is known as.
  ///   - nameless: An identity without the router's name.
  public init<Identity: Hashable>(
    from old: [Identity?], to new: [Identity], nameless: (Identity) -> Identity
  ) {
    var exact: [Identity: Int] = [:]
    var renamed: [Identity: [Int]] = [:]
    for (position, identity) in old.enumerated() {
      guard let identity else { continue }
      exact[identity] = position
      renamed[nameless(identity), default: []].append(position)
    }
    var predecessors = new.map { exact[$0] }
    // Two identities of one configuration may be kept as the same, and then the first one goes on.
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

  /// Whether the old router at a position goes on.
  public func isSucceeded(_ position: Int) -> Bool { succeeded.contains(position) }
}
