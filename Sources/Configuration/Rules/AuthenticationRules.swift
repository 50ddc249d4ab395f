import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

extension Rule {
  /// Rules for `authentication`.
  static let authentication: [Rule] = [
    Rule(
      "unknown-authentication", .meaning, .warning, "auth_type is neither PASS nor AH",
      "keepalived runs without authentication. The words are written in capitals.",
      .instance(
        "authentication {\n  auth_type pass\n  auth_pass x\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}")),
    Rule(
      "authentication-version", .meaning, .warning, "A router of version 3 has an authentication block",
      "Version 3 has no authentication (RFC 9568 section 8); the router runs without, as with keepalived.",
      .instance("version 3\nauthentication {\n  auth_type PASS\n  auth_pass x\n}", "version 3"),
      remedy: "take the authentication block out"),
    Rule(
      "authentication-without-password", .meaning, .warning, "An authentication block has no auth_pass",
      "The router runs without authentication.",
      .instance("authentication {\n  auth_type PASS\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}"),
      remedy: "write auth_pass PASSWORD, the same on all hosts"),
    Rule(
      "authentication-without-type", .meaning, .warning, "An authentication block has no auth_type",
      "The router runs without authentication.",
      .instance("authentication {\n  auth_pass x\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}"),
      remedy: "write auth_type PASS or auth_type AH"),
    Rule(
      "password-too-long", .meaning, .warning, "A password has more than 8 bytes",
      "The protocol has room for 8, and keepalived and martlet use the first 8. Longer ones that begin alike are the same password.",
      .instance(
        "authentication {\n  auth_type PASS\n  auth_pass averylongsecret\n}",
        "authentication {\n  auth_type PASS\n  auth_pass averylon\n}")),
    Rule(
      "comment-in-password", .meaning, .warning, "A comment begins inside a password",
      "The password ends before the # or !, and keepalived says nothing. Put it in double quotes, on all hosts at once.",
      .instance(
        "authentication {\n  auth_type PASS\n  auth_pass ab#cd\n}",
        "authentication {\n  auth_type PASS\n  auth_pass \"ab#cd\"\n}")),
    Rule(
      "header-with-master", .meaning, .warning, "state MASTER stands beside auth_type AH",
      "A host that signs must first hear what number the others have come to, so it starts as BACKUP.",
      .instance(
        "state MASTER\npriority 150\nauthentication {\n  auth_type AH\n  auth_pass x\n}",
        "state BACKUP\npriority 150\nauthentication {\n  auth_type AH\n  auth_pass x\n}"),
      remedy: "write state BACKUP on all hosts"),
    Rule(
      "heartbeat-with-header", .meaning, .error, "heartbeat_interface stands beside auth_type AH",
      "Adverts on further links cannot be signed yet, and unsigned ones are not sent.",
      .instance(
        "heartbeat_interface {\n  eth1\n}\nauthentication {\n  auth_type AH\n  auth_pass x\n}",
        "heartbeat_interface {\n  eth1\n}\nauthentication {\n  auth_type PASS\n  auth_pass x\n}"),
      remedy: "take heartbeat_interface out, or write auth_type PASS on all hosts"),
  ]
}

extension Lowering {
  /// Drops authentication that cannot work: only version 2 has it, and it needs a type and a password.
  ///
  /// A host that signs must first hear the sequence number of the others, so it starts as BACKUP.
  func checkAuthentication(of router: inout InstanceReading) {
    guard let span = router.authenticationPlace else { return }
    let name = router.name.value
    if router.notes.authentication.isUnknown {
      router.notes.authentication.password = nil
    } else if router.core.version == .v3 {
      diagnostics.report(
        .warning, "authentication-version", "\(name) speaks version 3, which has no authentication; it runs without",
        at: span)
      router.notes.authentication.password = nil
    } else if router.notes.authentication.password == nil, router.notes.authentication.saysPassword {
      // The fault in the line has been reported.
      return
    } else if router.notes.authentication.password?.isEmpty ?? true {
      diagnostics.report(
        .warning, "authentication-without-password", "\(name) has no auth_pass and runs without authentication",
        at: span)
      router.notes.authentication.password = nil
    } else if router.places["auth_type"] == nil {
      diagnostics.report(
        .warning, "authentication-without-type", "\(name) has no auth_type and runs without authentication", at: span)
      router.notes.authentication.password = nil
    } else if router.notes.authentication.usesHeader, router.initialState == .master, !router.isOwner {
      diagnostics.report(
        .warning, "header-with-master", "\(name): state MASTER does not go with auth_type AH; it starts as BACKUP",
        at: router.statePlace, notes: [("AH is asked for here", span)])
      router.initialState = .backup
    }
  }

  /// Reports further links that cannot carry signed adverts: an unsigned advert on them is not sent.
  func checkFurtherLinks(of router: InstanceReading) {
    guard router.notes.authentication.usesHeader, router.notes.authentication.password != nil,
      let link = router.notes.heartbeatPlaces.first
    else { return }
    diagnostics.report(
      .error, "heartbeat-with-header", "heartbeat_interface does not go with auth_type AH yet", at: link,
      notes: [("AH is asked for here", router.places["auth_type"])])
  }
}
