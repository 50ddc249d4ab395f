import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Turns statements into readings of blocks, and readings into the model.
///
/// Reading a block stores its values; the rules then complete them and decide what they mean together.
final class Lowering {
  let schema: Schema
  /// Source of key files.
  let files: any SourceFiles
  let diagnostics: DiagnosticCollector
  /// True for `martlet check`, which also reports what does not keep the service from running.
  let looksForImprovements: Bool
  var global = BlockReading<GlobalSettings>(Located("global_defs", .none))
  var scripts: NamedBlocks<ScriptCheckDefinition>
  var sessions: NamedBlocks<BFDInstanceDefinition>
  /// The blocks of `track_file` and of `vrrp_track_file`.
  var trackedFiles: NamedBlocks<TrackedFileDefinition>
  var trackedProcesses: NamedBlocks<TrackedProcessDefinition>
  var probes: NamedBlocks<ProbeDefinition>
  var instances: [InstanceReading] = []
  var groups: [SyncGroupReading] = []
  var staticAddresses: [KernelEntryDefinition] = []
  var staticRoutes: [KernelEntryDefinition] = []
  var staticRules: [KernelEntryDefinition] = []
  var linkDelays: [String: LinkDelay] = [:]
  var announcementGroups: [AnnouncementGroup] = []
  /// The interfaces of all announcement groups.
  var announcedInterfaces: Set<String> = []
  var linkDelaySpans: [String: SourceSpan] = [:]
  var trackGroups: [TrackGroupReading] = []
  /// Places where static entries name a `track_group`.
  var trackGroupUses: [Located<String>] = []
  // Names in LVS blocks, for the rules about names.
  var serverGroups: Set<String> = []
  var serverGroupUses: [Located<String>] = []
  var checkedFiles: [Located<String>] = []
  var checkedSessions: [Located<String>] = []
  var syncDaemonInstance: Located<String>?
  var kernelNames: KernelNames
  var nextRulePreference: UInt32 = 16_384
  /// Every program that would be run, once for each user that runs it.
  var commands: [ScriptUse] = []
  /// Every command that asks for processes by their names.
  var processCommands: [ScriptUse] = []
  var fifos: [HostRequirements.FIFO] = []
  var commandKeys: Set<CommandDefinition> = []
  /// Every file that the daemon would read besides the configuration.
  var fileUses: [FileUse] = []
  /// Place of the first command.
  var firstCommand: SourceSpan?
  /// First place of each interface that must exist.
  var interfaces: [String: SourceSpan] = [:]
  /// First place of each interface that only a rule names, and that may come later.
  var awaitedInterfaces: [String: SourceSpan] = [:]
  /// First place of each interface in a `garp_group`, and in `interface_up_down_delays`.
  var pacedInterfaces: [String: SourceSpan] = [:]
  var delayedInterfaces: [String: SourceSpan] = [:]
  /// Place of the first secret of each file, by the file's number.
  var secrets: [UInt32: SourceSpan] = [:]
  private var names: [String: [String: SourceSpan]] = [:]
  private var hasReportedLVS = false
  /// The lines of the block being read.
  private var siblings: [Statement] = []
  /// Number of lines for each keyword in the block, counted on first use.
  private var siblingCounts: [Grammar.ID: Int]?

  private lazy var globalTable = ActionTable(schema, block: ["global_defs"], Block.global.actions)
  private lazy var oldFileTable = ActionTable(
    schema, block: ["vrrp_track_file"], Block.file("vrrp_track_file").actions)
  private lazy var instanceTable = ActionTable(schema, block: ["vrrp_instance"], Block.instance.actions)
  private lazy var groupTable = ActionTable(schema, block: ["vrrp_sync_group"], Block.group.actions)
  private(set) lazy var authenticationTable = ActionTable(
    schema, block: ["vrrp_instance", "authentication"], Block.authentication.actions)
  private(set) lazy var announcementGroupTable = ActionTable(
    schema, block: ["garp_group"], Block.announcementGroup.actions)
  private(set) lazy var trailerTable = ActionTable(
    schema, block: ["vrrp_instance", "auth_hmac"], Block.trailer.actions)
  private lazy var topTable = ActionTable(schema, block: [], Self.topActions)

