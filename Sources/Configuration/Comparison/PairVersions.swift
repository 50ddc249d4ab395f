import ConfigurationSyntax
import VRRPCore

/// An advert of the other version is dropped.
enum PairVersions: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first.draft, pair.second.draft)
    guard first.core.version != second.core.version else { return }
    let names: (ProtocolVersion) -> Int = { $0 == .v3 ? 3 : 2 }
    findings.report(
      .error, "pair-version",
      "\(pair.second.name) speaks version \(names(second.core.version)) and the other host version \(names(first.core.version)), so both would be master",
      pair, at: second.places["version"], and: first.places["version"],
      note: "the other host speaks version \(names(first.core.version))",
      suggestion: "write the same version on both hosts, or the same vrrp_version in global_defs")
  }
}
