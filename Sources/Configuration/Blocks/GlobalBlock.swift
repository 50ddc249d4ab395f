import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension GlobalSettings: BlockModel {
  struct Notes: ReadingNotes {
    /// The values of all instances that do not set their own.
    var router = VirtualRouterDefinition.unset
    var minimalAnnouncements = false
    var extraRefresh: ExtraRefresh?
    var isStrict = false
    /// The beginning of the names of interfaces that martlet makes.
    var linkPrefix = "vrrp"
    /// The beginning of the names of interfaces for single addresses; empty where nothing is written.
    var ownAddressLinkPrefix = ""
    var addressLinkPrefix: String { ownAddressLinkPrefix.isEmpty ? linkPrefix : ownAddressLinkPrefix }
    var fifoScript: CommandDefinition?
    var vrrpFIFOScript: CommandDefinition?
    var startupScript: CommandDefinition?
    var startupTimeout: Nanoseconds?
    var shutdownScript: CommandDefinition?
    var shutdownTimeout: Nanoseconds?
  }

  static var unset: Self { Self() }
}

/// Made once: it takes a millisecond.
private let globalBlock = Block<GlobalSettings>.makeGlobal()

extension Block<GlobalSettings> {
  private typealias Shared = Schema.Shared

  /// `global_defs`.
  static var global: Block { globalBlock }

  fileprivate static func makeGlobal() -> Block {
    Block("global_defs") {
      routers
      interfaces
      scripts
      fifos
      lifecycle
      forAll
      reading
      withoutEffect
    }
  }

  @Settings<Model>
  private static var routers: [Setting<Model>] {
    Setting(
      "router_id", "Names this host in keepalived's mail; martlet, which sends none, has no use for the name",
      .word("STRING"), \.routerID, default: "local host name", unset: "the name of the host")
    Setting(
      "vrrp_version",
      "Sets the version of VRRP that instances speak by default; those with IPv6 always speak version 3", .version,
      \.version, bad: .decisive())
    multicastGroup("vrrp_mcast_group4", .ipv4, arguments: "IPV4", \.multicastGroup4)
    multicastGroup("vrrp_mcast_group6", .ipv6, arguments: "IPV6", \.multicastGroup6)
    Setting(
      "vrrp_garp_interval", "Sets the least time between two gratuitous ARPs on an interface",
      .pause(1...4_294_967_295), \.garpInterval, default: "0 (none)", unset: "no pause between announcements")
    Setting(
      "vrrp_gna_interval", "Sets the least time between two unsolicited neighbour advertisements on an interface",
      .pause(1...4_294_967_295), \.neighborAdvertisementInterval, default: "0 (none)",
      unset: "no pause between announcements")
    Setting(
      "vrrp_startup_delay", "Sets how long instances wait after the start of the service before they take part",
      .pause(1000...4_294_967_295), \.startupDelay, default: "0", unset: "routers start at once")
    Setting(
      "vrrp_delay_after_boot", "Sets how long instances wait after the boot of the host before they take part",
      .pause(1000...4_294_967_295), \.delayAfterBoot, default: "0", unset: "routers start at once", since: "2.4.0")
  }

