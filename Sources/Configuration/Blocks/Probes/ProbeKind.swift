import ConfigurationModel
import ConfigurationSyntax

/// A question of a probe. Its notes hold what the probe has to know while the options are read.
protocol ProbeModel: BlockModel where Notes == ProbeDefinition.Notes {}

/// A kind of probe: a keyword of `vrrp_probe` with a target and a block of options.
struct ProbeKind {
  /// Every kind, in the order of the manual.
  static var all: [ProbeKind] { web + services + network + host + combined }

  let name: String
  /// The rows of the options.
  let keywords: [Keyword]
  let actions: [String]
  let setting: Setting<ProbeDefinition>

  /// A kind with a target and options.
  ///
  /// - Parameters:
  ///   - meaning: A sentence without a full stop.
  ///   - target: Completes the question of the options by the line's own words; `nil` after it has reported the fault.
  init<Model: ProbeModel>(
    _ name: String, _ meaning: String, _ question: @escaping @Sendable (Model) -> ProbeQuestion,
    @Settings<Model> options: () -> [Setting<Model>],
    target: @escaping @Sendable (Statement, inout BlockReading<Model>, Lowering) -> Model?
  ) {
    let block = Block("vrrp_probe", name, settings: options)
    self.name = name
    keywords = block.keywords
    actions = block.actions.map(\.name)
    setting = Setting(Keyword(name, meaning, .target, since: Keyword.own, .acts), as: "question") {
      probe, statement, lowering in
      guard lowering.asksOnce(name, statement, &probe) else { return nil }
      var reading = BlockReading<Model>(Located(name, statement.span))
      let table = ActionTable(lowering.schema, block: block.path, block.actions)
      lowering.apply(table, to: &reading, statement.children)
      probe.notes.members = reading.notes.members
      // With an unusable option the probe would ask something else than what is written.
      guard !reading.places.haveUnusableLine, let asked = target(statement, &reading, lowering) else { return nil }
      probe.question = question(asked)
      return statement.span
    }
  }
}

extension Lowering {
  fileprivate func asksOnce(
    _ kind: String, _ statement: Statement, _ probe: inout BlockReading<ProbeDefinition>
  ) -> Bool {
    if let earlier = probe.notes.kind {
      diagnostics.report(
        .error, "probe-kinds",
        "\(probe.name.value) is a probe of kind \(earlier.value) already; a probe asks one thing",
        at: statement.span, notes: [("that is here", earlier.span)],
        suggestion: "write a vrrp_probe block for each, and track both")
      return false
    }
    probe.notes.kind = Located(kind, statement.span)
    return true
  }

  /// Reports an error at a word; always `nil`, to be returned.
  func refuse<Value>(_ id: String, _ message: String, at word: Word, suggestion: String? = nil) -> Value? {
    diagnostics.report(.error, id, message, at: word.span, suggestion: suggestion)
    return nil
  }

  /// Reports that a required option is missing; always `nil`, to be returned.
  func lacks<Value>(_ statement: Statement, _ what: String, write option: String) -> Value? {
    let kind = statement.words[0]
    return refuse("missing-option", "\(kind.text) needs \(what)", at: kind, suggestion: "write \(option) in the block")
  }
}

extension Setting where Model: ProbeModel {
  /// An option of a probe. A line that cannot be used is an error, and the probe is refused.
  static func option<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, _ path: WritableKeyPath<Model, Value> & Sendable,
    default defaultText: String? = nil
  ) -> Setting {
    Setting(name, meaning, form, path, default: defaultText, bad: .error, since: Keyword.own)
  }

  /// An option that may be left out.
  static func option<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, _ path: WritableKeyPath<Model, Value?> & Sendable,
    default defaultText: String? = nil
  ) -> Setting {
    Setting(name, meaning, form, path, default: defaultText, bad: .error, since: Keyword.own)
  }

  /// An option whose lines add up.
  static func list<Value: Sendable>(
    _ name: String, _ meaning: String, _ form: ValueForm<[Value]>, _ path: WritableKeyPath<Model, [Value]> & Sendable,
    default defaultText: String? = nil
  ) -> Setting {
    let keyword = Keyword(name, meaning, form.form, default: defaultText, since: Keyword.own, .acts)
    return Setting(keyword) { block, statement, lowering in
      guard let values = form.read(statement, lowering, .error) else { return nil }
      block.model[keyPath: path] = (block.places[name] == nil ? [] : block.model[keyPath: path]) + values
      return form.place(in: statement)
    }
  }
}
