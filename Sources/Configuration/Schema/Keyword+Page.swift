import ConfigurationSyntax

extension Schema {
  /// All rows of a name, in every block that has it. A block before the name, as in `vrrp_script/weight`, keeps to that block; it may be
  /// the end of the path to it, and `/NAME` is outside all blocks.
  public func entries(_ name: String) -> [Keyword] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, !last.isEmpty else { return [] }
    let around = parts.dropLast()
    return keywords.filter { keyword in
      guard keyword.name == last || keyword.name == "<\(last)>" else { return false }
      let blocks = keyword.block.split(separator: "/").map(String.init)
      return around == [""] ? blocks.isEmpty : blocks.suffix(around.count).elementsEqual(around)
    }
  }

  /// The name that a misspelt one was meant to be; `nil` if none is near.
  public func nearest(to name: String) -> String? {
    let parts = name.split(separator: "/").map(String.init)
    guard let last = parts.last else { return nil }
    // A good name behind a block that does not have it is better than another name.
    return entries(last).isEmpty ? Spelling.nearest(to: last, in: keywords.map(\.name)) : last
  }

  /// The names of what may stand in a keyword's block: keywords, or the words of an entry.
  public func contents(of keyword: Keyword) -> [String] {
    let path = keyword.block.isEmpty ? keyword.name : "\(keyword.block)/\(keyword.name)"
    return keywords.filter { $0.block == path }.map(\.name)
  }

  /// A keyword's entry as text: what it does, then field by field what it takes and holds.
  public func page(of keyword: Keyword) -> String {
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
  /// The keyword with what follows it.
  public var usage: String { arguments.isEmpty ? name : "\(name) \(arguments)" }

  /// The block that it stands in, in words.
  public var place: String {
    if block.isEmpty { return "outside all blocks" }
    return kind == .keyword ? block : "an entry of \(block)"
  }

  /// The numbers or words that it takes, with what a number counts; `nil` where ``arguments`` says all there is.
  public var range: String? {
    guard let unit else { return bounds }
    return bounds.map { "\($0) \(unit.rawValue)" } ?? unit.rawValue
  }

  /// Whose it is and since when.
  public var history: String {
    if isExtension { return "martlet's own; keepalived does not know it" }
    return since == "2.2.7" ? "keepalived 2.2.7 or before" : "keepalived \(since)"
  }

  /// Remark on a keyword that martlet does not act on, a sentence without a full stop; `nil` for one that it acts on.
  public var treatment: String? {
    switch disposition {
    case .acts: nil
    case .accepted(let reason): "accepts it, and it \(reason.text)"
    case .lacks(let advice): "does not have it: \(advice.text)"
    case .notManaged: "reads and checks it, and leaves LVS to others"
    }
  }

  /// What to write in its place; `nil` if it is as good as any.
  public var replacement: String? {
    instead.map { $0.isEmpty ? "nothing; it is not needed any more" : $0 }
  }

  /// The entry, field by field.
  fileprivate var fields: [(name: String, text: String)] {
    [
      ("in", place), ("takes", range), ("default", defaultText), ("since", history), ("martlet", treatment),
      ("instead", replacement),
    ].compactMap { name, text in text.map { (name, $0) } }
  }
}

/// Lines for a terminal.
enum TextColumns {
  /// The text in lines of at most `width` characters, if its words let it.
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
