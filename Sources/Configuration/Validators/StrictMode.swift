import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// `strict_mode` and `vrrp_strict` take away what is not in the RFCs, as keepalived does, and say so.
enum StrictMode: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    draft.notes.isStrict = draft.notes.isStrict ?? lowering.global.notes.isStrict
    guard draft.notes.isStrict == true else { return }
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
    _ text: String, at span: SourceSpan?, _ draft: InstanceReading, _ lowering: Lowering, suggestion: String? = nil
  ) {
    lowering.diagnostics.report(
      .warning, "strict-mode", "\(draft.name.value) is in strict mode: \(text)", at: span ?? draft.name.span,
      suggestion: suggestion)
  }

  private static func settleAuthentication(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let span = draft.authenticationPlace else { return }
    report(
      "it runs without authentication, which today's RFCs do not have", at: span, draft, lowering,
      suggestion: "take out the authentication block, on all hosts, or strict mode")
    draft.places["auth_type"] = nil
    draft.notes.authentication.password = nil
  }

  private static func settleTrailer(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let trailer = draft.notes.trailer, trailer.mode != .enforce else { return }
    report(
      "adverts that are not signed are refused (mode enforce)", at: trailer.places["mode"], draft, lowering,
      suggestion: "write mode enforce once all hosts sign, and strict mode after that")
    draft.notes.trailer?.mode = .enforce
  }

  /// RFC 9568 section 6.4.1: the owner of the addresses starts as master, and nobody else does.
  private static func settleState(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let place = draft.places["state"], draft.places["priority"] != nil else { return }
    let right: RouterState = draft.isOwner ? .master : .backup
    guard draft.initialState != right else { return }
    let names = right == .master ? ("BACKUP", "MASTER") : ("MASTER", "BACKUP")
    report(
      "state \(names.0) does not go with priority \(draft.core.priority); it starts as \(names.1)", at: place, draft,
      lowering, suggestion: "write state \(names.1)")
    draft.initialState = right
  }

  private static func settleVirtualMAC(_ draft: inout InstanceReading, _ lowering: Lowering) {
    if draft.notes.virtualMAC?.octets != nil {
      report("its virtual MAC address is that of RFC 9568", at: draft.notes.virtualMAC?.span, draft, lowering)
      draft.notes.virtualMAC?.octets = nil
    }
    if draft.notes.virtualMAC != nil, let span = draft.places["vmac_xmit_base"] {
      report("adverts leave from the virtual MAC address, so vmac_xmit_base is ignored", at: span, draft, lowering)
      draft.places["vmac_xmit_base"] = nil
    }
  }

  private static func settleTimers(_ draft: inout InstanceReading, _ lowering: Lowering) {
    if draft.core.preemptDelay > .zero {
      report("there is no preempt_delay", at: draft.places["preempt_delay"], draft, lowering)
      draft.core.preemptDelay = .zero
    }
    if draft.core.downTimerAdverts != 3 {
      report("a master is down after three adverts", at: nil, draft, lowering)
    }
    draft.core.downTimerAdverts = 3
  }

  private static func settleAnnouncements(_ draft: inout InstanceReading, _ lowering: Lowering) {
    func isWritten(_ keyword: String) -> Bool {
      draft.places[keyword] != nil || lowering.global.places["vrrp_\(keyword)"] != nil
    }
    let schedule = draft.core.announcements
    if isWritten("garp_lower_prio_delay") && schedule.lowerPriorityDelay != nil
      || isWritten("garp_lower_prio_repeat") && schedule.lowerPriorityRepeats > 0
    {
      report("addresses are not announced again over a lower master", at: nil, draft, lowering)
    }
    draft.core.announcements.lowerPriorityDelay = nil
    draft.core.announcements.lowerPriorityRepeats = 0
  }

  private static func settleAdverts(_ draft: inout InstanceReading, _ lowering: Lowering) {
    if draft.places["lower_prio_no_advert"] != nil, !draft.core.lowerPriorityNoAdvert {
      report("an advert of a lower master is not answered", at: nil, draft, lowering)
    }
    draft.core.lowerPriorityNoAdvert = true
    if draft.core.higherPrioritySendAdvert {
      report("no advert is sent on giving way to a higher master", at: nil, draft, lowering)
    }
    draft.core.higherPrioritySendAdvert = false
    if let peer = draft.notes.peerPlaces.first {
      report(
        "adverts are multicast; newer releases of keepalived refuse unicast peers", at: peer, draft, lowering,
        suggestion: "take strict mode out")
    }
  }

  /// RFC 9568 section 6.4.3: who does not own the addresses takes packets to them only if it is told to; version 2 knows no such
  /// telling.
  private static func settleAcceptance(_ draft: inout InstanceReading, _ lowering: Lowering) {
    let isOwner = draft.places["priority"] == nil ? draft.initialState == .master : draft.isOwner
    let mayAccept = draft.core.version == .v3
    let isAsked = draft.places["accept"] != nil && draft.accepts
    guard !isOwner, !isAsked || !mayAccept else { return }
    lowering.diagnostics.report(
      .warning, "unreachable-addresses",
      "\(draft.name.value) is in strict mode: packets to its addresses are dropped, so nobody reaches a service there",
      at: draft.name.span,
      suggestion: "write \(mayAccept ? "" : "version 3 and ")accept, or take strict mode out")
    draft.accepts = false
  }

  private static func settleAddresses(_ draft: inout InstanceReading, _ lowering: Lowering) {
    if draft.places["no_virtual_ipaddress"] != nil {
      report("it must have a virtual_ipaddress", at: nil, draft, lowering)
      draft.places["no_virtual_ipaddress"] = nil
    }
    guard let first = draft.notes.addresses.first, first.value.prefix.address.family == .ipv6,
      !first.value.prefix.address.isLinkLocal
    else { return }
    report(
      "the first IPv6 address must be link-local (RFC 9568 section 5.2.9)", at: first.span, draft, lowering,
      suggestion: "write fe80::… first")
  }
}
