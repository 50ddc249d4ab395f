import ConfigurationSyntax
import NetworkTypes

/// Turns statements into drafts, and drafts into the model.
///
/// Reading a block puts values into its draft; the rules then settle what the values mean together.
final class Lowering {
  let schema: Schema
  let diagnostics: DiagnosticCollector
  var global = GlobalDraft()
  var scripts: [ScriptDraft] = []
  var sessions: [BFDDraft] = []
  var trackedFiles: [TrackedFileDraft] = []
  var trackedProcesses: [TrackedProcessDraft] = []
  var probes: [ProbeDraft] = []
  var instances: [InstanceDraft] = []
  var groups: [SyncGroupDraft] = []
  var staticAddresses: [KernelEntryDefinition] = []
  var staticRoutes: [KernelEntryDefinition] = []
  var staticRules: [KernelEntryDefinition] = []
  var linkDelays: [String: LinkDelay] = [:]
  var kernelNames: KernelNames
  var nextRulePreference: UInt32 = 16_384
  /// Every program that would be run, once for each user that runs it.
  var commands: [ScriptUse] = []
  var commandKeys: Set<CommandDefinition> = []
  /// Every file that the daemon would read besides the configuration.
  var files: [FileUse] = []
  /// Positions of ``scripts`` by name, made on demand.
  var scriptPositions: [String: Int] = [:]
  private var names: [String: Set<String>] = [:]
  private var hasReportedLVS = false

  private lazy var globalTable = ActionTable(schema, block: ["global_defs"], Self.globalActions)
  private lazy var scriptTable = ActionTable(schema, block: ["vrrp_script"], Self.scriptActions)
  private lazy var sessionTable = ActionTable(schema, block: ["bfd_instance"], Self.sessionActions)
  private lazy var fileTable = ActionTable(schema, block: ["track_file"], Self.fileActions)
  private lazy var oldFileTable = ActionTable(schema, block: ["vrrp_track_file"], Self.fileActions)
  private lazy var processTable = ActionTable(schema, block: ["vrrp_track_process"], Self.processActions)
  private lazy var probeTable = ActionTable(schema, block: ["vrrp_probe"], Self.probeActions)
  private lazy var instanceTable = ActionTable(schema, block: ["vrrp_instance"], Self.instanceActions)
  private lazy var groupTable = ActionTable(schema, block: ["vrrp_sync_group"], Self.groupActions)
  private lazy var authenticationTable = ActionTable(
    schema, block: ["vrrp_instance", "authentication"], Self.authenticationActions)
  private lazy var topTable = ActionTable(schema, block: [], Self.topActions)

  init(schema: Schema, files: any SourceFiles, diagnostics: DiagnosticCollector) {
    self.schema = schema
    kernelNames = KernelNames(files: files)
    self.diagnostics = diagnostics
  }

  func row(of statement: Statement) -> Keyword? { statement.keyword.flatMap(schema.keyword) }

  /// Reads all statements into drafts.
  func read(_ statements: [Statement]) {
    var nothing: Void = ()
    apply(topTable, to: &nothing, statements)
  }

