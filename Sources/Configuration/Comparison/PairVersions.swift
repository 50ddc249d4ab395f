import ConfigurationSyntax
import VRRPCore

/// An advert of the other version is dropped.
enum PairVersions: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first.draft, pair.second.draft)
    guard first.settledVersion != second.settledVersion else { return }
    let names: (ProtocolVersion) -> Int = { $0 == .v3 ? 3 : 2 }
    findings.report(
      .error, "pair-version",
      "\(pair.second.name) speaks version \(names(second.settledVersion)) and the other host version \(names(first.settledVersion)), so both would be master",
      pair, at: second.version?.span, and: first.version?.span,
      note: "the other host speaks version \(names(first.settledVersion))",
      suggestion: "write the same version on both hosts, or the same vrrp_version in global_defs")
  }
}
