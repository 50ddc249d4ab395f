import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

extension TrackedFileDefinition: TrackableModel {
  static var unset: Self { Self(name: "", path: "") }
}

extension Block<TrackedFileDefinition> {
  /// `track_file`, which older files call `vrrp_track_file`.
  static func file(_ keyword: String) -> Block {
    Block(keyword, requires: "file") {
      Setting(
        "file", "Names the file that holds the number; one that does not exist counts as 0", .word("PATH"), \.path,
        repeated: .firstCountsTold
      )
      .required.completed { block in
        if !block.path.hasPrefix("/") { block.path = "/" + block.path }
      }
      Setting.weight(
        of: .file, \.weight, \.reverse,
        meaning: "Sets track_file's default weight, which multiplies the number; 0 means FAULT if the number is not 0",
        repeated: .firstCountsTold)
      initialValue
    }
  }

  private static var initialValue: Setting<Model> {
    let keyword = Keyword(
      "init_file", "Writes this number into the file at the start, if there is no file or overwrite is written",
      .optionalWords, arguments: "[INT] [overwrite]", default: "off; bare = 0", .acts)
    let shown = ShownProperty<Model>("init_file") { file in
      file.initialValue.map { .line(["init_file", .word("\($0)")] + (file.overwrites ? ["overwrite"] : [])) }
        ?? .nothing
    }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      block.initialValue = 0
      for word in statement.arguments {
        if word == "overwrite" {
          block.overwrites = true
        } else if let value = Lowering.wholeNumber(word.bytes), let number = Int32(exactly: value) {
          block.initialValue = number
          lowering.noteFarValue(value, word)
        } else {
          lowering.diagnostics.report(
            .warning, "unknown-option", "'\(word.text)' has no meaning after init_file; it is ignored",
            at: word.span, suggestion: "write init_file NUMBER overwrite")
        }
      }
      return statement.span
    }
  }
}

extension Lowering {
  fileprivate func noteFarValue(_ value: Int, _ word: Word) {
    guard !(-254...254).contains(value) else { return }
    diagnostics.report(
      .warning, "far-value", "\(value) is beyond -254 to 254, which is all that a priority can tell apart",
      at: word.span, suggestion: "write a number from -254 to 254")
  }
}

extension ShownProperty where Owner == TrackedFileDefinition {
  /// The properties of `track_file`.
  package static var file: [ShownProperty<Owner>] { Block.file("track_file").properties }
}