  private static var topActions: [KeywordAction<Void>] {
    [
      .custom("global_defs") { _, statement, lowering in
        lowering.apply(lowering.globalTable, to: &lowering.global, statement.children)
      },
      .custom("net_namespace") { $2.readNamespace($1) },
      .custom("interface_up_down_delays") { $2.readLinkDelays($1) },
      .custom("static_ipaddress") { $2.staticAddresses += $2.staticAddresses($1) },
      .custom("static_routes") { $2.staticRoutes += $2.routes($1) },
      .custom("static_rules") { $2.staticRules += $2.rules($1) },
      .custom("vrrp_script") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = ScriptDraft(name: name)
        lowering.apply(lowering.scriptTable, to: &draft, statement.children)
        draft.command?.value.user = draft.user
        lowering.record("script", draft.command)
        lowering.scripts.append(draft)
      },
      .custom("bfd_instance") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = BFDDraft(name: name)
        lowering.apply(lowering.sessionTable, to: &draft, statement.children)
        lowering.sessions.append(draft)
      },
      .custom("track_file") { $2.readFile($1, $2.fileTable) },
      .custom("vrrp_track_file") { $2.readFile($1, $2.oldFileTable) },
      .custom("vrrp_track_process") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = TrackedProcessDraft(name: name)
        lowering.apply(lowering.processTable, to: &draft, statement.children)
        lowering.trackedProcesses.append(draft)
      },
      .custom("vrrp_probe") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = ProbeDraft(name: name)
        lowering.apply(lowering.probeTable, to: &draft, statement.children)
        lowering.probes.append(draft)
      },
      .custom("vrrp_instance") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = InstanceDraft(name: name)
        lowering.apply(lowering.instanceTable, to: &draft, statement.children)
        lowering.instances.append(draft)
      },
      .custom("vrrp_sync_group") { _, statement, lowering in
        guard let name = lowering.name(of: statement) else { return }
        var draft = SyncGroupDraft(name: name)
        lowering.apply(lowering.groupTable, to: &draft, statement.children)
        lowering.groups.append(draft)
      },
    ]
  }

  private func readFile(_ statement: Statement, _ table: ActionTable<TrackedFileDraft>) {
    guard let name = name(of: statement) else { return }
    var draft = TrackedFileDraft(name: name)
    apply(table, to: &draft, statement.children)
    trackedFiles.append(draft)
  }

  func readAuthentication(_ statement: Statement, into draft: inout InstanceDraft) {
    apply(authenticationTable, to: &draft, statement.children)
  }

  /// Lets each statement act on the draft by its row.
  func apply<Draft>(_ table: ActionTable<Draft>, to draft: inout Draft, _ statements: [Statement]) {
    for statement in statements {
      guard let row = row(of: statement), let id = statement.keyword else { continue }
      switch row.disposition {
      case .acts:
        guard checkWords(statement, row), let action = table[id] else { continue }
        noteDeprecation(statement, row)
        action.apply(&draft, statement, self)
      case .accepted(let reason):
        guard checkWords(statement, row) else { continue }
        diagnostics.report(.note, "no-effect", "\(row.name) \(reason.text)", at: statement.span)
      case .notYet:
        guard checkWords(statement, row) else { continue }
        reportNotYet(statement, row)
      case .notManaged:
        guard !hasReportedLVS else { continue }
        hasReportedLVS = true
        diagnostics.report(
          .warning, "not-managed",
          "\(row.name) belongs to LVS load balancing, which martlet leaves alone; this holds for all of it in this file",
          at: statement.span, suggestion: "keep keepalived, or another program, for the load balancing")
      }
    }
  }

  /// Whether the words after a keyword are as many as it needs.
  private func checkWords(_ statement: Statement, _ row: Keyword) -> Bool {
    if row.form.needsArgument, statement.arguments.isEmpty {
      diagnostics.report(
        .error, "missing-argument", "\(row.name) needs a value after it", at: statement.span,
        suggestion: statement.isCutByComment
          ? "put the value in double quotes: # and ! begin a comment" : row.defaultText.map { "the default is \($0)" })
      return false
    }
    if let most = row.form.greatestArgumentCount, statement.arguments.count > most {
      reportExtraWords(statement, row, after: most)
    }
    return true
  }

  private func reportExtraWords(_ statement: Statement, _ row: Keyword, after count: Int) {
    let extra = statement.arguments.dropFirst(count)
    guard let first = extra.first else { return }
    if row.form == .flag, ["off", "false", "no"].contains(first.text.lowercased()) {
      diagnostics.report(
        .warning, "extra-words", "\(row.name) takes no value: it is on whatever follows it", at: first.span,
        suggestion: "take the line out to have it off")
      return
    }
    let block = schema.grammar.find(path: row.block.split(separator: "/").map(String.init))
    let isKeyword = schema.grammar.find(first.bytes, in: block) != nil
    diagnostics.report(
      .warning, "extra-words",
      "'\(first.text)' and what follows it on the line have no meaning after \(row.name); they are ignored",
      at: first.span, suggestion: isKeyword ? "\(first.text) is a keyword; put it on a line of its own" : nil)
  }

  private func noteDeprecation(_ statement: Statement, _ row: Keyword) {
    guard let instead = row.instead else { return }
    diagnostics.report(
      .note, "deprecated", "\(row.name) is deprecated", at: statement.span,
      suggestion: instead.isEmpty ? nil : instead)
  }

  private func reportNotYet(_ statement: Statement, _ row: Keyword) {
    // Without the signature the adverts would be open to anybody, so this must not pass as a warning.
    let isSecret = row.name == "auth_hmac"
    let isBlock = row.form == .block || row.form == .values
    diagnostics.report(
      isSecret ? .error : .warning, "not-yet",
      isSecret
        ? "martlet does not have auth_hmac yet, and does not run without the authentication that is asked for"
        : "martlet does not have \(row.name) yet; the \(isBlock ? "block" : "line") has no effect",
      at: statement.span,
      suggestion: isSecret
        ? "sign version 2 with authentication { auth_type AH }, or take the block out to run without authentication"
        : nil)
  }

  /// The name of a block, if it has one that no block of its kind had before.
  private func name(of statement: Statement) -> Located<String>? {
    let kind = statement.words[0].text
    guard let word = statement.arguments.first, !word.bytes.isEmpty else {
      diagnostics.report(
        .error, "missing-name", "\(kind) needs a name", at: statement.span, suggestion: "write \(kind) NAME {")
      return nil
    }
    if let extra = statement.arguments.dropFirst().first {
      diagnostics.report(
        .error, "extra-words", "\(kind) takes one name; keepalived skips a block with more words", at: extra.span,
        suggestion: "put the name in double quotes or take the other words out")
      return nil
    }
    let name = word.text
    // The two keywords of one thing share its names.
    let space = kind == "vrrp_track_file" ? "track_file" : kind
    guard names[space, default: []].insert(name).inserted else {
      diagnostics.report(
        .error, "duplicate-name", "there is a \(kind) \(name) already; keepalived skips the second one",
        at: word.span, suggestion: "give it another name")
      return nil
    }
    return Located(name, word.span)
  }
}
