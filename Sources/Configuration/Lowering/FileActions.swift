import ConfigurationSyntax
import NetworkTypes

/// A `track_file` block.
struct TrackedFileDraft: NamedDraft {
  /// `track_file` or `vrrp_track_file`.
  var name: Located<String>
  var path: Located<String>?
  var weight: Located<Int>?
  var reverse = false
  var initialValue: Located<Int>?
  var overwrites = false
}

extension Lowering {
  private static let fileValues = -254...254

  /// What the keywords of `track_file` do.
  static var fileActions: [KeywordAction<TrackedFileDraft>] {
    [
      .custom("file") { draft, statement, lowering in
        guard let word = statement.arguments.first, lowering.isFirst(draft.path, statement) else { return }
        draft.path = Located(word.text, word.span)
      },
      .custom("weight") { draft, statement, lowering in
        guard lowering.isFirst(draft.weight, statement),
          let weight = lowering.weight(statement.arguments, of: statement, bounds: -254...254)
        else { return }
        draft.weight = weight
        draft.reverse = statement.arguments.dropFirst().first.map { $0 == "reverse" } ?? false
      },
      .custom("init_file") { draft, statement, lowering in
        draft.initialValue = Located(0, statement.span)
        for word in statement.arguments {
          if word == "overwrite" {
            draft.overwrites = true
          } else if let value = wholeNumber(word.bytes), Int32(exactly: value) != nil {
            draft.initialValue = Located(value, word.span)
            guard !fileValues.contains(value) else { continue }
            lowering.diagnostics.report(
              .warning, "far-value", "\(value) is beyond -254 to 254, which is all that a priority can tell apart",
              at: word.span, suggestion: "write a number from -254 to 254")
          } else {
            lowering.diagnostics.report(
              .warning, "unknown-option", "'\(word.text)' has no meaning after init_file; it is ignored",
              at: word.span, suggestion: "write init_file NUMBER overwrite")
          }
        }
      },
    ]
  }

  /// Whether a keyword of which the first one counts has not been written yet.
  func isFirst<Value>(_ earlier: Located<Value>?, _ statement: Statement) -> Bool {
    guard let earlier else { return true }
    diagnostics.report(
      .warning, "duplicate-keyword", "\(statement.words[0].text) is given twice; this one is ignored",
      at: statement.span, notes: [("this one counts", earlier.span)], suggestion: "take one of the two lines out")
    return false
  }

  /// The file of a name.
  func trackedFile(named name: String) -> TrackedFileDraft? { fileIndex.find(name, in: trackedFiles) }

  /// The file that has been read, if it has a path.
  func definition(_ draft: TrackedFileDraft) -> TrackedFileDefinition? {
    guard let path = draft.path?.value else { return nil }
    var file = TrackedFileDefinition(name: draft.name.value, path: path.hasPrefix("/") ? path : "/" + path)
    file.weight = draft.weight?.value ?? 1
    file.reverse = draft.reverse
    file.initialValue = draft.initialValue.map { Int32(clamping: $0.value) }
    file.overwrites = draft.overwrites
    return file
  }
}
