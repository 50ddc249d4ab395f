import ConfigurationModel
import ConfigurationSyntax

/// A keyword of a block, declared once: its manual text, the form and place of its value, its default, and its display.
///
/// Reading, defaults, spelling, `config show`, `config diff`, `help keyword`, the reference and the manual page all come from it.
struct Setting<Model: BlockModel>: Sendable {
  typealias Block = BlockReading<Model>
  /// Reads a line into the model; returns the place of the value, or `nil` for an unusable line.
  typealias Reader = @Sendable (inout Block, Statement, Lowering) -> SourceSpan?

  var keyword: Keyword
  /// Name of the property, since two keywords may set one.
  var property: String
  /// The reader; `nil` for a keyword without effect.
  var read: Reader?
  /// The line in a shown configuration; `nil` if another keyword's line shows the property.
  var shown: ShownProperty<Model>?
  /// Completes the value from other settings where it is not written.
  var complete: (@Sendable (inout Block) -> Void)?
  /// Inheritance from `global_defs`; `nil` for none.
  var inheritance: Inheritance<Model>?
  /// The keyword of `global_defs` that sets the default of all blocks; none or one.
  var forAll: [GlobalSetting] = []

  /// A keyword that is read and shown by functions of its own.
  init(_ keyword: Keyword, as property: String? = nil, shown: ShownProperty<Model>? = nil, read: Reader? = nil) {
    self.keyword = keyword
    self.property = property ?? keyword.name
    self.shown = shown
    self.read = read
  }

  /// A keyword with a value.
  ///
  /// - Parameters:
  ///   - meaning: A sentence without a full stop.
  ///   - defaultText: The default, for the manual; if not given, the value of an empty block.
  ///   - unset: The remark shown for a value that cannot be written.
  init<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, _ path: WritableKeyPath<Model, Value> & Sendable,
    default defaultText: String? = nil, unset: String? = nil, bad: BadValue = .ignored,
    repeated: Repeated = .lastCounts, since: String = "2.2.7"
  ) {
    let usual = defaultText ?? form.text(Model.unset[keyPath: path])
    self.init(
      name, meaning, form, default: usual, bad: bad, repeated: repeated, since: since,
      shown: { form.line(name, $0[keyPath: path]) ?? .none(unset) }
    ) { $0[keyPath: path] = $1 }
  }

  /// A keyword with an optional value, required or not.
  ///
  /// - Parameters:
  ///   - inherits: Keyword of `global_defs` whose value holds if it is not written.
  ///   - unset: The remark shown if it is not written.
  init<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, _ path: WritableKeyPath<Model, Value?> & Sendable,
    default defaultText: String? = nil, inherits: String? = nil, unset: String? = nil, bad: BadValue = .ignored,
    repeated: Repeated = .lastCounts, since: String = "2.2.7"
  ) {
    self.init(
      name, meaning, form, default: defaultText ?? inherits, bad: bad, repeated: repeated, since: since,
      shown: { $0[keyPath: path].flatMap { form.line(name, $0) } ?? .none(unset) }
    ) { $0[keyPath: path] = $1 }
    shown?.inherited = [inherits].compactMap(\.self)
  }

  private init<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, default defaultText: String?, bad: BadValue,
    repeated: Repeated, since: String, shown: @escaping @Sendable (Model) -> ShownValue,
    set: @escaping @Sendable (inout Model, Value) -> Void
  ) {
    let keyword = Keyword(
      name, meaning, form.form, arguments: form.arguments, default: defaultText, unit: form.unit, since: since,
      repetition: repeated.repetition, .acts)
    self.init(keyword, shown: ShownProperty(name, value: shown)) { block, statement, lowering in
      guard repeated.mayCount(statement, block.places, name, lowering),
        let value = form.read(statement, lowering, bad)
      else { return nil }
      set(&block.model, value)
      return form.place(in: statement)
    }
  }

  /// A script that something runs.
  static func command(
    _ name: String, _ meaning: String, _ path: WritableKeyPath<Model, CommandDefinition?> & Sendable
  ) -> Setting {
    Setting(name, meaning, .command, path, repeated: .firstCommandCounts)
  }

  /// A keyword whose presence is all that counts.
  static func mark(_ keyword: Keyword, shown: ShownProperty<Model>? = nil) -> Setting {
    Setting(keyword, shown: shown) { _, statement, _ in statement.span }
  }
}

// MARK: Relations to other settings

extension Setting {
  /// The setting, and another keyword with the same meaning.
  func also(_ name: String, _ meaning: String, instead: String? = nil) -> [Setting] {
    var setting = self
    setting.shown?.keywords.append(name)
    return [setting, Setting(keyword.renamed(name, meaning, instead: instead), as: property, read: read)]
  }

