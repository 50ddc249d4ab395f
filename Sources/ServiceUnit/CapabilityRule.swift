/// A set of capabilities in the notation of unit files: some, or all but some.
package struct CapabilityRule: Sendable, Hashable {
  private var names: Set<String>
  private var isAllBut: Bool

  /// All capabilities.
  static let all = CapabilityRule(names: [], isAllBut: true)
  /// None.
  static let none = CapabilityRule(names: [], isAllBut: false)

  /// The result of assignments to `CapabilityBoundingSet=` or `AmbientCapabilities=` (systemd.exec(5)): the first one sets, others add or,
  /// with a tilde, remove; an empty one clears the set.
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

  /// True when the set has a capability, named as in `CAP_NET_RAW`.
  func holds(_ name: String) -> Bool { names.contains(name) != isAllBut }
}
