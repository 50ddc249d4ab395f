import ConfigurationModel
import ConfigurationSyntax

/// A kind of block: its settings, in the order in which they are shown.
struct Block<Model: BlockModel>: Sendable {
  /// The keywords around its lines, its own last.
  let path: [String]
  /// The setting without which there is no such thing; a block that lacks it is left out.
  let required: String?
  let settings: [Setting<Model>]

  init(_ path: String..., requires required: String? = nil, @Settings<Model> settings: () -> [Setting<Model>]) {
    self.path = path
    self.required = required
    self.settings = settings()
  }

  /// The rows of the manual.
  var keywords: [Keyword] { Schema.rows(path.joined(separator: "/"), settings.map(\.keyword)) }

  /// What is shown of it.
  var properties: [ShownProperty<Model>] { settings.compactMap(\.shown) }

  /// What its keywords do.
  var actions: [KeywordAction<BlockReading<Model>>] {
    settings.compactMap { setting in
      guard let read = setting.read else { return nil }
      let property = setting.property
      return .custom(setting.keyword.name) { block, statement, lowering in
        let value = read(&block, statement, lowering)
        block.places.note(property, line: statement.span, value: value)
      }
    }
  }

  /// Whether it says what it has to say.
  func isComplete(_ block: BlockReading<Model>) -> Bool { required.map { block.places[$0] != nil } ?? true }

  /// What it comes to once all has been read; `nil` if it does not say what it has to say.
  func model(of block: BlockReading<Model>) -> Model? {
    guard isComplete(block) else { return nil }
    var block = block
    for setting in settings { setting.complete?(&block) }
    return block.model
  }
}

/// Makes one list of settings, and of lists of them.
@resultBuilder
enum Settings<Model: BlockModel> {
  static func buildExpression(_ setting: Setting<Model>) -> [Setting<Model>] { [setting] }
  static func buildExpression(_ settings: [Setting<Model>]) -> [Setting<Model>] { settings }
  static func buildPartialBlock(first: [Setting<Model>]) -> [Setting<Model>] { first }
  static func buildPartialBlock(accumulated: [Setting<Model>], next: [Setting<Model>]) -> [Setting<Model>] {
    accumulated + next
  }
}
