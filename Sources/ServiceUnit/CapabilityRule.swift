/// A set of capabilities as unit files write it: some, or all but some.
public struct CapabilityRule: Sendable, Hashable {
  private var names: Set<String>
  private var isAllBut: Bool

  /// All capabilities.
  static let all = CapabilityRule(names: [], isAllBut: true)
  /// None.
  static let none = CapabilityRule(names: [], isAllBut: false)

  /// What assignments to `CapabilityBoundingSet=` or `AmbientCapabilities=` come to (systemd.exec(5)): the first sets, others add or,
  /// with a tilde, take away; an empty one leaves none.
  init(_ assignments: [UnitAssignment], unset: CapabilityRule) {
    self = unset
    for assignment in assignments {
      let isInverted = assignment.value.hasPrefix("~")
      let text = isInverted ? String(assignment.value.dropFirst()) : assignment.value
      let words = Set(UnitText.words(text).map { $0.uppercased() })
      if text.isEmpty {
        self = isInverted ? .all : .none
      } else if self == .none || self == unset {
        self = CapabilityRule(names: words, isAllBut: isInverted)
      } else if isInverted == isAllBut {
        names.formUnion(words)
      } else {
        names.subtract(words)
      }
    }
  }

  private init(names: Set<String>, isAllBut: Bool) {
    self.names = names
    self.isAllBut = isAllBut
  }

  /// Whether it holds a capability, by its name, as `CAP_NET_RAW`.
  func holds(_ name: String) -> Bool { names.contains(name) != isAllBut }
}
