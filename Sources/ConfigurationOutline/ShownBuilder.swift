import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// Builds the lines of a shown configuration from the model, the statements that set its values, and the statements that the model does
/// not contain.
struct ShownBuilder {
  let configuration: Configuration
  let schema = Schema.keepalived
  let map: SourceMap
  let top: StatementIndex
  let global: StatementIndex

  init(_ configuration: Configuration, source: ParsedSource) {
    self.configuration = configuration
    map = source.diagnostics.map
    top = StatementIndex(source.statements, schema: schema)
    let id = schema.grammar.find(path: ["global_defs"])
    global = StatementIndex(top.all(id).flatMap(\.children), schema: schema)
  }

  func lines() -> [ShownLine] {
    let reversed = configuration.reversedTrackers
    let names = configuration.routers.map(\.name)
    let groups = configuration.groups.map { group in
      GroupSubject(
        group: group, memberNames: group.members.compactMap { names.indices.contains($0) ? names[$0] : nil },
        reversed: reversed)
    }
    let settled = block(ShownProperty.top, configuration, top, isInside: false)
    var lines = settled.filter { $0.children == nil }
    lines.append(
      ShownLine(["global_defs"], children: block(ShownProperty.global, configuration.global, global, isInside: true)))
    lines += settled.filter { $0.children != nil }
    lines += blocks("vrrp_script", ShownProperty.script, configuration.scripts) { $0.name }
    lines += blocks("bfd_instance", ShownProperty.session, configuration.bfdInstances) { $0.name }
    lines += blocks("track_file", also: "vrrp_track_file", ShownProperty.file, configuration.trackedFiles) { $0.name }
    lines += blocks("vrrp_track_process", ShownProperty.process, configuration.trackedProcesses) { $0.name }
    lines += blocks("vrrp_probe", ShownProperty.probe, configuration.probes) { $0.name }
    lines += blocks("vrrp_sync_group", ShownProperty.group, groups) { $0.group.name }
    lines += blocks(
      "vrrp_instance", ShownProperty.router,
      configuration.routers.map { RouterSubject(router: $0, reversed: reversed) },
      outer: groupIndexes(groups)
    ) { $0.router.name }
    return lines + unmanaged()
  }

  /// The statements of each router's sync group.
  private func groupIndexes(_ groups: [GroupSubject]) -> [String: StatementIndex] {
    let statements = Dictionary(
      top.all(schema.grammar.find(path: ["vrrp_sync_group"])).map { ($0.arguments.first?.text, $0) }
    ) { first, _ in first }
    var indexes: [String: StatementIndex] = [:]
    for group in groups {
      guard let statement = statements[group.group.name] else { continue }
      let index = StatementIndex(statement.children, schema: schema)
      for member in group.memberNames { indexes[member] = index }
    }
    return indexes
  }

  /// The blocks of one kind; blocks that are written but not in the model come last.
  ///
  /// - Parameter old: A second keyword for the same kind of block.
  private func blocks<Owner>(
    _ keyword: String, also old: String? = nil, _ rows: [ShownProperty<Owner>], _ subjects: [Owner],
    outer: [String: StatementIndex] = [:], name: (Owner) -> String
  ) -> [ShownLine] {
    let ids = [keyword, old].compactMap { $0.flatMap { schema.grammar.find(path: [$0]) } }
    var statements: [String: Statement] = [:]
    var rest: [Statement] = []
    let known = Set(subjects.map(name))
    for statement in top.statements where statement.keyword.map(ids.contains) ?? false && !statement.isGuess {
      let name = statement.arguments.first?.text ?? ""
      if statement.arguments.count == 1, known.contains(name), statements[name] == nil {
        statements[name] = statement
      } else {
        rest.append(statement)
      }
    }
    let bound = BoundRows(rows, in: [keyword], schema)
    let oldBound = old.map { BoundRows(rows, in: [$0], schema) }
    var lines = subjects.map { subject in
      let name = name(subject)
      let statement = statements[name]
      let index = StatementIndex(statement?.children ?? [], schema: schema)
      index.outer = outer[name]
      let isOld = old != nil && statement?.keyword == ids.last
      return ShownLine(
        [.word(isOld ? old ?? keyword : keyword), .word(name)], origin: origin(statement?.arguments.first?.span),
        children: block(isOld ? oldBound ?? bound : bound, subject, index, isInside: true))
    }
    lines += rest.map { asWritten($0, remark: Self.leftOut) }
    return lines
  }

  static let leftOut = "is left out; martlet check says why"

  private func block<Owner>(
    _ rows: [ShownProperty<Owner>], _ subject: Owner, _ index: StatementIndex, isInside: Bool
  ) -> [ShownLine] {
    block(BoundRows(rows, in: isInside ? ["global_defs"] : [], schema), subject, index, isInside: isInside)
  }

  /// The lines of one block: its properties, then its other statements.
  private func block<Owner>(
    _ bound: BoundRows<Owner>, _ subject: Owner, _ index: StatementIndex, isInside: Bool
  ) -> [ShownLine] {
    var lines: [ShownLine] = []
    let strict = strictMode(bound, index)
    for row in bound.rows {
      switch row.row.value(subject) {
      case .line(let words): lines.append(line(words, row, index, strict: strict))
      case .lists(let lists): lines += blocks(lists, row, index)
      case .question: break
      case .none(let otherwise):
        let written = row.isList ? [] : row.ids.compactMap(index.effective)
        lines += written.map { asWritten($0, remark: "changes nothing") }
        if written.isEmpty, let otherwise { lines.append(absence(row.row.name, otherwise)) }
      }
    }
    addHiddenEntries(of: bound, index, to: &lines)
    lines += others(bound, index, isInside: isInside)
    return lines
  }

  /// A comment for a property whose value cannot be written.
  private func absence(_ name: String, _ otherwise: String) -> ShownLine {
    var line = ShownLine([], origin: .byDefault)
    line.remark = "\(name): \(otherwise)"
    return line
  }

  func origin(_ span: SourceSpan?) -> ShownOrigin? { span.map { .written(map.place(of: $0)) } }
}

/// Rows with the numbers of their keywords.
struct BoundRows<Owner> {
  struct Row {
    var row: ShownProperty<Owner>
    /// The keywords of the own block.
    var ids: [Grammar.ID]
    var following: Grammar.ID?
    /// The keyword of a sync group whose value members inherit.
    var outer: Grammar.ID?
    var inherited: [Grammar.ID]
    var isList: Bool
    /// True when the entries of a keyword's list stand in its own blocks only.
    var isByKeyword: Bool
  }

  var rows: [Row]
  /// Every keyword of a row.
  var ids: Set<Grammar.ID>
  var strictMode: Grammar.ID?

  init(_ rows: [ShownProperty<Owner>], in block: [String], _ schema: Schema) {
    func find(_ name: String) -> Grammar.ID? { schema.grammar.find(path: block + [name]) }
    self.rows = rows.map { row in
      let ids = row.keywords.compactMap(find)
      let form = ids.first.flatMap(schema.keyword)?.form
      return Row(
        row: row, ids: ids, following: row.following.flatMap(find),
        outer: row.isSetByGroup ? schema.grammar.find(path: ["vrrp_sync_group", row.name]) : nil,
        inherited: row.inherited.compactMap { schema.grammar.find(path: ["global_defs", $0]) },
        isList: form == .values || form == .block, isByKeyword: row.isByKeyword)
    }
    ids = Set(self.rows.flatMap(\.ids))
    strictMode = find("strict_mode")
  }
}
