import ConfigurationSyntax

/// A BFD session that only checkers are to see is nothing keepalived would track.
enum SessionsOfCheckers: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for entry in lowering.instances.flatMap(\.notes.tracked.list) + lowering.groups.flatMap(\.notes.tracked.list)
    where entry.kind == .bfd {
      guard let session = lowering.sessions.find(entry.name.value), session.places["checker"] != nil,
        session.places["vrrp"] == nil
      else {
        continue
      }
      lowering.diagnostics.report(
        .warning, "session-of-checkers",
        "bfd_instance \(entry.name.value) is for checkers only; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", session.name.span)], suggestion: "write vrrp there too")
    }
  }
}
