import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Settings of `vrrp_instance` that are read by functions of their own.
extension Setting<VirtualRouterDefinition> {
  static var state: Setting {
    Setting(
      Keyword(
        "state",
        "Names the host's usual role; the election decides, but MASTER makes nopreempt and preempt_delay void",
        .choice(["MASTER", "BACKUP"]), default: "BACKUP, or MASTER when priority is 255", repetition: .word("MASTER"),
        .acts),
      shown: ShownProperty("state", following: "priority") {
        .word("state", $0.initialState == .master ? "MASTER" : "BACKUP")
      }
    ) { $2.readState($1, into: &$0) }
  }

  static var virtualRouterID: Setting {
    Setting(
      Keyword(
        "virtual_router_id",
        "Sets the number of the virtual router, the same on its hosts and used by no other router on the network",
        .integer(1, 255), .acts),
      shown: ShownProperty("virtual_router_id") { .word("virtual_router_id", $0.core.virtualRouterID.rawValue) }
    ) { block, statement, lowering in
      let bad: BadValue = block.places["virtual_router_id"] == nil ? .error : .ignored
      guard let number = lowering.integer(statement, bad: bad),
        let id = VirtualRouterID(UInt8(clamping: number.value))
      else { return nil }
      block.core.virtualRouterID = id
      return number.span
    }
  }

  static var version: Setting {
    Setting(
      Keyword(
        "version", Schema.Shared.version, .integer(2, 3), default: "vrrp_version, IPv6 = 3", repetition: .first, .acts),
      shown: ShownProperty("version", inherited: ["vrrp_version"]) { .word("version", $0.core.version == .v3 ? 3 : 2) }
    ) { block, statement, lowering in
      guard let number = lowering.integer(statement, bad: .decisive()) else { return nil }
      let version: ProtocolVersion = number.value == 3 ? .v3 : .v2
      if let earlier = block.places["version"], block.core.version != version {
        lowering.diagnostics.report(
          .warning, "version-conflict",
          "\(block.name.value) speaks version \(block.core.version == .v3 ? 3 : 2) already; this line is ignored",
          at: number.span, notes: [("the version is set here", earlier)],
          suggestion: "take one of the two lines out", changes: [.removeLine(statement.span)])
        return nil
      }
      block.core.version = version
      return number.span
    }
  }

  static var priority: Setting {
    Setting(
      Keyword(
        "priority", "Ranks this host: the highest number wins the election, and 255 is for the owner of the addresses",
        .integer(1, 255), default: "255 if state MASTER, else 100", .acts),
      shown: ShownProperty("priority", following: "state") { .word("priority", $0.core.priority.rawValue) }
    ) { block, statement, lowering in
      guard let word = statement.arguments.first else { return nil }
      // keepalived takes 100 for a value that it cannot use, even if an earlier line was good.
      let number = lowering.integer(statement, bad: .decisive("100")) ?? Located(100, word.span)
      block.core.priority = Priority(rawValue: UInt8(clamping: number.value))
      return number.span
    }
  }

  static var interval: Setting {
    Setting(
      Keyword(
        "advert_int", "Sets the time from one advert of the master to the next, the same on all hosts",
        .decimal(10_000, 255_000_000), default: "1", unit: .seconds, .acts),
      shown: ShownProperty("advert_int") {
        .word("advert_int", DecimalText.text($0.core.interval.nanoseconds, unit: .seconds))
      }
    ) { block, statement, lowering in
      guard let number = lowering.millionths(statement, bad: .decisive()) else { return nil }
      block.notes.interval = number.value
      return number.span
    }
  }

  static var preempt: [Setting] {
    [
      Setting(
        Keyword(
          "preempt", "Lets this host take over from a master of lower priority, as is the default", .flag,
          default: "on", .acts),
        shown: ShownProperty("preempt", "nopreempt") { .line([$0.core.preempt ? "preempt" : "nopreempt"]) }
      ) { block, statement, _ in
        block.core.preempt = true
        block.places["nopreempt"] = nil
        return statement.span
      },
      Setting(
        Keyword(
          "nopreempt", "Keeps this host from taking over while a master of lower priority sends adverts", .flag, .acts)
      ) { block, statement, _ in
        block.core.preempt = false
        return statement.span
      },
    ]
  }

