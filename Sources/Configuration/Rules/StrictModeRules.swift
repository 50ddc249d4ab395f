import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for what strict mode removes.
  static let strictMode: [Rule] = [
    Rule(
      "strict-mode", .meaning, .warning, "Strict mode takes away what the RFCs do not have",
      "Authentication, a delay before preempting, a state that does not follow from the priority and more have no effect under vrrp_strict or strict_mode, as in keepalived.",
      .instance("strict_mode\npreempt_delay 9", "preempt_delay 9"),
      remedy: "take the line out, or take strict mode out on all hosts"),
    Rule(
      "unreachable-addresses", .meaning, .warning, "Strict mode makes the addresses unreachable",
      "RFC 9568 lets only the addresses' owner take packets to them, so under vrrp_strict nobody reaches a service there, not even by ping. Version 3 has accept to allow it; with version 2 strict mode has to go.",
      .instance("strict_mode\nversion 3", "strict_mode\nversion 3\naccept")),
  ]
}

extension Lowering {
  /// Removes what is not in the RFCs under `strict_mode` or `vrrp_strict`, as keepalived does, and reports it.
  func applyStrictMode(to router: inout InstanceReading) {
    router.notes.isStrict = router.notes.isStrict ?? global.notes.isStrict
    guard router.notes.isStrict == true else { return }
    dropAuthentication(of: &router)
    enforceSignatures(of: &router)
    deriveState(of: &router)
    restoreVirtualMAC(of: &router)
    restoreTimers(of: &router)
    dropRepeatedAnnouncements(of: &router)
    restoreAnswers(of: &router)
    checkStrictAddresses(of: &router)
    refusePackets(of: &router)
  }

  private func report(
    _ text: String, at span: SourceSpan?, _ router: InstanceReading, suggestion: String? = nil
  ) {
    diagnostics.report(
      .warning, "strict-mode", "\(router.name.value) is in strict mode: \(text)", at: span ?? router.name.span,
      suggestion: suggestion)
  }

  private func dropAuthentication(of router: inout InstanceReading) {
    guard let span = router.authenticationPlace else { return }
    report(
      "it runs without authentication, which today's RFCs do not have", at: span, router,
      suggestion: "take out the authentication block, on all hosts, or strict mode")
    router.places["auth_type"] = nil
    router.notes.authentication.password = nil
  }

  private func enforceSignatures(of router: inout InstanceReading) {
    guard let trailer = router.notes.trailer, trailer.mode != .enforce else { return }
    report(
      "adverts that are not signed are refused (mode enforce)", at: trailer.places["mode"], router,
      suggestion: "write mode enforce once all hosts sign, and strict mode after that")
    router.notes.trailer?.mode = .enforce
  }

  /// Derives the initial state: the owner of the addresses starts as master, and nobody else does (RFC 9568 section 6.4.1).
  private func deriveState(of router: inout InstanceReading) {
    guard let place = router.places["state"], router.places["priority"] != nil else { return }
    let right: RouterState = router.isOwner ? .master : .backup
    guard router.initialState != right else { return }
    let names = right == .master ? ("BACKUP", "MASTER") : ("MASTER", "BACKUP")
    report(
      "state \(names.0) does not go with priority \(router.core.priority); it starts as \(names.1)", at: place, router,
      suggestion: "write state \(names.1)")
    router.initialState = right
  }

  private func restoreVirtualMAC(of router: inout InstanceReading) {
    guard let virtual = router.notes.virtualMAC else { return }
    if virtual.octets != nil {
      report("its virtual MAC address is that of RFC 9568", at: virtual.span, router)
      router.notes.virtualMAC?.octets = nil
    }
    if let span = router.places["vmac_xmit_base"] {
      report("adverts leave from the virtual MAC address, so vmac_xmit_base is ignored", at: span, router)
      router.places["vmac_xmit_base"] = nil
    }
  }

  private func restoreTimers(of router: inout InstanceReading) {
    if router.core.preemptDelay > .zero {
      report("there is no preempt_delay", at: router.places["preempt_delay"], router)
      router.core.preemptDelay = .zero
    }
    if router.core.downTimerAdverts != 3 { report("a master is down after three adverts", at: nil, router) }
    router.core.downTimerAdverts = 3
  }

  private func dropRepeatedAnnouncements(of router: inout InstanceReading) {
    func isWritten(_ keyword: String) -> Bool {
      router.places[keyword] != nil || global.places["vrrp_\(keyword)"] != nil
    }
    let schedule = router.core.announcements
    if isWritten("garp_lower_prio_delay") && schedule.lowerPriorityDelay != nil
      || isWritten("garp_lower_prio_repeat") && schedule.lowerPriorityRepeats > 0
    {
      report("addresses are not announced again over a lower master", at: nil, router)
    }
    router.core.announcements.lowerPriorityDelay = nil
    router.core.announcements.lowerPriorityRepeats = 0
  }

  private func restoreAnswers(of router: inout InstanceReading) {
    if router.places["lower_prio_no_advert"] != nil, !router.core.lowerPriorityNoAdvert {
      report("an advert of a lower master is not answered", at: nil, router)
    }
    router.core.lowerPriorityNoAdvert = true
    if router.core.higherPrioritySendAdvert {
      report("no advert is sent on giving way to a higher master", at: nil, router)
    }
    router.core.higherPrioritySendAdvert = false
    if let peer = router.notes.peerPlaces.first {
      report(
        "adverts are multicast; newer releases of keepalived refuse unicast peers", at: peer, router,
        suggestion: "take strict mode out")
    }
  }

  private func checkStrictAddresses(of router: inout InstanceReading) {
    if router.places["no_virtual_ipaddress"] != nil {
      report("it must have a virtual_ipaddress", at: nil, router)
      router.places["no_virtual_ipaddress"] = nil
    }
    guard let first = router.notes.addresses.first, first.value.prefix.address.family == .ipv6,
      !first.value.prefix.address.isLinkLocal
    else { return }
    report(
      "the first IPv6 address must be link-local (RFC 9568 section 5.2.9)", at: first.span, router,
      suggestion: "write fe80::… first")
  }

  /// Drops packets to the addresses unless the router owns them, or is told to accept them under version 3 (RFC 9568 section 6.4.3).
  private func refusePackets(of router: inout InstanceReading) {
    let isOwner = router.places["priority"] == nil ? router.initialState == .master : router.isOwner
    let mayAccept = router.core.version == .v3
    let isAsked = router.places["accept"] != nil && router.accepts
    guard !isOwner, !isAsked || !mayAccept else { return }
    diagnostics.report(
      .warning, "unreachable-addresses",
      "\(router.name.value) is in strict mode: packets to its addresses are dropped, so nobody reaches a service there",
      at: router.name.span, suggestion: "write \(mayAccept ? "" : "version 3 and ")accept, or take strict mode out")
    router.accepts = false
  }
}
