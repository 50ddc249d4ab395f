import ConfigurationModel
import ConfigurationSyntax

typealias GlobalSetting = Setting<GlobalSettings>

/// The keyword of `global_defs` that sets the default of all instances.
struct InheritedFrom {
  var name: String
  /// The default where neither is written, for the manual.
  var defaultText: String?
  /// Further keywords of `global_defs` that decide where neither is written, strongest first.
  var others: [String]

  init(_ name: String, default defaultText: String? = nil, others: String...) {
    self.name = name
    self.defaultText = defaultText
    self.others = others
  }
}

/// Inheritance of a setting's value from a block that stands for all.
struct Inheritance<Model: BlockModel>: Sendable {
  /// True when the value for all differs from the default.
  var isNeeded: @Sendable (_ all: Model) -> Bool
  /// Copies the value for all into a block that does not set its own.
  var inherit: @Sendable (_ block: inout BlockReading<Model>, _ all: Model) -> Void
}

extension Setting where Model == VirtualRouterDefinition {
  /// A keyword whose value an instance inherits from `global_defs` where it is not written.
  ///
  /// - Parameters:
  ///   - strict: The value under strict mode, for the manual; it overrides any other.
  init<Value: Sendable & Equatable>(
    _ name: String, _ meaning: String, _ form: ValueForm<Value>, _ path: WritableKeyPath<Model, Value> & Sendable,
    inherits global: InheritedFrom, strict: String? = nil, bad: BadValue = .ignored, since: String = "2.2.7"
  ) {
    self.init(
      name, meaning, form, path, default: global.name + (strict.map { " (\($0))" } ?? ""), bad: bad, since: since)
    shown?.inherited = [global.name] + global.others
    shown?.isStrict = strict != nil
    inherit(path)
    let keyword = Keyword(
      global.name, meaning + Schema.Shared.forAll, form.form, arguments: form.arguments,
      default: global.defaultText ?? form.text(Model.unset[keyPath: path]), unit: form.unit, since: since, .acts)
    let setting = GlobalSetting(keyword) { block, statement, lowering in
      guard let value = form.read(statement, lowering, bad) else { return nil }
      block.notes.router[keyPath: path] = value
      return form.place(in: statement)
    }
    forAll = [setting]
  }

  /// Lets the setting inherit the value of `global_defs` where it is not written.
  private mutating func inherit<Value: Sendable & Equatable>(_ path: WritableKeyPath<Model, Value> & Sendable) {
    let property = property
    inheritance = Inheritance { all in
      all[keyPath: path] != Model.unset[keyPath: path]
    } inherit: { block, all in
      if block.places[property] == nil { block.model[keyPath: path] = all[keyPath: path] }
    }
  }

  /// The setting, inheriting from a keyword that is declared in `global_defs`.
  func inheriting<Value: Sendable & Equatable>(
    _ keywords: String..., path: WritableKeyPath<Model, Value> & Sendable, strict: Bool = false
  ) -> Setting {
    var setting = self
    setting.shown?.inherited = keywords
    setting.shown?.isStrict = strict
    setting.inherit(path)
    return setting
  }
}