  /// Without a number the next host counts as the quickest that is possible.
  static var successor: [Setting] {
    let keyword = Keyword(
      "timer_expired_backup",
      "Puts a master that was held up into BACKUP if a host of the given priority may have taken over",
      .optionalInteger(1, 254), default: "off; bare = 254", since: "2.2.8", .acts)
    let other = Keyword(
      "thread_timer_expired", "Means the same as timer_expired_backup", .optionalInteger(1, 254),
      default: "off; bare = 254", since: "2.3.2", instead: "timer_expired_backup", .acts)
    let shown = ShownProperty<Model>("timer_expired_backup", "thread_timer_expired") { router in
      router.core.successorPriority.map { .word("timer_expired_backup", $0.rawValue) } ?? .nothing
    }
    let read: Reader = { block, statement, lowering in
      let number =
        statement.arguments.isEmpty ? Located(254, statement.span) : lowering.integer(statement, bad: .decisive())
      guard let number else { return nil }
      block.core.successorPriority = Priority(rawValue: UInt8(clamping: number.value))
      return number.span
    }
    return [
      Setting(keyword, shown: shown, read: read), Setting(other, as: "timer_expired_backup", read: read),
    ]
  }

  static var virtualMAC: Setting {
    Setting(
      Keyword(
        "use_vmac", "Puts the addresses on an interface of their own, which has the virtual router's MAC address",
        .optionalWords, arguments: "[[name] IFNAME] [MAC] [netlink_notify_msg] [group ID]",
        default: "name vrrp.VRID, MAC 00:00:5e:00:01:VRID or 02 for IPv6", .acts),
      shown: ShownProperty("use_vmac") { .virtualMAC($0) }
    ) { $2.readVirtualMAC($1, into: &$0) }
  }

  static var accept: [Setting] {
    func setting(_ keyword: Keyword, _ value: Bool, shown: ShownProperty<Model>? = nil) -> Setting {
      Setting(keyword, as: "accept", shown: shown) { block, statement, _ in
        block.accepts = value
        return statement.span
      }
    }
    return [
      setting(
        Keyword(
          "accept", "Takes packets to the virtual addresses, also in strict mode if the version is 3", .flag,
          default: "on unless strict_mode", .acts), true,
        shown: ShownProperty("accept", "no_accept", isStrict: true) { .line([$0.accepts ? "accept" : "no_accept"]) }),
      setting(
        Keyword(
          "no_accept", "Drops packets to the virtual addresses, unless this host owns them (priority 255)", .flag,
          .acts), false),
    ]
  }

  static var source: [Setting] {
    [
      Setting(
        Keyword(
          "mcast_src_ip", "Sets the source address of multicast adverts", .address,
          default: "first address of the interface", .acts),
        shown: ShownProperty("mcast_src_ip", "unicast_src_ip") { router in
          guard let source = router.sourceAddress else {
            return .none("adverts leave from the first address of \(router.interface)")
          }
          return .word(router.isUnicast ? "unicast_src_ip" : "mcast_src_ip", source)
        }
      ) { $2.readSource($1, into: &$0) },
      Setting(
        Keyword(
          "unicast_src_ip", "Sets the source address of unicast adverts", .address,
          default: "first address of the interface", .acts), as: "mcast_src_ip"
      ) { block, statement, lowering in
        block.notes.unicastKeyword = statement.span
        return lowering.readSource(statement, into: &block)
      },
    ]
  }

  static var oldChecksum: Setting {
    Setting(
      Keyword(
        "old_unicast_checksum",
        "Sends version 3 adverts to peers with keepalived 1.3.6's checksum; with never, refuses such adverts",
        .optionalWords, arguments: "[never]", default: "sent never, taken always", .acts),
      shown: ShownProperty("old_unicast_checksum") { router in
        if router.refusesOldChecksum { return .line(["old_unicast_checksum", "never"]) }
        return .flag("old_unicast_checksum", router.sendsOldChecksum)
      }
    ) { block, statement, lowering in
      let word = statement.arguments.first
      if let word, !(word == "never") {
        lowering.diagnostics.report(
          .warning, "bad-value", "old_unicast_checksum: '\(word.text)' is not never; the line is ignored",
          at: word.span)
        return nil
      }
      block.sendsOldChecksum = word == nil
      block.refusesOldChecksum = word != nil
      return statement.span
    }
  }