  init(
    schema: Schema, files: any SourceFiles, diagnostics: DiagnosticCollector, looksForImprovements: Bool = false
  ) {
    self.schema = schema
    self.looksForImprovements = looksForImprovements
    self.files = files
    kernelNames = KernelNames(files: files)
    scripts = NamedBlocks(.script, schema)
    sessions = NamedBlocks(.session, schema)
    trackedFiles = NamedBlocks(.file("track_file"), schema)
    trackedProcesses = NamedBlocks(.process, schema)
    probes = NamedBlocks(.probe, schema)
    self.diagnostics = diagnostics
  }

  /// Records an interface that the host must have.
  func noteInterface(_ name: String, at span: SourceSpan) {
    if interfaces[name] == nil { interfaces[name] = span }
  }

  func row(of statement: Statement) -> Keyword? { statement.keyword.flatMap(schema.keyword) }

  /// Reads all statements.
  func read(_ statements: [Statement]) {
    var nothing: Void = ()
    apply(topTable, to: &nothing, statements)
  }

  /// The actions of the keywords outside all blocks.
  static var topActions: [KeywordAction<Void>] {
    [
      .custom("global_defs") { _, statement, lowering in
        var block = lowering.global
        lowering.apply(lowering.globalTable, to: &block, statement.children)
        lowering.global = block
      },
      .custom("net_namespace") { $2.readNamespace($1) },
      .custom("interface_up_down_delays") { $2.readLinkDelays($1) },
      .custom("linkbeat_interfaces") { $2.checkLinkBeats($1) },
      .custom("track_group") { $2.readTrackGroup($1) },
      .custom("garp_group") { $2.readAnnouncementGroup($1) },
      .custom("static_ipaddress") { $2.staticAddresses += $2.staticAddresses($1) },
      .custom("static_routes") { $2.staticRoutes += $2.routes($1) },
      .custom("static_rules") { $2.staticRules += $2.rules($1) },
      .custom("vrrp_script") { _, statement, lowering in
        guard let script = lowering.reading(statement, lowering.scripts.table) else { return }
        if let place = script.places["script"] {
          lowering.record("script", Located(script.command, place), user: script.places["user"])
        }
        lowering.scripts.readings.append(script)
      },
      .custom("bfd_instance") { _, statement, lowering in
        guard let session = lowering.reading(statement, lowering.sessions.table) else { return }
        lowering.sessions.readings.append(session)
      },
      .custom("track_file") { _, statement, lowering in
        guard let file = lowering.reading(statement, lowering.trackedFiles.table) else { return }
        lowering.trackedFiles.readings.append(file)
      },
      .custom("vrrp_track_file") { _, statement, lowering in
        guard let file = lowering.reading(statement, lowering.oldFileTable) else { return }
        lowering.trackedFiles.readings.append(file)
      },
      .custom("vrrp_track_process") { _, statement, lowering in
        guard let process = lowering.reading(statement, lowering.trackedProcesses.table) else { return }
        lowering.trackedProcesses.readings.append(process)
      },
      .custom("vrrp_probe") { _, statement, lowering in
        guard let probe = lowering.reading(statement, lowering.probes.table) else { return }
        lowering.probes.readings.append(probe)
      },
      .custom("vrrp_instance") { _, statement, lowering in
        guard var instance = lowering.reading(statement, lowering.instanceTable) else { return }
        instance.notes.finish()
        instance.places.finish()
        lowering.instances.append(instance)
      },
      .custom("vrrp_sync_group") { _, statement, lowering in
        guard var group = lowering.reading(statement, lowering.groupTable) else { return }
        group.notes.tracked.finish()
        lowering.groups.append(group)
      },
    ]
  }

  /// Reads a block with a name; `nil` without a name of its own, after all its faults have been reported.
  private func reading<Model: NamedModel>(
    _ statement: Statement, _ table: ActionTable<BlockReading<Model>>
  ) -> BlockReading<Model>? {
    let name = name(of: statement)
    var block = BlockReading<Model>(named: name ?? Located("", statement.span))
    apply(table, to: &block, statement.children)
    return name == nil ? nil : block
  }

