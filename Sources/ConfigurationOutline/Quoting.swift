/// Writes words so that they are read as what they are.
enum Quoting {
  /// The definition that stands for a dollar sign where what follows would make it a reference.
  static let dollarName = "_DOLLAR"

  /// A word of an ordinary line.
  static func text(_ word: String, beginsLine: Bool) -> String {
    let bytes = word.utf8
    guard !needsQuotes(bytes), !(beginsLine && beginsOtherwise(word)) else {
      return quoted(word)
    }
    return word
  }

  /// A word in double quotes. No ordinary word holds one, since that ends the word.
  static func quoted(_ word: String) -> String { "\"" + withoutReferences(word.filter { $0 != "\"" }) + "\"" }

  private static func needsQuotes(_ bytes: String.UTF8View) -> Bool {
    bytes.isEmpty
      || bytes.contains { byte in
        switch byte {
        case 0x00...0x20, UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "!"), UInt8(ascii: "$"),
          UInt8(ascii: "{"), UInt8(ascii: "}"):
          true
        default: false
        }
      }
  }

  /// Whether a line that begins with the word would be no entry but something else.
  private static func beginsOtherwise(_ word: String) -> Bool {
    word.hasPrefix("@") || word.hasPrefix("~") || word.hasPrefix("include")
  }

  /// A word of a command's line, given whether an odd number of double quotes stands before it on the line, and whether one does
  /// behind it.
  ///
  /// Both kinds of quotes hold a command together, but comment signs are looked for before that, and there only double quotes
  /// count, wherever they stand. So behind an odd number of them the single quotes protect a comment sign, else the double ones.
  static func command(_ text: String, isOdd: inout Bool) -> String {
    let text = withoutReferences(text)
    if text.isEmpty { return isOdd ? "''" : "\"\"" }
    var result = ""
    for run in runs(of: text, splitsApostrophes: isOdd || text.utf8.contains(UInt8(ascii: "\""))) {
      switch run.first {
      case "\"":
        result += "'\(Substring(run))'"
        if run.count % 2 == 1 { isOdd.toggle() }
      case "'": result += "\"\(Substring(run))\""
      // Between double quotes a backslash begins an escape.
      default: result += isOdd ? "'\(Substring(run))'" : "\"\(Substring(run).replacing("\\", with: "\\\\"))\""
      }
    }
    return result
  }

  /// A word of a command's line that is no command itself, such as a user's name.
  static func word(_ text: String, isOdd: inout Bool) -> String {
    let holdsQuote = text.utf8.contains { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }
    return holdsQuote || isOdd && needsQuotes(text.utf8)
      ? command(text, isOdd: &isOdd) : Self.text(text, beginsLine: false)
  }

  /// The text cut into stretches of double quotes, of single quotes and of neither.
  private static func runs(of text: String, splitsApostrophes: Bool) -> [Substring.UnicodeScalarView] {
    let scalars = Substring(text).unicodeScalars
    guard splitsApostrophes else { return [scalars] }
    var runs: [Substring.UnicodeScalarView] = []
    var start = scalars.startIndex
    for index in scalars.indices.dropFirst() where kind(scalars[index]) != kind(scalars[start]) {
      runs.append(scalars[start..<index])
      start = index
    }
    if start < scalars.endIndex { runs.append(scalars[start...]) }
    return runs
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar == "\"" || scalar == "'" ? scalar : " "
  }

  /// The text with dollar signs that cannot be taken for references to the names that need no definition.
  private static func withoutReferences(_ text: String) -> String {
    guard needsDollarName(text) else { return text }
    return text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "${\(dollarName)}")
  }

  /// Whether a word can only be written with the help of ``dollarName``: names with an underscore at their front may have a meaning.
  static func needsDollarName(_ text: String) -> Bool {
    text.utf8.contains(UInt8(ascii: "$")) && (text.contains("$_") || text.contains("${_"))
  }
}
