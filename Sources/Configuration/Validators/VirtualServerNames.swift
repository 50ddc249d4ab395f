import ConfigurationSyntax

/// What LVS blocks name must exist, although the blocks themselves are left alone.
enum VirtualServerNames: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    check(
      lowering.serverGroupUses, "virtual_server_group", known: lowering.serverGroups, "the virtual_server is left out",
      lowering)
    check(
      lowering.checkedFiles, "track_file", known: Set(lowering.trackedFiles.readings.map(\.name.value)),
      "the checker is left out",
      lowering)
    check(
      lowering.checkedSessions, "bfd_instance", known: Set(lowering.sessions.readings.map(\.name.value)),
      "the checker is left out", lowering)
    if let instance = lowering.syncDaemonInstance {
      check(
        [instance], "vrrp_instance", known: Set(lowering.instances.map(\.name.value)), "there is no sync daemon",
        lowering)
    }
  }

  private static func check(
    _ uses: [Located<String>], _ kind: String, known: Set<String>, _ result: String, _ lowering: Lowering
  ) {
    for use in uses where !known.contains(use.value) {
      let nearest = lowering.diagnostics.nearest(to: use.value, in: known.sorted())
      lowering.diagnostics.report(
        .warning, "unknown-name", "there is no \(kind) \(use.value); \(result)", at: use.span,
        suggestion: nearest.map { "did you mean \($0)?" }, replacement: Spelling.sure(nearest, for: use.value))
    }
  }
}