  /// Reads `net_namespace`; the first one counts.
  private func readNamespace(_ statement: Statement) {
    guard let word = statement.arguments.first else { return }
    guard !word.bytes.contains(UInt8(ascii: "/")), word.bytes.count <= 255, ![".", ".."].contains(word.text) else {
      diagnostics.report(
        .error, "bad-value", "'\(word.text)' cannot be the name of a network namespace", at: word.span,
        suggestion: "write the name that `ip netns` shows")
      return
    }
    guard global.networkNamespace == nil else {
      diagnostics.report(
        .warning, "duplicate-namespace", "net_namespace is given twice; this one is ignored", at: statement.span)
      return
    }
    global.networkNamespace = word.text
  }

  /// Runs `body` while `statements` are the lines of the block being read.
  func withSiblings(_ statements: [Statement], _ body: () -> Void) {
    let (outer, outerCounts) = (siblings, siblingCounts)
    (siblings, siblingCounts) = (statements, nil)
    body()
    (siblings, siblingCounts) = (outer, outerCounts)
  }

  /// The number of lines of a keyword in the block being read.
  func count(of keyword: Grammar.ID) -> Int {
    let counts =
      siblingCounts ?? Dictionary(siblings.compactMap { $0.keyword.map { ($0, 1) } }, uniquingKeysWith: +)
    siblingCounts = counts
    return counts[keyword] ?? 0
  }

  /// True when no other line of the block has the statement's keyword, so that a fix does not decide between two lines.
  func isOnly(_ statement: Statement) -> Bool { statement.keyword.map { count(of: $0) <= 1 } ?? true }

  /// Applies the action of each statement to the block being read.
  func apply<Reading>(_ table: ActionTable<Reading>, to reading: inout Reading, _ statements: [Statement]) {
    withSiblings(statements) { act(table, on: &reading, statements) }
  }

  private func act<Reading>(_ table: ActionTable<Reading>, on reading: inout Reading, _ statements: [Statement]) {
    var known = WrittenKeywords()
    for statement in statements {
      guard let row = row(of: statement), let id = statement.keyword else { continue }
      guard !known.hasCounted(statement, row, self) else { continue }
      switch row.disposition {
      case .acts:
        guard checkWords(statement, row), let action = table[id] else { continue }
        noteDeprecation(statement, row)
        guard !statement.isGuess else {
          var copy = reading
          action.apply(&copy, statement, self)
          continue
        }
        action.apply(&reading, statement, self)
      case .accepted(let reason):
        guard checkWords(statement, row) else { continue }
        noteDeprecation(statement, row)
        diagnostics.report(.note, "no-effect", "\(row.name) \(reason.text)", at: statement.span)
        if let action = table[id] { action.apply(&reading, statement, self) } else { check(statement, row) }
      case .lacks(let advice):
        guard checkWords(statement, row) else { continue }
        noteDeprecation(statement, row)
        reportLacking(statement, row, advice)
        if let action = table[id] { action.apply(&reading, statement, self) } else { check(statement, row) }
      case .notManaged:
        reportLoadBalancing(statement, row)
        guard checkWords(statement, row) else { continue }
        checkLoadBalancing(statement, row)
      }
    }
  }

  private func reportLoadBalancing(_ statement: Statement, _ row: Keyword) {
    guard !hasReportedLVS else { return }
    hasReportedLVS = true
    diagnostics.report(
      .warning, "not-managed",
      "\(row.name) belongs to LVS load balancing, which martlet leaves alone; this holds for all of it in this file",
      at: statement.span, suggestion: "keep keepalived, or another program, for the load balancing")
  }

  /// Checks a keyword without an action: its value, and the lines of its block.
  func check(_ statement: Statement, _ row: Keyword) {
    if !statement.arguments.isEmpty {
      switch row.form {
      case .integer, .optionalInteger: _ = integer(statement, bad: .ignored)
      case .decimal: _ = millionths(statement, bad: .ignored)
      case .boolean: _ = boolean(statement)
      case .address: _ = address(statement)
      case .interface: checkInterface(statement)
      case .choice(let words): checkChoice(statement, row, words) { $0 }
      case .caselessChoice(let words): checkChoice(statement, row, words) { $0.uppercased() }
      case .word: checkLength(statement, row)
      default: break
      }
    }
    if row.form == .block { checkChildren(of: statement) }
  }

  func checkInterface(_ statement: Statement) {
    guard let word = statement.arguments.first, !Self.canNameInterface(word) else { return }
    diagnostics.report(
      .warning, "interface-name",
      "'\(word.text)' cannot be the name of an interface, which has 1 to 15 characters; the line is ignored",
      at: word.span)
  }

