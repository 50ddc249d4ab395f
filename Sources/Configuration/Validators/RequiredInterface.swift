import ConfigurationSyntax

/// A router needs an interface to send its adverts on.
enum RequiredInterface: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    // What is wrong with a line that is there has been reported.
    guard draft.places.line(of: "interface") == nil else { return }
    let source = draft.unicastPeers.isEmpty ? nil : draft.sourceAddress
    lowering.diagnostics.report(
      .error, "missing-interface", "\(draft.name.value) has no valid interface", at: draft.name.span,
      suggestion: "write interface NAME, the interface that "
        + (source.map { "has \($0); only keepalived from 2.2.8 on does without" } ?? "the other hosts are reached by"))
  }
}
