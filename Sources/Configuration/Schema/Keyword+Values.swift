import ConfigurationSyntax

extension Keyword {
  /// The number of words in the notation, for a form with any number of words whose notation has no `…`.
  var optionalWordCount: Int? {
    guard form == .optionalWords, let notation, !notation.contains("...") else { return nil }
    return notation.split(separator: " ").count
  }
}

extension Keyword.Form {
  /// True when the words after the keyword are a value that counts; other values are reported and ignored.
  package func accepts(_ words: ArraySlice<Word>) -> Bool {
    switch self {
    case .integer(let low, let high):
      words.first.flatMap { Lowering.wholeNumber($0.bytes) }.map { (low...high).contains($0) } ?? false
    case .optionalInteger(let low, let high):
      words.first.map { Lowering.wholeNumber($0.bytes).map { (low...high).contains($0) } ?? false } ?? true
    case .decimal(let low, let high):
      words.first.flatMap { Lowering.millionths($0.bytes) }.map { (low...high).contains($0) } ?? false
    case .boolean: words.first.map { Self.truth($0.text) != nil } ?? true
    case .choice(let choices): words.first.map { choices.contains($0.text) } ?? false
    case .caselessChoice(let choices): words.first.map { choices.contains($0.text.uppercased()) } ?? false
    case .word, .address, .interface, .words, .command: !words.isEmpty
    case .flag, .optionalWords, .optionalCommand, .block, .values, .target: true
    }
  }

  /// The value in canonical notation, so that two notations of one value compare equal.
  package func canonical(_ words: [String]) -> [String] {
    guard let first = words.first else { return self == .boolean ? ["on"] : [] }
    switch self {
    case .integer, .optionalInteger: return [Lowering.wholeNumber(Array(first.utf8)[...]).map { "\($0)" } ?? first]
    case .decimal: return [Lowering.millionths(Array(first.utf8)[...]).map(Lowering.shown) ?? first]
    case .boolean: return [Self.truth(first).map { $0 ? "on" : "off" } ?? first]
    case .word, .choice, .address, .interface: return [first]
    case .caselessChoice: return [first.uppercased()]
    case .flag, .words, .optionalWords, .command, .optionalCommand, .block, .values, .target: return words
    }
  }

  private static func truth(_ word: String) -> Bool? {
    switch word {
    case "on", "true", "yes": true
    case "off", "false", "no": false
    default: nil
    }
  }
}
