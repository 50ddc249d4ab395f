import ConfigurationSyntax
import VRRPCore

/// State and priority each give the other its default: MASTER means 255, and 255 means MASTER.
enum StateAndPriority: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    let isMaster = draft.state?.value == .master
    draft.settledPriority = draft.priority?.value ?? (isMaster ? 255 : 100)
    if isMaster, draft.priority == nil, let state = draft.state {
      lowering.diagnostics.report(
        .warning, "master-without-priority",
        "\(draft.name.value) has state MASTER and no priority, so it gets 255, that of the addresses' owner",
        at: state.span, suggestion: "write priority NUMBER, from 1 to 254 and highest on the host that shall be master")
    }
    if draft.settledPriority == 255, draft.state == nil { draft.state = Located(.master, draft.name.span) }
  }
}