  /// The setting, also set by another keyword of the block together with others.
  func setAlso(by keyword: String) -> Setting {
    var setting = self
    setting.shown?.keywords.append(keyword)
    return setting
  }

  /// The setting, following from another keyword of the block where it is not written.
  func following(_ keyword: String, _ follow: @escaping @Sendable (inout Model) -> Void) -> Setting {
    var setting = self
    setting.shown?.following = keyword
    setting.keyword = self.keyword.with(default: keyword)
    let property = property
    setting.complete = { block in
      if block.places[property] == nil { follow(&block.model) }
    }
    return setting
  }

  /// The setting, with a further step once the whole block has been read.
  func completed(_ complete: @escaping @Sendable (inout Block) -> Void) -> Setting {
    var setting = self
    setting.complete = complete
    return setting
  }

  /// The setting with another default in the manual.
  func `default`(_ text: String) -> Setting {
    var setting = self
    setting.keyword = keyword.with(default: text)
    return setting
  }

  /// The setting, overridden by strict mode.
  var strict: Setting {
    var setting = self
    setting.shown?.isStrict = true
    return setting
  }

  /// The setting, inherited from a sync group by members that do not set their own.
  var setByGroup: Setting {
    var setting = self
    setting.shown?.isSetByGroup = true
    return setting
  }

  /// The setting, shown as one that another keyword of the block may decide.
  func shownFollowing(_ keyword: String) -> Setting {
    var setting = self
    setting.shown?.following = keyword
    return setting
  }

  /// The setting without a default in the manual, since the block needs it.
  var required: Setting {
    var setting = self
    setting.keyword = keyword.with(default: nil)
    return setting
  }

  /// The setting, shown in another way.
  func shown(following keyword: String? = nil, as value: @escaping @Sendable (Model) -> ShownValue) -> Setting {
    var setting = self
    setting.shown = ShownProperty(property, following: keyword, value: value)
    return setting
  }
}

extension ValueForm {
  /// The line with the value; `nil` for a value that needs no line.
  func line(_ name: String, _ value: Value) -> ShownValue? { words(value).map { .line([.word(name)] + $0) } }

  /// Place of a line's value: its word, or the line of a keyword without a value.
  func place(in statement: Statement) -> SourceSpan {
    form == .flag || form == .boolean ? statement.span : statement.arguments.first?.span ?? statement.span
  }
}

/// The line that counts of several, and whether the others are reported.
enum Repeated: Sendable {
  /// The last one that can be used.
  case lastCounts
  /// The last one; a second line is reported.
  case lastCountsTold
  /// The first one that can be used; a second line is reported.
  case firstCountsTold
  /// The first command that can be run; a second line is reported.
  case firstCommandCounts
  /// The first FIFO; a second line is reported.
  case firstFIFOCounts

  var repetition: Keyword.Repetition {
    switch self {
    // keepalived's manual does not say that a second FIFO does not count.
    case .lastCounts, .lastCountsTold, .firstFIFOCounts: .last
    case .firstCountsTold, .firstCommandCounts: .first
    }
  }

  /// True when a line may count beside those before it.
  func mayCount(_ statement: Statement, _ places: KeywordPlaces, _ property: String, _ lowering: Lowering) -> Bool {
    let name = statement.words[0].text
    switch self {
    case .lastCounts: return true
    case .lastCountsTold:
      guard let earlier = places.line(of: property) else { return true }
      lowering.diagnostics.report(
        .warning, "overridden-keyword", "\(name) is given twice; this one counts", at: statement.span,
        notes: [("this one does not", earlier)], suggestion: "take one of the two lines out")
      return true
    case .firstCountsTold:
      guard let earlier = places[property] else { return true }
      lowering.diagnostics.report(
        .warning, "duplicate-keyword", "\(name) is given twice; this one is ignored", at: statement.span,
        notes: [("this one counts", earlier)], suggestion: "take one of the two lines out")
      return false
    case .firstFIFOCounts:
      guard places[property] != nil else { return true }
      lowering.diagnostics.report(
        .warning, "duplicate-fifo", "\(name) is given twice; this one is ignored", at: statement.span)
      return false
    case .firstCommandCounts:
      guard places[property] != nil else { return true }
      if !statement.arguments.isEmpty {
        lowering.diagnostics.report(
          .warning, "duplicate-command", "\(name) is given twice; this one is ignored", at: statement.span,
          suggestion: "call both from one script, or take one line out")
      }
      return false
    }
  }
}
