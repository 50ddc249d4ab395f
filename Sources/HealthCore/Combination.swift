/// Number of members that must be up for a combination of checks to be up: `any`, `all` and `at_least N`.
public enum Combination: Sendable, Hashable {
  /// One member.
  case any
  /// Every member.
  case all
  /// This number of members; at least 1.
  case atLeast(Int)

  /// Number of `count` members that must be up.
  public func quorum(of count: Int) -> Int {
    switch self {
    case .any: min(1, count)
    case .all: count
    case .atLeast(let number): max(1, number)
    }
  }

  /// Verdict of the combination. It is unknown as long as members without a verdict could still decide it.
  public func verdict(of members: [Verdict]) -> Verdict {
    let quorum = quorum(of: members.count)
    let up = members.count { $0 == .up }
    if up >= quorum { return .up }
    return up + members.count { $0 == .unknown } < quorum ? .down : .unknown
  }

  /// Reason for the verdict in one line: how many members are up, how many must be, and what is wrong with the others.
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