  static var skipCheck: Setting {
    Setting(
      Keyword(
        "skip_check_adv_addr", Schema.Shared.skipAddressCheck, .boolean, default: "vrrp_skip_check_adv_addr", .acts),
      // It is on whatever follows the keyword, so off cannot be written.
      shown: ShownProperty("skip_check_adv_addr") { .flag("skip_check_adv_addr", $0.skipsAddressCheck) }
    ) { block, statement, lowering in
      guard let value = lowering.boolean(statement) else { return nil }
      if !value {
        lowering.diagnostics.report(
          .warning, "skip-check-always-on", "keepalived turns this on whatever follows it, and so it is on",
          at: statement.span, suggestion: "take the line out to have the addresses compared")
      }
      block.skipsAddressCheck = true
      return statement.span
    }.inheriting("vrrp_skip_check_adv_addr", path: \.skipsAddressCheck)
  }

  static var extraRefresh: [Setting] {
    func setting(_ name: String, _ meaning: String, instead: String? = nil) -> Setting {
      let keyword = Keyword(
        name, meaning, .optionalWords, arguments: "[all] INT", default: "vrrp_garp_extra_if", instead: instead, .acts)
      return Setting(keyword, as: "garp_extra_if") { block, statement, lowering in
        block.notes.extraRefresh = lowering.extraRefresh(statement, atLeast: 0)
        return block.notes.extraRefresh == nil ? nil : statement.span
      }
    }
    return [
      setting("garp_extra_if", Schema.Shared.garpExtra),
      setting("vmac_garp_intvl", "Means the same as garp_extra_if", instead: "garp_extra_if"),
    ]
  }

  static var deletion: Setting {
    Setting(
      Keyword(
        "notify_deleted",
        "Reports DELETED instead of FAULT when a reload takes the instance out, and runs a script if one is named",
        .optionalCommand, .acts),
      shown: ShownProperty("notify_deleted") { router in
        guard router.notify.reportsDeletion else { return .nothing }
        return router.notify.deleted.map { .command("notify_deleted", $0) } ?? .line(["notify_deleted"])
      }
    ) { block, statement, lowering in
      block.notify.reportsDeletion = true
      let isFirst =
        block.notify.deleted == nil
        || Repeated.firstCommandCounts.mayCount(statement, block.places, "notify_deleted", lowering)
      guard isFirst, !statement.arguments.isEmpty else { return nil }
      block.notify.deleted = ValueForm.command.read(statement, lowering, .ignored)
      return block.notify.deleted == nil ? nil : statement.span
    }
  }
}

extension Lowering {
  fileprivate func readState(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let word = statement.arguments.first else { return nil }
    let earlier = block.places["state"]
    switch word.text {
    case "MASTER":
      if let earlier, block.initialState == .backup {
        diagnostics.report(
          .warning, "state-twice",
          "\(block.name.value) has state BACKUP already; \(Self.whatCounts(of: statement, after: false))",
          at: word.span, notes: [("BACKUP is written here", earlier)], suggestion: "take one of the two lines out")
      }
      block.initialState = .master
    case "BACKUP":
      if let earlier, block.initialState == .master {
        diagnostics.report(
          .warning, "state-twice", "\(block.name.value) has state MASTER already and keeps it", at: word.span,
          notes: [("MASTER is written here", earlier)], suggestion: "take one of the two lines out")
        return nil
      }
      block.initialState = .backup
    default:
      let upper = word.text.uppercased()
      let known = upper == "MASTER" || upper == "BACKUP"
      diagnostics.report(
        .warning, "unknown-state", "'\(word.text)' is neither MASTER nor BACKUP; \(block.name.value) starts as BACKUP",
        at: word.span, suggestion: known ? "write \(upper), in capitals" : "write MASTER or BACKUP",
        // MASTER would turn a router into a master that is none.
        replacement: upper == "BACKUP" && isOnly(statement) ? upper : nil)
      block.initialState = .backup
    }
    return word.span
  }

  func readInterface(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let word = statement.arguments.first, isInterfaceName(word) else { return nil }
    guard word.text != "lo" else {
      diagnostics.report(
        .error, "loopback-interface", "adverts cannot be sent on the loopback interface", at: word.span,
        suggestion: "name the interface that the other hosts are reached by")
      return nil
    }
    block.interface = word.text
    noteInterface(word.text, at: word.span)
    return word.span
  }

