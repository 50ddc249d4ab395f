/// How many of several things must be up for all together to be up: `any`, `all` and `at_least N`.
public enum Combination: Sendable, Hashable {
  /// One is enough.
  case any
  /// Every one.
  case all
  /// So many; at least 1.
  case atLeast(Int)

  /// How many of `count` it takes.
  public func quorum(of count: Int) -> Int {
    switch self {
    case .any: min(1, count)
    case .all: count
    case .atLeast(let number): max(1, number)
    }
  }

  /// What the members' verdicts come to. It is unknown as long as the members that have no verdict yet could decide it.
  public func verdict(of members: [Verdict]) -> Verdict {
    let quorum = quorum(of: members.count)
    let up = members.count { $0 == .up }
    if up >= quorum { return .up }
    return up + members.count { $0 == .unknown } < quorum ? .down : .unknown
  }

  /// Why the verdict is what it is, in one line: how many are up of how many, how many it takes, and what is wrong with the rest.
  public func reason(of members: [(name: String, verdict: Verdict, reason: String)]) -> String {
    let up = members.count { $0.verdict == .up }
    let wanted =
      switch self {
      case .any: "one wanted"
      case .all: "all wanted"
      case .atLeast(let number): "at least \(number) wanted"
      }
    let rest = members.filter { $0.verdict != .up }.map { member in
      switch member.verdict {
      case .unknown: "\(member.name) has not answered yet"
      case .down where member.reason.isEmpty: "\(member.name) is down"
      case .down, .up: "\(member.name): \(member.reason)"
      }
    }
    return (["\(up) of \(members.count) up, \(wanted)"] + rest).joined(separator: "; ")
  }
}
