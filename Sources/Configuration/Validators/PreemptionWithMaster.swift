import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// `nopreempt`, what needs it, and `preempt_delay` are for routers that start as BACKUP.
enum PreemptionWithMaster: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    let isMaster = draft.state?.value == .master
    if let span = draft.nopreempt, draft.isOwner || isMaster {
      lowering.diagnostics.report(
        .warning, "nopreempt-with-master",
        "\(draft.name.value): nopreempt does not go with \(draft.isOwner ? "priority 255" : "state MASTER"); it does preempt",
        at: span, notes: notes(draft),
        suggestion: draft.isOwner ? "take nopreempt out" : "write state BACKUP on all hosts, so that nopreempt holds")
      draft.nopreempt = nil
    }
    checkSuccessor(&draft, lowering)
    guard let delay = draft.preemptDelay, delay.value > .zero, isMaster || draft.nopreempt != nil else { return }
    lowering.diagnostics.report(
      .warning, "preempt-delay-with-master",
      "\(draft.name.value): preempt_delay does not go with \(isMaster ? "state MASTER" : "nopreempt"); there is no delay",
      at: delay.span, notes: isMaster ? notes(draft) : [],
      suggestion: isMaster ? "write state BACKUP on all hosts" : nil)
    draft.preemptDelay = nil
  }

  /// Who takes over from a living master anyway has nothing to stand back for.
  private static func checkSuccessor(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let successor = draft.successorPriority, draft.nopreempt == nil else { return }
    lowering.diagnostics.report(
      .warning, "timer-expired-with-preemption",
      "\(draft.name.value): timer_expired_backup has no effect on a router that preempts", at: successor.span,
      suggestion: "write nopreempt and state BACKUP on all hosts")
    draft.successorPriority = nil
  }

  private static func notes(_ draft: InstanceDraft) -> [(String, SourceSpan?)] {
    draft.state.map { [("the state is set here", $0.span)] } ?? []
  }
}