  private static func multicastGroup(
    _ name: String, _ family: AddressFamily, arguments: String, _ path: WritableKeyPath<Model, IPAddress> & Sendable
  ) -> Setting<Model> {
    let keyword = Keyword(
      name, "Sets the multicast group of \(family.name) adverts", .address, arguments: arguments,
      default: "\(Model.unset[keyPath: path])", .acts)
    let shown = ShownProperty<Model>(name) { .word(name, $0[keyPath: path]) }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      guard let address = lowering.address(statement) else { return nil }
      guard address.value.family == family, address.value.isMulticast else {
        lowering.diagnostics.report(
          .warning, "not-multicast",
          "\(address.value) is not an \(family.name) multicast address; \(block.model[keyPath: path]) is used",
          at: address.span)
        return nil
      }
      if family == .ipv6, address.value.byte(at: 1) & 0xF != 2 {
        lowering.diagnostics.report(
          .warning, "not-multicast", "\(address.value) is not a group of the link: routers may carry adverts further",
          at: address.span, suggestion: "write one of ff02::/16, the same on all hosts")
      }
      block.model[keyPath: path] = address.value
      return address.span
    }
  }

  @Settings<Model>
  private static var interfaces: [Setting<Model>] {
    Setting(
      Keyword(
        "default_interface", "Names the interface of static addresses that name none", .interface, default: "eth0",
        .acts), shown: ShownProperty("default_interface") { .word("default_interface", $0.defaultInterface) }
    ) { block, statement, lowering in
      guard let word = statement.arguments.first else { return nil }
      // keepalived goes on with a word that cannot name an interface.
      guard Lowering.canNameInterface(word) else {
        lowering.checkInterface(statement)
        return nil
      }
      block.defaultInterface = word.text
      return word.span
    }
    Setting(
      Keyword(
        "dynamic_interfaces",
        "Lets the service start while interfaces are missing; their instances wait in FAULT", .optionalWords,
        arguments: "[allow_if_changes]", default: "off", .acts),
      shown: ShownProperty("dynamic_interfaces") { .flag("dynamic_interfaces", $0.allowsMissingInterfaces) }
    ) { block, statement, lowering in
      // The option says that an interface may come back as another kind, which it always may.
      block.allowsMissingInterfaces = true
      lowering.checkDynamicInterfaces(statement)
      return statement.span
    }
    Setting(
      Keyword(
        "log_unknown_vrids", "Logs adverts with a virtual_router_id that no instance has", .flag,
        .accepted(.unknownRouters)),
      shown: ShownProperty("log_unknown_vrids") { .flag("log_unknown_vrids", $0.logUnknownVRIDs) }
    ) { block, statement, _ in
      block.logUnknownVRIDs = true
      return statement.span
    }
    prefix("vmac_prefix", "Sets how the names of use_vmac interfaces begin", default: "vrrp", \.notes.linkPrefix)
    prefix(
      "vmac_addr_prefix", "Sets how the names of interfaces begin that are made for use_vmac of an address",
      default: "vmac_prefix", \.notes.ownAddressLinkPrefix)
  }

  /// The beginning of the names of interfaces that martlet makes; the first line counts.
  private static func prefix(
    _ name: String, _ meaning: String, default defaultText: String,
    _ path: WritableKeyPath<BlockReading<Model>, String> & Sendable
  ) -> Setting<Model> {
    let keyword = Keyword(
      name, meaning, .word, arguments: "STRING", default: defaultText, repetition: .first, .acts)
    return Setting(keyword) { block, statement, lowering in
      guard block.places[name] == nil, let word = statement.arguments.first else { return nil }
      guard Lowering.canNameInterface(word) else {
        lowering.diagnostics.report(
          .warning, "interface-name",
          "'\(word.text)' cannot begin the name of an interface; the line is ignored", at: word.span)
        return nil
      }
      block[keyPath: path] = word.text
      return word.span
    }
  }

  @Settings<Model>
  private static var scripts: [Setting<Model>] {
    Setting(
      "script_user", "Names the user, and perhaps the group, that runs scripts which name nobody", .user, \.scriptUser,
      default: "keepalived_script if it exists, else the uid keepalived runs as",
      unset: "scripts run as the user of the service", repeated: .lastCountsTold)
    Setting(
      "umask", "Sets which permissions files that scripts make do not get", .mask, \.scriptMask,
      default: "IXUSR | IRWXG | IRWXO")
    Setting(
      "enable_script_security", "Refuses to run a script as root that other users can change", .flag, \.scriptSecurity)
  }

  @Settings<Model>
  private static var fifos: [Setting<Model>] {
    Setting(
      "notify_fifo", "Writes each change of state as a line into this FIFO", .fifo, \.notifyFIFO,
      repeated: .firstFIFOCounts)
    script(
      "notify_fifo_script", "Runs a program that reads notify_fifo, with the path of the FIFO as its last argument",
      \.notes.fifoScript
    ) { $0.notifyFIFO?.script }
    Setting(
      "vrrp_notify_fifo", "Writes each change of state of an instance or a sync group as a line into this FIFO", .fifo,
      \.vrrpNotifyFIFO, repeated: .firstFIFOCounts)
    script(
      "vrrp_notify_fifo_script",
      "Runs a program that reads vrrp_notify_fifo, with the path of the FIFO as its last argument",
      \.notes.vrrpFIFOScript
    ) { $0.vrrpNotifyFIFO?.script }
    Setting(
      "fifo_write_vrrp_states_on_reload",
      "Writes the state of every instance and sync group into the FIFOs again after a reload", .flag,
      \.writesStatesOnReload)
  }

  @Settings<Model>
  private static var lifecycle: [Setting<Model>] {
    script(
      "startup_script", "Runs a script once before everything else when the service starts", \.notes.startupScript
    ) {
      $0.startupScript?.command
    }
    timeout(
      "startup_script_timeout", "Sets how long the startup script may run before it is ended", \.notes.startupTimeout
    ) {
      $0.startupScript
    }
    script(
      "shutdown_script", "Runs a script once when the service stops, after all addresses have been removed",
      \.notes.shutdownScript
    ) { $0.shutdownScript?.command }
    timeout(
      "shutdown_script_timeout", "Sets how long the shutdown script may run before it is ended",
      \.notes.shutdownTimeout
    ) { $0.shutdownScript }
  }

  /// A command that is put into the model once everything has been read.
  private static func script(
    _ name: String, _ meaning: String, _ path: WritableKeyPath<BlockReading<Model>, CommandDefinition?> & Sendable,
    shown: @escaping @Sendable (Model) -> CommandDefinition?
  ) -> Setting<Model> {
    Setting(
      Keyword(name, meaning, .command, .acts), shown: ShownProperty(name) { .command(name, shown($0)) }
    ) { block, statement, lowering in
      guard Repeated.firstCommandCounts.mayCount(statement, block.places, name, lowering),
        let command = ValueForm.command.read(statement, lowering, .ignored)
      else { return nil }
      block[keyPath: path] = command
      return statement.span
    }
  }

  private static func timeout(
    _ name: String, _ meaning: String, _ path: WritableKeyPath<BlockReading<Model>, Nanoseconds?> & Sendable,
    shown: @escaping @Sendable (Model) -> LifecycleScript?
  ) -> Setting<Model> {
    Setting(
      Keyword(name, meaning, .integer(1, 1000), default: "10", unit: .seconds, .acts),
      shown: ShownProperty(name) { shown($0).map { .word(name, DecimalText.seconds($0.timeout)) } ?? .nothing }
    ) { block, statement, lowering in
      guard let number = lowering.integer(statement, bad: .ignored) else { return nil }
      block[keyPath: path] = .seconds(Int64(number.value))
      return number.span
    }
  }

  /// Defaults of all instances.
  @Settings<Model>
  private static var forAll: [Setting<Model>] {
    Block<VirtualRouterDefinition>.instance.settings.flatMap(\.forAll)
    Setting(
      Keyword(
        "vrrp_min_garp", "Announces each address just once on becoming master, unless other keywords say otherwise",
        .boolean, default: "false", .acts)
    ) { block, statement, lowering in
      guard let value = lowering.boolean(statement) else { return nil }
      block.notes.minimalAnnouncements = value
      return statement.span
    }
    extraRefresh("vrrp_garp_extra_if", Shared.garpExtra + Shared.forAll)
    extraRefresh("vrrp_vmac_garp_intvl", "Means the same as vrrp_garp_extra_if", instead: "vrrp_garp_extra_if")
    Setting(
      Keyword(
        "vrrp_check_unicast_src", Shared.checkUnicastSource + Shared.forAll, .boolean, default: "true", .acts)
    ) { block, statement, lowering in
      block.notes.router.checksUnicastSource = lowering.readCheckOfSource(statement).value
      return statement.span
    }
    Setting(
      Keyword(
        "vrrp_skip_check_adv_addr", Shared.skipAddressCheck + Shared.forAll, .boolean, default: "false",
        wasFlag: true, .acts)
    ) { block, statement, lowering in
      guard let value = lowering.boolean(statement) else { return nil }
      block.notes.router.skipsAddressCheck = value
      return statement.span
    }
    Setting(
      Keyword(
        "v3_checksum_as_v2", Shared.checksum + Shared.forAll, .flag, default: "false", since: "2.2.8", .acts)
    ) { block, statement, _ in
      block.notes.router.checksumWithoutPseudoHeader = true
      return statement.span
    }
    Setting(
      Keyword("vrrp_strict", Shared.strictMode + Shared.forAll, .boolean, default: "false", wasFlag: true, .acts)
    ) { block, statement, lowering in
      guard let value = lowering.boolean(statement) else { return nil }
      block.notes.isStrict = value
      return statement.span
    }
  }

  private static func extraRefresh(_ name: String, _ meaning: String, instead: String? = nil) -> Setting<Model> {
    let keyword = Keyword(
      name, meaning, .optionalWords, arguments: "[all] INT", default: "0 (off)", instead: instead, .acts)
    return Setting(keyword, as: "vrrp_garp_extra_if") { block, statement, lowering in
      block.notes.extraRefresh = lowering.extraRefresh(statement, atLeast: 1)
      return block.notes.extraRefresh == nil ? nil : statement.span
    }
  }

  /// Settings that decide how the files are read.
  @Settings<Model>
  private static var reading: [Setting<Model>] {
    // The reader of the text has acted on these two already.
    Setting.mark(
      Keyword(
        "include_check", "Chooses what is an error in later include lines, such as a file that cannot be read",
        .optionalWords, arguments: "[[+/-]read / match / wildcard_match / brace_match ...]",
        default: "no checks; bare = all four", .acts))
    Setting(
      Keyword(
        "random_seed", "Sets the seed of ${_RANDOM}, so that each reading gives the same numbers",
        .integer(0, 4_294_967_295), default: "time of day", .acts)
    ) { $2.integer($1, bad: .ignored)?.span }
    directory(
      "iproute_usr_dir", "Names the directory of iproute2's tables of names, such as rt_tables", "/usr/share/iproute2",
      \.vendorDirectory)
    directory(
      "iproute_etc_dir",
      "Names the directory of the host's own tables of names, which come before those of iproute2", "/etc/iproute2",
      \.hostDirectory)
  }

  private static func directory(
    _ name: String, _ meaning: String, _ usual: String, _ path: WritableKeyPath<KernelNames, String> & Sendable
  ) -> Setting<Model> {
    Setting(
      Keyword(name, meaning, .word, arguments: "PATH", default: "\(usual) (build)", since: "2.3.2", .acts)
    ) { _, statement, lowering in
      guard let word = statement.arguments.first else { return nil }
      lowering.kernelNames[keyPath: path] = word.text
      return word.span
    }
  }
}

