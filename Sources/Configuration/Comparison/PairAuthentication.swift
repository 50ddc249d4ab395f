import ConfigurationSyntax
import VRRPCore

/// An advert that is authenticated in another way, or with another password, is dropped.
enum PairAuthentication: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (first, second) = (pair.first.draft, pair.second.draft)
    // Where the versions differ, that is what keeps the hosts apart.
    guard first.core.version == second.core.version else { return }
    let difference: String
    switch (first.notes.authentication.password, second.notes.authentication.password) {
    case (nil, nil): return
    case (nil, _): difference = "authenticates its adverts, and the other host does not"
    case (_, nil): difference = "does not authenticate its adverts, as the other host does"
    case (let one?, let other?):
      if first.notes.authentication.usesHeader != second.notes.authentication.usesHeader {
        difference = "has another auth_type than the other host"
      } else if one != other {
        difference = "has another auth_pass than the other host"
      } else {
        return
      }
    }
    findings.report(
      .error, "pair-authentication", "\(pair.second.name) \(difference), so both would be master", pair,
      at: second.passwordPlace, and: first.passwordPlace,
      note: first.notes.authentication.password == nil
        ? "the other host has no authentication" : "the other host's is here",
      suggestion: "write the same authentication block on both hosts")
  }
}
