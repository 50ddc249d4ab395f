import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Version 2 drops an advert of another interval (RFC 3768 section 7.1); under version 3 a backup counts in its master's.
enum PairIntervals: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first.draft, pair.second.draft)
    guard first.core.interval != second.core.interval, first.core.version == second.core.version else { return }
    let isFatal = second.core.version == .v2
    let (one, other) = (shown(first.core.interval), shown(second.core.interval))
    findings.report(
      isFatal ? .error : .warning, "pair-interval",
      "\(pair.second.name) sends an advert each \(other) s and the other host each \(one) s"
        + (isFatal
          ? ": version 2 drops adverts of another interval, so both would be master"
          : ", so how fast a failover is depends on who was master"),
      pair, at: second.places["advert_int"], and: first.places["advert_int"], note: "the other host has \(one) s",
      suggestion: "write the same advert_int on both hosts")
  }

  private static func shown(_ interval: Centiseconds) -> String { Lowering.shown(Int(interval.rawValue) * 10_000) }
}
