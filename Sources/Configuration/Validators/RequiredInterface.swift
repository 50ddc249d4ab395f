import ConfigurationSyntax

/// A router needs an interface to send its adverts on.
enum RequiredInterface: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    // What is wrong with a line that is there has been reported.
    guard draft.places.line(of: "interface") == nil, !draft.isPlacedBySource else { return }
    lowering.diagnostics.report(
      .error, "missing-interface", "\(draft.name.value) has no valid interface", at: draft.name.span,
      suggestion: "write interface NAME, the interface that the other hosts are reached by"
        + (draft.unicastPeers.isEmpty ? "" : ", or unicast_src_ip ADDRESS, an address of this host's"))
  }
}
