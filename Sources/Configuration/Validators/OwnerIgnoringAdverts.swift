import ConfigurationSyntax

/// Only the owner of the addresses may turn a deaf ear to other masters.
enum OwnerIgnoringAdverts: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let ignores = draft.ownerIgnoresAdverts, ignores.value != draft.isOwner else { return }
    let name = draft.name.value
    guard draft.isOwner else {
      lowering.diagnostics.report(
        .warning, "owner-ignore-adverts",
        "\(name) has priority \(draft.settledPriority), and only one of priority 255 can ignore adverts; it hears them",
        at: ignores.span, suggestion: "take owner_ignore_adverts out")
      draft.ownerIgnoresAdverts?.value = false
      return
    }
    lowering.diagnostics.report(
      .warning, "owner-ignore-adverts",
      "\(name) has priority 255 and hears the adverts of another of priority 255; keepalived since 2.3.3 ignores them all the same",
      at: ignores.span, suggestion: "write owner_ignore_adverts to ignore them here too")
  }
}