  private func checkLength(_ statement: Statement, _ row: Keyword) {
    guard case .cut(let most) = row.excess, let word = statement.arguments.first, word.bytes.count > most else {
      return
    }
    let used = String(decoding: word.bytes.prefix(most), as: UTF8.self)
    diagnostics.report(
      .warning, "bad-value", "\(row.name): '\(word.text)' has more than \(most) bytes; keepalived uses '\(used)'",
      at: word.span, suggestion: "write \(used)", replacement: used)
  }

  private func checkChoice(_ statement: Statement, _ row: Keyword, _ words: [String], _ fold: (String) -> String) {
    guard let word = statement.arguments.first, !words.contains(fold(word.text)) else { return }
    let nearest = diagnostics.nearest(to: word.text, in: words)
    let rest = row.defaultText.map { "the line is ignored and the default holds (\($0))" } ?? "the line is ignored"
    diagnostics.report(
      .warning, "bad-value", "\(row.name): '\(word.text)' is none of \(words.joined(separator: ", ")); \(rest)",
      at: word.span, suggestion: nearest.map { "did you mean \($0)?" },
      replacement: Spelling.sure(nearest, for: word.text))
  }

  /// Checks the lines of a block without an action.
  func checkChildren(of statement: Statement) {
    withSiblings(statement.children) {
      for child in statement.children {
        guard let row = row(of: child), checkWords(child, row) else { continue }
        check(child, row)
      }
    }
  }

  /// Deprecated keywords that keepalived warns of.
  private static let reportedDeprecations: Set<String> = [
    "global_tracking", "linkbeat_use_polling", "lvs_sync_daemon_interface", "vmac_garp_intvl", "thread_timer_expired",
    "nb_get_retry",
  ]

  func noteDeprecation(_ statement: Statement, _ row: Keyword) {
    guard let instead = row.instead else { return }
    let block = schema.grammar.find(path: row.block.split(separator: "/").map(String.init))
    let isKeyword = schema.grammar.find(Array(instead.utf8)[...], in: block) != nil
    diagnostics.report(
      Self.reportedDeprecations.contains(row.name) ? .warning : .note, "deprecated", "\(row.name) is deprecated",
      at: statement.span, suggestion: instead.isEmpty ? nil : isKeyword ? "write \(instead)" : instead,
      replacement: isKeyword ? instead : nil)
  }

  private func reportLacking(_ statement: Statement, _ row: Keyword, _ advice: Keyword.Advice) {
    let isBlock = row.form == .block || row.form == .values
    diagnostics.report(
      .warning, "not-yet", "martlet does not have \(row.name) yet; the \(isBlock ? "block" : "line") has no effect",
      at: statement.span, suggestion: advice.text)
  }

  /// The name of a block; `nil`, with a finding, without a name or if a block of its kind has the name already.
  func name(of statement: Statement) -> Located<String>? {
    let kind = row(of: statement)?.name ?? statement.words[0].text
    guard let word = statement.arguments.first, !word.bytes.isEmpty else {
      // keepalived ends at a script without a name, and goes on without any other such block.
      let isFatal = kind == "vrrp_script"
      diagnostics.report(
        isFatal ? .error : .warning, "missing-name",
        "\(kind) needs a name" + (isFatal ? "" : "; the block is skipped"), at: statement.span,
        suggestion: "write \(kind) NAME {")
      return nil
    }
    if let extra = statement.arguments.dropFirst().first {
      diagnostics.report(
        .warning, "extra-words", "\(kind) takes one name; a block with more words is skipped", at: extra.span,
        suggestion: "put the name in double quotes or take the other words out")
      return nil
    }
    let name = word.text
    // Both keywords for tracked files share one set of names.
    let space = kind == "vrrp_track_file" ? "track_file" : kind
    if let earlier = names[space, default: [:]][name] {
      diagnostics.report(
        .warning, "duplicate-name", "there is a \(kind) \(name) already; this one is skipped",
        at: word.span, notes: [("the first one is here", earlier)], suggestion: "give it another name")
      return nil
    }
    names[space, default: [:]][name] = word.span
    return Located(name, word.span)
  }
}
