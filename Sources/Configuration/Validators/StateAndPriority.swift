import ConfigurationSyntax
import VRRPCore

/// State and priority each give the other its default: MASTER means 255, and 255 means MASTER.
enum StateAndPriority: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    let isMaster = draft.initialState == .master
    if isMaster, draft.places["priority"] == nil {
      draft.core.priority = .owner
      lowering.diagnostics.report(
        .warning, "master-without-priority",
        "\(draft.name.value) has state MASTER and no priority, so it gets 255, that of the addresses' owner",
        at: draft.places["state"],
        suggestion: "write priority NUMBER, from 1 to 254 and highest on the host that shall be master")
    }
    if draft.isOwner, draft.places["state"] == nil { draft.initialState = .master }
  }
}
