import ConfigurationSyntax

/// The own interface is tracked anyway.
enum TrackedOwnInterface: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let own = draft.ownInterface?.value else { return }
    draft.notes.tracked.list.removeAll { entry in
      guard entry.kind == .interface, entry.name.value == own else { return false }
      lowering.diagnostics.report(
        .warning, "tracked-own-interface",
        "\(own) is the router's own interface and tracked anyway; the line is ignored",
        at: entry.name.span, suggestion: "take the line out", changes: [.removeLine(entry.name.span)])
      return true
    }
  }
}
