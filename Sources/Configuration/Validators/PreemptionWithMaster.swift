import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// `nopreempt`, what needs it, and `preempt_delay` are for routers that start as BACKUP.
enum PreemptionWithMaster: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    let isMaster = draft.initialState == .master
    if let span = draft.places["nopreempt"], draft.isOwner || isMaster {
      lowering.diagnostics.report(
        .warning, "nopreempt-with-master",
        "\(draft.name.value): nopreempt does not go with \(draft.isOwner ? "priority 255" : "state MASTER"); it does preempt",
        at: span, notes: notes(draft),
        suggestion: draft.isOwner ? "take nopreempt out" : "write state BACKUP on all hosts, so that nopreempt holds")
      draft.core.preempt = true
    }
    checkSuccessor(&draft, lowering)
    guard draft.core.preemptDelay > .zero, isMaster || !draft.core.preempt else { return }
    lowering.diagnostics.report(
      .warning, "preempt-delay-with-master",
      "\(draft.name.value): preempt_delay does not go with \(isMaster ? "state MASTER" : "nopreempt"); there is no delay",
      at: draft.places["preempt_delay"], notes: isMaster ? notes(draft) : [],
      suggestion: isMaster ? "write state BACKUP on all hosts" : nil)
    draft.core.preemptDelay = .zero
  }

  /// Who takes over from a living master anyway has nothing to stand back for.
  private static func checkSuccessor(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.core.successorPriority != nil, draft.core.preempt else { return }
    lowering.diagnostics.report(
      .warning, "timer-expired-with-preemption",
      "\(draft.name.value): timer_expired_backup has no effect on a router that preempts",
      at: draft.places["timer_expired_backup"],
      suggestion: "write nopreempt and state BACKUP on all hosts")
    draft.core.successorPriority = nil
  }

  private static func notes(_ draft: InstanceReading) -> [(String, SourceSpan?)] {
    draft.statePlace.map { [("the state is set here", $0)] } ?? []
  }
}
