import ConfigurationSyntax

/// Hosts of one number hear each other; of two, both are master and hold the address.
enum PairNumbers: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first.draft, pair.second.draft)
    guard let one = first.number, let other = second.number, one.value != other.value else { return }
    findings.report(
      .error, "pair-virtual-router-id",
      "\(pair.second.name) serves an address of \(pair.first.name) with virtual_router_id \(other.value) instead of \(one.value), so both hosts would be master",
      pair, at: other.span, and: one.span, note: "the other host has \(one.value)",
      suggestion: "write the same virtual_router_id on both hosts")
  }
}
