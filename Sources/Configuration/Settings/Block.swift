import ConfigurationModel
import ConfigurationSyntax

/// A kind of block: its settings, in the order in which they are shown.
struct Block<Model: BlockModel>: Sendable {
  /// The keywords around the lines, the block's own last.
  let path: [String]
  /// The setting without which the block is left out.
  let required: String?
  let settings: [Setting<Model>]

  init(_ path: String..., requires required: String? = nil, @Settings<Model> settings: () -> [Setting<Model>]) {
    self.path = path
    self.required = required
    self.settings = settings()
  }

  var keywords: [Keyword] { Schema.rows(path.joined(separator: "/"), settings.map(\.keyword)) }

  var properties: [ShownProperty<Model>] { settings.compactMap(\.shown) }

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

  /// True when the required setting is written.
  func isComplete(_ block: BlockReading<Model>) -> Bool { required.map { block.places[$0] != nil } ?? true }

  /// The model of the block once everything has been read; `nil` without the required setting.
  func model(of block: BlockReading<Model>) -> Model? {
    guard isComplete(block) else { return nil }
    var block = block
    for setting in settings { setting.complete?(&block) }
    return block.model
  }
}

/// Joins settings and lists of settings into one list.
@resultBuilder
enum Settings<Model: BlockModel> {
  static func buildExpression(_ setting: Setting<Model>) -> [Setting<Model>] { [setting] }
  static func buildExpression(_ settings: [Setting<Model>]) -> [Setting<Model>] { settings }
  static func buildPartialBlock(first: [Setting<Model>]) -> [Setting<Model>] { first }
  static func buildPartialBlock(accumulated: [Setting<Model>], next: [Setting<Model>]) -> [Setting<Model>] {
    accumulated + next
  }
}
