import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Lowering {
  /// What the keywords of `vrrp_instance` do.
  static var instanceActions: [KeywordAction<InstanceDraft>] {
    [
      .custom("state") { $2.readState($1, into: &$0) },
      .custom("interface") { $2.readInterface($1, into: &$0) },
      .custom("virtual_router_id") { draft, statement, lowering in
        draft.saysVirtualRouterID = true
        let bad: BadValue = draft.virtualRouterID == nil ? .error : .ignored
        draft.virtualRouterID = lowering.integer(statement, bad: bad) ?? draft.virtualRouterID
      },
      .custom("priority") { draft, statement, lowering in
        // keepalived takes 100 for what it cannot use, whatever stood before.
        guard let word = statement.arguments.first else { return }
        draft.priority = lowering.integer(statement, bad: .decisive("100")) ?? Located(100, word.span)
      },
      .custom("version") { $2.readVersion($1, into: &$0) },
      .custom("advert_int") { $0.interval = $2.millionths($1, bad: .decisive()) ?? $0.interval },
      .custom("native_ipv6") { draft, statement, lowering in
        draft.nativeIPv6 = lowering.settle(.ipv6, at: statement.span, in: &draft, by: "native_ipv6")
      },
      .custom("authentication") { $2.readAuthentication($1, into: &$0) },
      .custom("auth_hmac") { $2.readTrailer($1, into: &$0) },
      .custom("virtual_ipaddress") { $2.readAddresses($1, into: &$0, excluded: false) },
      .custom("virtual_ipaddress_excluded") { $2.readAddresses($1, into: &$0, excluded: true) },
      .custom("virtual_routes") { $0.routes += $2.routes($1) },
      .custom("virtual_rules") { $0.rules += $2.rules($1) },
      .flag("no_virtual_ipaddress", \.mayLackAddresses),
      .custom("mcast_src_ip") { $2.readSource($1, into: &$0) },
      .custom("unicast_src_ip") { draft, statement, lowering in
        draft.unicastKeyword = statement.span
        lowering.readSource(statement, into: &draft)
      },
      .custom("mcast_dst_ip") { $2.readMulticastGroup($1, into: &$0) },
      .custom("unicast_peer") { $2.readPeers($1, into: &$0) },
      .custom("check_unicast_src") { draft, statement, lowering in
        draft.unicastKeyword = statement.span
        draft.checksUnicastSource = lowering.readCheckOfSource(statement)
      },
      .custom("unicast_fault_no_peer") { draft, statement, _ in draft.faultsWithoutPeers = statement.span },
      .integer("unicast_ttl", \.unicastTTL),
      .boolean("strict_mode", \.isStrict),
      .custom("nopreempt") { draft, statement, _ in draft.nopreempt = statement.span },
      .custom("preempt") { draft, _, _ in draft.nopreempt = nil },
      .duration("preempt_delay", \.preemptDelay, bad: .decisive()),
      .custom("timer_expired_backup") { $2.readSuccessor($1, into: &$0) },
      .custom("thread_timer_expired") { $2.readSuccessor($1, into: &$0) },
      .integer("down_timer_adverts", \.downTimerAdverts, bad: .decisive()),
      .boolean("lower_prio_no_advert", \.lowerPriorityNoAdvert),
      .boolean("higher_prio_send_advert", \.higherPrioritySendAdvert),
      .boolean("v3_checksum_as_v2", \.checksumWithoutPseudoHeader),
      .custom("old_unicast_checksum") { $2.readOldChecksum($1, into: &$0) },
      .custom("skip_check_adv_addr") { $2.readSkipCheck($1, into: &$0) },
      .flag("dont_track_primary", \.ignoresInterfaceFaults),
      .custom("use_vmac") { $2.readVirtualMAC($1, into: &$0) },
      .flag("use_vmac_addr", \.putsAddressesOnVirtualMACs),
      .custom("vmac_xmit_base") { draft, statement, _ in draft.sendsAdvertsBelow = statement.span },
      .custom("heartbeat_interface") { $2.readHeartbeats($1, into: &$0) },
      .custom("promote_secondaries") { draft, statement, _ in draft.promotesSecondaries = statement.span },
      .custom("owner_ignore_adverts") { draft, statement, lowering in
        if let value = lowering.boolean(statement) { draft.ownerIgnoresAdverts = Located(value, statement.span) }
      },
      .custom("vrf") { $2.readRoutingDomain($1, into: &$0) },
      .custom("use_ipvlan") { $2.readIPVLAN($1, into: &$0) },
      .custom("garp_extra_if") { $0.announcements.extraRefresh = $2.extraRefresh($1, atLeast: 0) },
      .custom("vmac_garp_intvl") { $0.announcements.extraRefresh = $2.extraRefresh($1, atLeast: 0) },
      .custom("accept") { draft, _, _ in draft.accepts = true },
      .custom("no_accept") { draft, _, _ in draft.accepts = false },
      .tracking(.script, \.tracked),
      .tracking(.interface, \.tracked),
      .tracking(.bfd, \.tracked),
      .tracking(.file, \.tracked),
      .tracking(.process, \.tracked),
      .tracking(.probe, \.tracked),
      .integer("garp_master_delay", \.announcements.delay),
      .atLeastOne("garp_master_repeat", \.announcements.repeats),
      .integer("garp_master_refresh", \.announcements.refresh),
      .atLeastOne("garp_master_refresh_repeat", \.announcements.refreshRepeats),
      .integer("garp_lower_prio_delay", \.announcements.lowerPriorityDelay),
      .integer("garp_lower_prio_repeat", \.announcements.lowerPriorityRepeats),
      .command("notify", \.notify.any),
      .command("notify_master", \.notify.master),
      .command("notify_backup", \.notify.backup),
      .command("notify_fault", \.notify.fault),
      .command("notify_stop", \.notify.stop),
      .custom("notify_deleted") { draft, statement, lowering in
        draft.notify.reportsDeletion = true
        guard draft.notify.deleted == nil else {
          lowering.reportSecondCommand(statement)
          return
        }
        guard let command = lowering.command(statement) else { return }
        lowering.record("notify_deleted", command, user: statement.arguments.dropFirst().first?.span)
        draft.notify.deleted = command.value
      },
      .command("notify_master_rx_lower_pri", \.notify.masterHeardLowerPriority),
      .boolean("notify_priority_changes", \.notifiesPriorityChanges),
    ]
  }

  /// What the keywords of `authentication` do.
  static var authenticationActions: [KeywordAction<InstanceDraft>] {
    [
      .custom("auth_type") { $2.readAuthenticationType($1, into: &$0) },
      .custom("auth_pass") { $2.readPassword($1, into: &$0) },
    ]
  }

  private func readState(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let word = statement.arguments.first else { return }
    let state: RouterState
    switch word.text {
    case "MASTER":
      state = .master
      if let earlier = draft.state, earlier.value == .backup {
        diagnostics.report(
          .warning, "state-twice",
          "\(draft.name.value) has state BACKUP already; \(Self.whatCounts(of: statement, after: false))",
          at: word.span,
          notes: [("BACKUP is written here", earlier.span)], suggestion: "take one of the two lines out")
      }
    case "BACKUP":
      if let earlier = draft.state, earlier.value == .master {
        diagnostics.report(
          .warning, "state-twice", "\(draft.name.value) has state MASTER already and keeps it", at: word.span,
          notes: [("MASTER is written here", earlier.span)], suggestion: "take one of the two lines out")
        return
      }
      state = .backup
    default:
      let upper = word.text.uppercased()
      let known = upper == "MASTER" || upper == "BACKUP"
      diagnostics.report(
        .warning, "unknown-state", "'\(word.text)' is neither MASTER nor BACKUP; \(draft.name.value) starts as BACKUP",
        at: word.span, suggestion: known ? "write \(upper), in capitals" : "write MASTER or BACKUP",
        // MASTER in its place would make a master of a router that is none.
        replacement: upper == "BACKUP" && isOnly(statement) ? upper : nil)
      state = .backup
    }
    draft.state = Located(state, word.span)
  }

  private func readInterface(_ statement: Statement, into draft: inout InstanceDraft) {
    draft.saysInterface = true
    guard let word = statement.arguments.first, isInterfaceName(word) else { return }
    guard word.text != "lo" else {
      diagnostics.report(
        .error, "loopback-interface", "adverts cannot be sent on the loopback interface", at: word.span,
        suggestion: "name the interface that the other hosts are reached by")
      return
    }
    draft.interface = Located(word.text, word.span)
    noteInterface(word.text, at: word.span)
  }

  /// Whether a word can name an interface: the kernel takes 1 to 15 bytes, no slash and no white space among them.
  static func canNameInterface(_ word: Word) -> Bool {
    (1...15).contains(word.bytes.count)
      && !word.bytes.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: " ") || (9...13).contains($0) }
  }

  /// Whether a word can name an interface; an error if it cannot.
  func isInterfaceName(_ word: Word) -> Bool {
    guard Self.canNameInterface(word) else {
      diagnostics.report(
        .error, "interface-name", "'\(word.text)' cannot be the name of an interface, which has 1 to 15 characters",
        at: word.span)
      return false
    }
    return true
  }

  private func readHeartbeats(_ statement: Statement, into draft: inout InstanceDraft) {
    for word in statement.children.flatMap(\.words) where isInterfaceName(word) {
      guard word.text != "lo" else {
        diagnostics.report(
          .error, "loopback-interface", "adverts cannot be sent on the loopback interface", at: word.span)
        continue
      }
      noteInterface(word.text, at: word.span)
      if draft.knownHeartbeats.insert(word.text).inserted {
        draft.heartbeatInterfaces.append(Located(word.text, word.span))
      }
    }
  }

  private func readVersion(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let number = integer(statement, bad: .decisive()) else { return }
    let version: ProtocolVersion = number.value == 3 ? .v3 : .v2
    if let earlier = draft.version, earlier.value != version {
      diagnostics.report(
        .warning, "version-conflict",
        "\(draft.name.value) speaks version \(earlier.value == .v3 ? 3 : 2) already; this line is ignored",
        at: number.span, notes: [("the version is set here", earlier.span)],
        suggestion: "take one of the two lines out",
        changes: [.removeLine(statement.span)])
      return
    }
    draft.version = Located(version, number.span)
  }

  /// Reads `timer_expired_backup [PRIORITY]`; without a number the next host is taken for the quickest there can be.
  private func readSuccessor(_ statement: Statement, into draft: inout InstanceDraft) {
    guard !statement.arguments.isEmpty else {
      draft.successorPriority = Located(254, statement.span)
      return
    }
    draft.successorPriority = integer(statement, bad: .decisive()) ?? draft.successorPriority
  }

  private func readOldChecksum(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let word = statement.arguments.first else {
      draft.oldChecksum = Located(.sent, statement.span)
      return
    }
    guard word == "never" else {
      diagnostics.report(
        .warning, "bad-value", "old_unicast_checksum: '\(word.text)' is not never; the line is ignored", at: word.span)
      return
    }
    draft.oldChecksum = Located(.refused, statement.span)
  }

  private func readSkipCheck(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let value = boolean(statement) else { return }
    if !value {
      diagnostics.report(
        .warning, "skip-check-always-on", "keepalived turns this on whatever follows it, and so it is on",
        at: statement.span, suggestion: "take the line out to have the addresses compared")
    }
    draft.skipsAddressCheck = true
  }

  /// Reads `check_unicast_src`, which is on without being asked for. keepalived has it off by default and takes no value.
  func readCheckOfSource(_ statement: Statement) -> Located<Bool> {
    let value = statement.arguments.isEmpty ? true : boolean(statement) ?? true
    if !value {
      diagnostics.report(
        .note, "sources-unchecked", "adverts of hosts that are no peers are accepted, as keepalived does by default",
        at: statement.span)
    }
    return Located(value, statement.span)
  }

  private func readSource(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let address = address(statement), settle(address.value.family, at: address.span, in: &draft) else { return }
    draft.sourceAddress = address
  }

  /// Fixes the router's family by the first address; false, with a finding, for one of the other family.
  ///
  /// - Parameter keyword: The keyword that fixes it, where it is no address.
  func settle(
    _ family: AddressFamily, at span: SourceSpan, in draft: inout InstanceDraft, by keyword: String? = nil
  ) -> Bool {
    guard let known = draft.family else {
      draft.family = Located(family, span)
      draft.familyKeyword = keyword
      return true
    }
    guard known.value != family else { return true }
    diagnostics.report(
      .warning, "mixed-families",
      "\(draft.name.value) is an \(known.value.name) router, so an \(family.name) address cannot stand here; it is left out",
      at: span,
      notes: [("\(draft.familyKeyword ?? "its first address") makes it \(known.value.name)", known.span)],
      suggestion: "put addresses of the other family in virtual_ipaddress_excluded, or in an instance of their own")
    return false
  }

  private func readMulticastGroup(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let group = address(statement), settle(group.value.family, at: group.span, in: &draft) else { return }
    // IPv6 groups beyond the link would be routed away (RFC 4291 section 2.7: scope 2 is the link).
    let fits = group.value.isMulticast && (group.value.family == .ipv4 || group.value.byte(at: 1) & 0xF == 2)
    guard fits else {
      diagnostics.report(
        .warning, "not-multicast", "\(group.value) is not a multicast address of the link; the line is ignored",
        at: group.span,
        suggestion:
          "write one of \(group.value.family == .ipv4 ? "224.0.0.0/24, or 239.0.0.0/8" : "ff02::/16"), the same on all hosts"
      )
      return
    }
    draft.multicastGroup = group
  }

  /// Ways of authentication elsewhere: who names one of them has written no password in the wrong place.
  private static let otherAuthentications: Set<String> = [
    "CRAM", "HMAC", "HMAC-SHA256", "KEYED-MD5", "MD5", "NONE", "PLAIN", "SHA", "SHA1", "SHA256", "SHA512", "SIMPLE",
    "TEXT",
  ]

  private func readAuthenticationType(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let word = statement.arguments.first else { return }
    draft.authenticationType = word.span
    draft.hasUnknownAuthentication = false
    switch word.text {
    case "PASS": draft.usesHeader = false
    case "AH": draft.usesHeader = true
    default:
      let upper = word.text.uppercased()
      let known = upper == "PASS" || upper == "AH"
      draft.hasUnknownAuthentication = true
      diagnostics.report(
        .warning, "unknown-authentication",
        "'\(word.text)' is no way of authentication; \(draft.name.value) runs without any", at: word.span,
        suggestion: known ? "write \(upper), in capitals" : "write PASS or AH", replacement: known ? upper : nil,
        quotesFile: !known && !Self.otherAuthentications.contains(upper))
    }
  }

  private func readPassword(_ statement: Statement, into draft: inout InstanceDraft) {
    guard let word = statement.arguments.first else { return }
    if statement.isCutByComment {
      diagnostics.report(
        .warning, "comment-in-password", "a comment begins inside the password, which ends there", at: word.span,
        suggestion: "put it in double quotes if # or ! belongs to it; then the peers need the whole password too",
        quotesFile: false)
    }
    if word.bytes.count > 8 {
      diagnostics.report(
        .warning, "password-too-long", "a password has at most 8 bytes; the first 8 of this one are used",
        at: word.span, suggestion: "write the first 8 alone, on all hosts: every host sends and compares just those")
    }
    draft.password = Located(Array(word.bytes.prefix(8)), word.span)
    if secrets[word.span.file] == nil { secrets[word.span.file] = word.span }
  }
}

extension AddressFamily {
  /// The family's name as people write it.
  var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
