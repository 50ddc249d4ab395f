import ConfigurationSyntax

/// A tracked BFD session must exist; keepalived also wants it written before its use.
enum TrackedSessionNames: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for entry in lowering.instances.flatMap(\.trackedSessions) + lowering.groups.flatMap(\.trackedSessions) {
      guard let session = lowering.session(named: entry.name.value) else {
        reportUnknown(entry, lowering)
        continue
      }
      if session.isForCheckers, !session.isForRouters {
        lowering.diagnostics.report(
          .warning, "session-of-checkers",
          "bfd_instance \(entry.name.value) is for checkers only; keepalived would not track it, martlet does",
          at: entry.name.span, notes: [("it is defined here", session.name.span)], suggestion: "write vrrp there too")
      }
      guard session.name.span.file == entry.name.span.file, session.name.span.line > entry.name.span.line else {
        continue
      }
      lowering.diagnostics.report(
        .warning, "session-after-use",
        "bfd_instance \(entry.name.value) stands after its use; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", session.name.span)],
        suggestion: "move the bfd_instance block to the front")
    }
  }

  private static func reportUnknown(_ entry: TrackEntry, _ lowering: Lowering) {
    let nearest = Spelling.nearest(to: entry.name.value, in: lowering.sessions.map(\.name.value))
    lowering.diagnostics.report(
      .error, "unknown-session", "there is no bfd_instance \(entry.name.value), so nothing would be tracked",
      at: entry.name.span,
      suggestion: nearest.map { "did you mean \($0)?" }
        ?? "write bfd_instance \(entry.name.value) { neighbor_ip ADDRESS }",
      replacement: nearest)
  }
}