extension ValueForm<ProtocolVersion> {
  fileprivate static var version: Self {
    Self(form: .integer(2, 3)) { statement, lowering, bad in
      lowering.integer(statement, bad: bad).map { $0.value == 3 ? .v3 : .v2 }
    } words: {
      [$0 == .v3 ? "3" : "2"]
    }
  }
}

extension ValueForm<Nanoseconds> {
  /// Seconds; a value of zero is not written.
  static func pause(_ microseconds: ClosedRange<Int>) -> Self {
    var form = seconds(microseconds)
    form.words = { $0 == .zero ? nil : [.word(DecimalText.text($0, unit: .seconds))] }
    return form
  }
}

extension ValueForm<UInt32> {
  /// The bits of `umask`.
  fileprivate static var mask: Self {
    Self(form: .words, arguments: "NUMBER / BIT [| BIT] …") { statement, lowering, _ in
      lowering.umask(statement)
    } words: {
      [.word("0" + String($0, radix: 8))]
    }
  }
}

extension ValueForm<NotifyFIFO> {
  /// `PATH [USER [GROUP]]`.
  fileprivate static var fifo: Self {
    Self(form: .words, arguments: "PATH [USER [GROUP]]") { statement, lowering, _ in
      guard let path = statement.arguments.first else { return nil }
      var fifo = NotifyFIFO(path: path.text)
      fifo.owner = lowering.user(statement.arguments.dropFirst())
      lowering.fifos.append(
        HostRequirements.FIFO(
          keyword: statement.words[0].text, path: path.text, owner: fifo.owner,
          range: lowering.diagnostics.map.range(of: path.span)))
      return fifo
    } words: {
      [.word($0.path)] + ShownValue.words(of: $0.owner)
    }
  }
}

extension Lowering {
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
}

extension ShownProperty where Owner == GlobalSettings {
  /// The properties of `global_defs`.
  package static var global: [ShownProperty<Owner>] { Block.global.properties }
}
