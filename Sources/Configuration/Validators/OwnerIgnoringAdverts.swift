import ConfigurationSyntax
import VRRPCore

/// Only the owner of the addresses may turn a deaf ear to other masters.
enum OwnerIgnoringAdverts: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let place = draft.places["owner_ignore_adverts"], draft.core.ownerIgnoresAdverts != draft.isOwner else {
      return
    }
    let name = draft.name.value
    guard draft.isOwner else {
      lowering.diagnostics.report(
        .warning, "owner-ignore-adverts",
        "\(name) has priority \(draft.core.priority), and only one of priority 255 can ignore adverts; it hears them",
        at: place, suggestion: "take owner_ignore_adverts out")
      draft.core.ownerIgnoresAdverts = false
      return
    }
    lowering.diagnostics.report(
      .warning, "owner-ignore-adverts",
      "\(name) has priority 255 and hears the adverts of another of priority 255; keepalived since 2.3.3 ignores them all the same",
      at: place, suggestion: "write owner_ignore_adverts to ignore them here too")
  }
}
