import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Lowering {
  /// What the keywords of `global_defs` do.
  static var globalActions: [KeywordAction<GlobalDraft>] {
    [
      .custom("router_id") { draft, statement, _ in draft.settings.routerID = statement.arguments.first?.text },
      .custom("vrrp_version") { draft, statement, lowering in
        guard let number = lowering.integer(statement, bad: .decisive()) else { return }
        draft.settings.version = number.value == 3 ? .v3 : .v2
      },
      .integer("vrrp_garp_master_delay", \.announcements.delay),
      .atLeastOne("vrrp_garp_master_repeat", \.announcements.repeats),
      .integer("vrrp_garp_master_refresh", \.announcements.refresh),
      .atLeastOne("vrrp_garp_master_refresh_repeat", \.announcements.refreshRepeats),
      .integer("vrrp_garp_lower_prio_delay", \.announcements.lowerPriorityDelay),
      .integer("vrrp_garp_lower_prio_repeat", \.announcements.lowerPriorityRepeats),
      .duration("vrrp_garp_interval", \.settings.garpInterval),
      .duration("vrrp_gna_interval", \.settings.neighborAdvertisementInterval),
      .boolean("vrrp_min_garp", \.minimalAnnouncements),
      .custom("script_user") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.scriptUserLine)
        draft.settings.scriptUser = lowering.user(statement.arguments)
        draft.scriptUserSpan = statement.arguments.first?.span
      },
      .flag("enable_script_security", \.settings.scriptSecurity),
      .custom("notify_fifo") { $2.readFIFO($1, into: &$0.settings.notifyFIFO) },
      .custom("vrrp_notify_fifo") { draft, statement, lowering in
        draft.vrrpFIFOSpan = statement.span
        lowering.readFIFO(statement, into: &draft.settings.vrrpNotifyFIFO)
      },
      .custom("notify_fifo_script") {
        $0.fifoScriptSpan = $1.span
        $2.readScript($1, into: &$0.fifoScript)
      },
      .custom("vrrp_notify_fifo_script") {
        $0.vrrpFIFOScriptSpan = $1.span
        $2.readScript($1, into: &$0.vrrpFIFOScript)
      },
      .custom("startup_script") { $2.readScript($1, into: &$0.startupScript) },
      .integer("startup_script_timeout", \.startupTimeout),
      .custom("shutdown_script") { $2.readScript($1, into: &$0.shutdownScript) },
      .integer("shutdown_script_timeout", \.shutdownTimeout),
      .flag("fifo_write_vrrp_states_on_reload", \.settings.writesStatesOnReload),
      .boolean("vrrp_notify_priority_changes", \.notifiesPriorityChanges),
      .custom("vrrp_mcast_group4") { $2.readGroup($1, .ipv4, into: &$0.settings.multicastGroup4) },
      .custom("vrrp_mcast_group6") { $2.readGroup($1, .ipv6, into: &$0.settings.multicastGroup6) },
      // Its option `allow_if_changes` says that an interface may come back as another kind, which it always may.
      .custom("dynamic_interfaces") { draft, statement, lowering in
        draft.settings.allowsMissingInterfaces = true
        lowering.checkDynamicInterfaces(statement)
      },
      .custom("umask") { draft, statement, lowering in
        if let mask = lowering.umask(statement) { draft.settings.scriptMask = mask }
      },
      .custom("vrrp_rx_bufs_policy") { $2.checkBufferPolicy($1) },
      .custom("vrrp_cpu_affinity") { $2.checkProcessors($1) },
      .custom("checker_cpu_affinity") { $2.checkProcessors($1) },
      .custom("bfd_cpu_affinity") { $2.checkProcessors($1) },
      .custom("default_interface") { draft, statement, lowering in
        guard let word = statement.arguments.first else { return }
        // keepalived goes on with what can name none.
        guard Self.canNameInterface(word) else { return lowering.checkInterface(statement) }
        draft.settings.defaultInterface = word.text
      },
      .custom("vrrp_garp_extra_if") { draft, statement, lowering in
        draft.announcements.extraRefresh = lowering.extraRefresh(statement, atLeast: 1)
      },
      .custom("vrrp_vmac_garp_intvl") { draft, statement, lowering in
        draft.announcements.extraRefresh = lowering.extraRefresh(statement, atLeast: 1)
      },
      .duration("vrrp_startup_delay", \.settings.startupDelay),
      .duration("vrrp_delay_after_boot", \.settings.delayAfterBoot),
      .boolean("vrrp_owner_ignore_adverts", \.ownerIgnoresAdverts),
      .flag("log_unknown_vrids", \.settings.logUnknownVRIDs),
      .custom("vrrp_check_unicast_src") { $0.checksUnicastSource = $2.readCheckOfSource($1).value },
      .boolean("vrrp_strict", \.isStrict),
      .boolean("vrrp_skip_check_adv_addr", \.skipsAddressCheck),
      .custom("vrrp_down_timer_adverts") { draft, statement, lowering in
        if let number = lowering.integer(statement, bad: .decisive()) { draft.downTimerAdverts = number.value }
      },
      .boolean("vrrp_lower_prio_no_advert", \.lowerPriorityNoAdvert),
      .boolean("vrrp_higher_prio_send_advert", \.higherPrioritySendAdvert),
      .custom("vmac_prefix") { draft, statement, lowering in
        guard draft.virtualMACPrefix == "vrrp", let prefix = lowering.readLinkPrefix(statement) else { return }
        draft.virtualMACPrefix = prefix
      },
      .custom("vmac_addr_prefix") { draft, statement, lowering in
        guard draft.addressVirtualMACPrefix == nil else { return }
        draft.addressVirtualMACPrefix = lowering.readLinkPrefix(statement)
      },
      .flag("v3_checksum_as_v2", \.checksumWithoutPseudoHeader),
      // The reader has followed these two where they stand.
      .custom("include_check") { _, _, _ in },
      .custom("random_seed") { _, statement, lowering in _ = lowering.integer(statement, bad: .ignored) },
      .custom("iproute_usr_dir") { _, statement, lowering in
        if let word = statement.arguments.first { lowering.kernelNames.vendorDirectory = word.text }
      },
      .custom("iproute_etc_dir") { _, statement, lowering in
        if let word = statement.arguments.first { lowering.kernelNames.hostDirectory = word.text }
      },
    ]
  }

  /// Tells of a keyword of which the last one counts, if it has been written before.
  fileprivate func noteAgain(_ statement: Statement, _ written: inout [String: SourceSpan]) {
    let name = statement.words[0].text
    if let earlier = written.updateValue(statement.span, forKey: name) {
      diagnostics.report(
        .warning, "overridden-keyword", "\(name) is given twice; this one counts", at: statement.span,
        notes: [("this one does not", earlier)], suggestion: "take one of the two lines out")
    }
  }

  /// Reads what the names of made interfaces begin with; `nil` if no interface can be named so.
  fileprivate func readLinkPrefix(_ statement: Statement) -> String? {
    guard let word = statement.arguments.first else { return nil }
    guard Self.canNameInterface(word) else {
      diagnostics.report(
        .warning, "interface-name",
        "'\(word.text)' cannot begin the name of an interface; the line is ignored", at: word.span)
      return nil
    }
    return word.text
  }

  /// Reads `net_namespace`, of which the first counts.
  func readNamespace(_ statement: Statement) {
    guard let word = statement.arguments.first else { return }
    guard !word.bytes.contains(UInt8(ascii: "/")), word.bytes.count <= 255, ![".", ".."].contains(word.text) else {
      diagnostics.report(
        .error, "bad-value", "'\(word.text)' cannot be the name of a network namespace", at: word.span,
        suggestion: "write the name that `ip netns` shows")
      return
    }
    guard global.settings.networkNamespace == nil else {
      diagnostics.report(
        .warning, "duplicate-namespace", "net_namespace is given twice; this one is ignored", at: statement.span)
      return
    }
    global.settings.networkNamespace = word.text
  }

  /// Reads `[all] SECONDS` in either order.
  func extraRefresh(_ statement: Statement, atLeast least: Int) -> ExtraRefresh? {
    var refresh: ExtraRefresh?
    var isForAll = false
    for word in statement.arguments {
      if word == "all" {
        isForAll = true
      } else if let seconds = Self.wholeNumber(word.bytes), (least...86_400).contains(seconds) {
        if let earlier = refresh {
          diagnostics.report(
            .warning, "extra-words", "\(earlier.seconds) stands before it already; \(seconds) is used", at: word.span,
            suggestion: "write one number of seconds")
        }
        refresh = ExtraRefresh(seconds: seconds)
      } else {
        diagnostics.report(
          .warning, "bad-value", "'\(word.text)' is neither all nor a number of seconds from \(least) to 86400",
          at: word.span)
        return nil
      }
    }
    refresh?.isForAll = isForAll
    if refresh == nil {
      diagnostics.report(
        .warning, "missing-argument", "\(statement.words[0].text) needs a number of seconds; the line is ignored",
        at: statement.span)
    }
    return refresh
  }

  private func readFIFO(_ statement: Statement, into fifo: inout NotifyFIFO?) {
    guard fifo == nil, let path = statement.arguments.first else {
      diagnostics.report(
        .warning, "duplicate-fifo", "\(statement.words[0].text) is given twice; this one is ignored",
        at: statement.span)
      return
    }
    var made = NotifyFIFO(path: path.text)
    made.owner = user(statement.arguments.dropFirst())
    fifo = made
    fifos.append(
      HostRequirements.FIFO(
        keyword: statement.words[0].text, path: path.text, owner: made.owner,
        range: diagnostics.map.range(of: path.span)))
  }

  /// Reads a command of which the first one written counts.
  private func readScript(_ statement: Statement, into script: inout Located<CommandDefinition>?) {
    guard script == nil else {
      diagnostics.report(
        .warning, "duplicate-command", "\(statement.words[0].text) is given twice; this one is ignored",
        at: statement.span)
      return
    }
    script = command(statement)
    record(statement.words[0].text, script, user: statement.arguments.dropFirst().first?.span)
  }

  private func readGroup(_ statement: Statement, _ family: AddressFamily, into group: inout IPAddress) {
    guard let address = address(statement) else { return }
    guard address.value.family == family, address.value.isMulticast else {
      diagnostics.report(
        .warning, "not-multicast",
        "\(address.value) is not an \(family == .ipv4 ? "IPv4" : "IPv6") multicast address; \(group) is used",
        at: address.span)
      return
    }
    if family == .ipv6, address.value.byte(at: 1) & 0xF != 2 {
      diagnostics.report(
        .warning, "not-multicast", "\(address.value) is no group of the link: routers may carry adverts further",
        at: address.span, suggestion: "write one of ff02::/16, the same on all hosts")
    }
    group = address.value
  }
}
