import ConfigurationSyntax
import NetworkTypes

/// What a keyword does to the draft of its block. The keyword's form and bounds stand in its ``Schema`` row.
struct KeywordAction<Draft> {
  let name: String
  let apply: (inout Draft, Statement, Lowering) -> Void

  /// A keyword read by a function of its own.
  static func custom(_ name: String, _ apply: @escaping (inout Draft, Statement, Lowering) -> Void) -> Self {
    Self(name: name, apply: apply)
  }
}

/// The actions of one block by the numbers of its keywords.
struct ActionTable<Draft> {
  private var actions: [Grammar.ID: KeywordAction<Draft>] = [:]

  init(_ schema: Schema, block: [String], _ list: [KeywordAction<Draft>]) {
    for action in list {
      if let id = schema.grammar.find(path: block + [action.name]) { actions[id] = action }
    }
  }

  subscript(id: Grammar.ID) -> KeywordAction<Draft>? { actions[id] }

  var count: Int { actions.count }
}
