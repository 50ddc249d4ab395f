import ConfigurationSyntax
import NetworkTypes

/// The action of a keyword on the block being read. The keyword's form and bounds are in its ``Schema`` row.
struct KeywordAction<Reading> {
  let name: String
  let apply: (inout Reading, Statement, Lowering) -> Void

  /// A keyword read by a function of its own.
  static func custom(_ name: String, _ apply: @escaping (inout Reading, Statement, Lowering) -> Void) -> Self {
    Self(name: name, apply: apply)
  }
}

/// The actions of one block, by keyword.
struct ActionTable<Reading> {
  private var actions: [Grammar.ID: KeywordAction<Reading>] = [:]

  init(_ schema: Schema, block: [String], _ list: [KeywordAction<Reading>]) {
    for action in list {
      if let id = schema.grammar.find(path: block + [action.name]) { actions[id] = action }
    }
  }

  subscript(id: Grammar.ID) -> KeywordAction<Reading>? { actions[id] }

  var count: Int { actions.count }
}
