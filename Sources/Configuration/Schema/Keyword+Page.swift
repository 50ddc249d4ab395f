import ConfigurationSyntax

extension Schema {
  /// All rows of a name, in every block. A block before the name, as in `vrrp_script/weight`, limits the search to that block; it may be
  /// the end of the path to it, and `/NAME` is outside all blocks.
  package func entries(_ name: String) -> [Keyword] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, !last.isEmpty else { return [] }
    let around = parts.dropLast()
    return keywords.filter { keyword in
      guard keyword.name == last || keyword.name == "<\(last)>" else { return false }
      let blocks = keyword.block.split(separator: "/").map(String.init)
      return around == [""] ? blocks.isEmpty : blocks.suffix(around.count).elementsEqual(around)
    }
  }

  /// The keyword that a misspelt name was meant to be; `nil` if none is near.
  package func nearest(to name: String) -> String? {
    let parts = name.split(separator: "/").map(String.init)
    guard let last = parts.last else { return nil }
    // A known name after a block that does not have it is better than another name.
    return entries(last).isEmpty ? Spelling.nearest(to: last, in: keywords.map(\.name)) : last
  }

  /// The names allowed in a keyword's block: keywords, or the words of an entry.
  package func contents(of keyword: Keyword) -> [String] {
    let path = keyword.block.isEmpty ? keyword.name : "\(keyword.block)/\(keyword.name)"
    return keywords.filter { $0.block == path }.map(\.name)
  }

  /// A keyword's page as text: its meaning, then its values and defaults field by field.
  package func page(of keyword: Keyword) -> String {
    var fields = keyword.fields
    let contents = contents(of: keyword)
    if !contents.isEmpty {
      fields.append((keyword.form == .values ? "entry" : "holds", contents.joined(separator: ", ")))
    }
    let lines = fields.flatMap { name, text in
      TextColumns.wrapped(text, width: 68).enumerated().map { index, line in
        "  \(TextColumns.padded(index == 0 ? name : "", to: 9)) \(line)\n"
      }
    }
    let meaning = TextColumns.wrapped(keyword.meaning + ".", width: 78).map { "  \($0)\n" }
    return keyword.usage + "\n" + meaning.joined() + "\n" + lines.joined()
  }
}

extension Keyword {
  /// The keyword with its arguments.
  package var usage: String { arguments.isEmpty ? name : "\(name) \(arguments)" }

  /// The block around the keyword, in words.
  package var place: String {
    if block.isEmpty { return "outside all blocks" }
    return kind == .keyword ? block : "an entry of \(block)"
  }

  /// The allowed numbers or words, with the unit; `nil` where ``arguments`` says it all.
  package var range: String? {
    guard let unit else { return bounds }
    return bounds.map { "\($0) \(unit.rawValue)" } ?? unit.rawValue
  }

  /// The origin of the keyword: martlet, or the first version of keepalived that knows it.
  package var history: String {
    if isExtension { return "martlet's own; keepalived does not know it" }
    return since == "2.2.7" ? "keepalived 2.2.7 or before" : "keepalived \(since)"
  }

  /// Remark on a keyword that martlet does not act on, a sentence without a full stop; `nil` for one that it acts on.
  package var treatment: String? {
    switch disposition {
    case .acts: nil
    case .accepted(let reason): "accepts it, and it \(reason.text)"
    case .lacks(let advice): "does not have it: \(advice.text)"
    case .notManaged: "reads and checks it, and leaves LVS to others"
    }
  }

  /// The replacement of a deprecated keyword; `nil` for any other.
  package var replacement: String? {
    instead.map { $0.isEmpty ? "nothing; it is not needed any more" : $0 }
  }

  /// The fields of the page.
  fileprivate var fields: [(name: String, text: String)] {
    [
      ("in", place), ("takes", range), ("default", defaultText), ("since", history), ("martlet", treatment),
      ("instead", replacement),
    ].compactMap { name, text in text.map { (name, $0) } }
  }
}

/// Lines for a terminal.
enum TextColumns {
  /// The text in lines of at most `width` characters; a longer word has a line of its own.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
