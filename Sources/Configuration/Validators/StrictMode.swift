import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// `strict_mode` and `vrrp_strict` take away what is not in the RFCs, as keepalived does, and say so.
enum StrictMode: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    draft.isStrict = draft.isStrict ?? lowering.global.isStrict
    guard draft.isStrict == true else { return }
    settleAuthentication(&draft, lowering)
    settleTrailer(&draft, lowering)
    settleState(&draft, lowering)
    settleVirtualMAC(&draft, lowering)
    settleTimers(&draft, lowering)
    settleAnnouncements(&draft, lowering)
    settleAdverts(&draft, lowering)
    settleAddresses(&draft, lowering)
    settleAcceptance(&draft, lowering)
  }

  private static func report(
    _ text: String, at span: SourceSpan?, _ draft: InstanceDraft, _ lowering: Lowering, suggestion: String? = nil
  ) {
    lowering.diagnostics.report(
      .warning, "strict-mode", "\(draft.name.value) is in strict mode: \(text)", at: span ?? draft.name.span,
      suggestion: suggestion)
  }

  private static func settleAuthentication(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let span = draft.authenticationType ?? draft.password?.span else { return }
    report(
      "it runs without authentication, which today's RFCs do not have", at: span, draft, lowering,
      suggestion: "take out the authentication block, on all hosts, or strict mode")
    draft.authenticationType = nil
    draft.password = nil
  }

  private static func settleTrailer(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let mode = draft.trailer?.mode, mode.value != .enforce else { return }
    report(
      "adverts that are not signed are refused (mode enforce)", at: mode.span, draft, lowering,
      suggestion: "write mode enforce once all hosts sign, and strict mode after that")
    draft.trailer?.mode?.value = .enforce
  }

  /// RFC 9568 section 6.4.1: the owner of the addresses starts as master, and nobody else does.
  private static func settleState(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard let state = draft.state, let priority = draft.priority else { return }
    let right: RouterState = priority.value == 255 ? .master : .backup
    guard state.value != right else { return }
    let names = right == .master ? ("BACKUP", "MASTER") : ("MASTER", "BACKUP")
    report(
      "state \(names.0) does not go with priority \(priority.value); it starts as \(names.1)", at: state.span, draft,
      lowering, suggestion: "write state \(names.1)")
    draft.state = Located(right, state.span)
  }

  private static func settleVirtualMAC(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    if draft.virtualMAC?.octets != nil {
      report("its virtual MAC address is that of RFC 9568", at: draft.virtualMAC?.span, draft, lowering)
      draft.virtualMAC?.octets = nil
    }
    if draft.virtualMAC != nil, let span = draft.sendsAdvertsBelow {
      report("adverts leave from the virtual MAC address, so vmac_xmit_base is ignored", at: span, draft, lowering)
      draft.sendsAdvertsBelow = nil
    }
  }

  private static func settleTimers(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    if let delay = draft.preemptDelay, delay.value > .zero {
      report("there is no preempt_delay", at: delay.span, draft, lowering)
      draft.preemptDelay = nil
    }
    if (draft.downTimerAdverts ?? lowering.global.downTimerAdverts) != 3 {
      report("a master is down after three adverts", at: nil, draft, lowering)
    }
    draft.downTimerAdverts = 3
  }

  private static func settleAnnouncements(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    let (own, all) = (draft.announcements, lowering.global.announcements)
    let wanted = [
      own.lowerPriorityDelay ?? all.lowerPriorityDelay, own.lowerPriorityRepeats ?? all.lowerPriorityRepeats,
    ]
    if wanted.contains(where: { $0 ?? 0 > 0 }) {
      report("addresses are not announced again over a lower master", at: nil, draft, lowering)
    }
    draft.announcements.lowerPriorityDelay = 0
    draft.announcements.lowerPriorityRepeats = 0
  }

  private static func settleAdverts(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    if draft.lowerPriorityNoAdvert == false {
      report("an advert of a lower master is not answered", at: nil, draft, lowering)
    }
    draft.lowerPriorityNoAdvert = true
    if draft.higherPrioritySendAdvert ?? lowering.global.higherPrioritySendAdvert {
      report("no advert is sent on giving way to a higher master", at: nil, draft, lowering)
    }
    draft.higherPrioritySendAdvert = false
    if let peer = draft.peers.first {
      report(
        "adverts are multicast; newer releases of keepalived refuse unicast peers", at: peer.span, draft, lowering,
        suggestion: "take strict mode out")
    }
  }

  /// RFC 9568 section 6.4.3: who does not own the addresses takes packets to them only if it is told to; version 2 knows no such
  /// telling.
  private static func settleAcceptance(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    let isOwner = draft.priority.map { $0.value == 255 } ?? (draft.state?.value == .master)
    let mayAccept = draft.settledVersion == .v3
    guard !isOwner, draft.accepts != true || !mayAccept else { return }
    lowering.diagnostics.report(
      .warning, "unreachable-addresses",
      "\(draft.name.value) is in strict mode: packets to its addresses are dropped, so nobody reaches a service there",
      at: draft.name.span,
      suggestion: "write \(mayAccept ? "" : "version 3 and ")accept, or take strict mode out")
    draft.accepts = false
  }

  private static func settleAddresses(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    if draft.mayLackAddresses {
      report("it must have a virtual_ipaddress", at: nil, draft, lowering)
      draft.mayLackAddresses = false
    }
    guard let first = draft.addresses.first, first.value.prefix.address.family == .ipv6,
      !first.value.prefix.address.isLinkLocal
    else { return }
    report(
      "the first IPv6 address must be link-local (RFC 9568 section 5.2.9)", at: first.span, draft, lowering,
      suggestion: "write fe80::… first")
  }
}