  /// True when a word can name an interface: the kernel takes 1 to 15 bytes without slash and white space.
  static func canNameInterface(_ word: Word) -> Bool {
    (1...15).contains(word.bytes.count)
      && !word.bytes.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: " ") || (9...13).contains($0) }
  }

  /// True when a word can name an interface; otherwise an error is reported.
  func isInterfaceName(_ word: Word) -> Bool {
    guard Self.canNameInterface(word) else {
      diagnostics.report(
        .error, "interface-name", "'\(word.text)' cannot be the name of an interface, which has 1 to 15 characters",
        at: word.span)
      return false
    }
    return true
  }

  func readHeartbeats(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    for word in statement.children.flatMap(\.words) where isInterfaceName(word) {
      guard word.text != "lo" else {
        diagnostics.report(
          .error, "loopback-interface", "adverts cannot be sent on the loopback interface", at: word.span)
        continue
      }
      noteInterface(word.text, at: word.span)
      if block.notes.knownHeartbeats.insert(word.text).inserted {
        block.heartbeatInterfaces.append(word.text)
        block.notes.heartbeatPlaces.append(word.span)
      }
    }
    return statement.span
  }

  /// Reads `check_unicast_src`, which is on by default. keepalived has it off by default and takes no value.
  func readCheckOfSource(_ statement: Statement) -> Located<Bool> {
    let value = statement.arguments.isEmpty ? true : boolean(statement) ?? true
    if !value {
      diagnostics.report(
        .note, "sources-unchecked", "adverts of hosts that are not peers are accepted, as keepalived does by default",
        at: statement.span)
    }
    return Located(value, statement.span)
  }

  fileprivate func readSource(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let address = address(statement), setFamily(address.value.family, at: address.span, in: &block) else {
      return nil
    }
    block.sourceAddress = address.value
    return address.span
  }

  /// Sets the router's family by the first address; false, with a finding, for an address of the other family.
  ///
  /// - Parameter keyword: The keyword that decides the family; `nil` if an address does.
  func setFamily(
    _ family: AddressFamily, at span: SourceSpan, in block: inout InstanceReading, by keyword: String? = nil
  ) -> Bool {
    guard let known = block.notes.family else {
      block.notes.family = Located(family, span)
      block.notes.familyKeyword = keyword
      return true
    }
    guard known.value != family else { return true }
    diagnostics.report(
      .warning, "mixed-families",
      "\(block.name.value) is an \(known.value.name) router, so an \(family.name) address cannot stand here; it is left out",
      at: span,
      notes: [("\(block.notes.familyKeyword ?? "its first address") makes it \(known.value.name)", known.span)],
      suggestion: "put addresses of the other family in virtual_ipaddress_excluded, or in an instance of their own")
    return false
  }

  func readMulticastGroup(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let group = address(statement), setFamily(group.value.family, at: group.span, in: &block) else { return nil }
    // Routers would forward IPv6 groups beyond the link (RFC 4291 section 2.7: scope 2 is the link).
    let fits = group.value.isMulticast && (group.value.family == .ipv4 || group.value.byte(at: 1) & 0xF == 2)
    guard fits else {
      diagnostics.report(
        .warning, "not-multicast", "\(group.value) is not a multicast address of the link; the line is ignored",
        at: group.span,
        suggestion:
          "write one of \(group.value.family == .ipv4 ? "224.0.0.0/24, or 239.0.0.0/8" : "ff02::/16"), the same on all hosts"
      )
      return nil
    }
    block.multicastGroup = group.value
    return group.span
  }
}

extension ShownValue {
  /// `use_vmac`. The address of RFC 9568 is the usual one; there is no way to write it.
  fileprivate static func virtualMAC(_ router: VirtualRouterDefinition) -> ShownValue {
    guard let virtual = router.virtualMAC else { return .nothing }
    var words: [ShownWord] = ["use_vmac"]
    if virtual.interface.contains(":") || ["name", "group", "netlink_notify_msg"].contains(virtual.interface) {
      words.append("name")
    }
    words.append(.word(virtual.interface))
    let usual = MACAddress(virtualRouter: router.core.virtualRouterID.rawValue, router.family)
    if virtual.mac != usual { words.append(.word("\(virtual.mac)")) }
    return .line(words)
  }
}

extension AddressFamily {
  var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
