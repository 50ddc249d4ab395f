import ConfigurationSyntax

/// A weight is there to let the other host take over: it must take the priority below the other one's.
enum PairWeights: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    compare(pair, &findings)
    compare(RouterPair(first: pair.second, second: pair.first), &findings)
  }

  /// Looks at whether the second host, being the higher one, ever comes below the first.
  private static func compare(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (one, other) = (PriorityRange(pair.first), PriorityRange(pair.second))
    guard let span = other.losses.first, other.whenWell > one.whenWell, other.least >= one.whenWell else { return }
    findings.report(
      .warning, "pair-weight",
      "\(pair.second.name) has priority \(other.whenWell) and its weights take it to \(other.least) at least, not below \(one.whenWell) of the other host: a failed check moves nothing",
      pair, at: span, and: pair.first.draft.places["priority"], note: "the other host has \(one.whenWell)",
      suggestion: "write a weight of more than \(other.whenWell - one.whenWell), or none, so that a failure is a fault")
  }
}
