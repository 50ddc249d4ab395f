/// Quotes words so that the reader of a configuration gets them back unchanged.
enum Quoting {
  /// The definition of a dollar sign, used where the following text would make it a reference.
  static let dollarName = "_DOLLAR"

  /// A word of an ordinary line.
  static func text(_ word: String, beginsLine: Bool) -> String {
    let bytes = word.utf8
    guard !needsQuotes(bytes), !(beginsLine && beginsOtherwise(word)) else {
      return quoted(word)
    }
    return word
  }

  /// A word in double quotes. An ordinary word contains none, since a double quote ends it.
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

  /// True when a line that begins with the word would not be read as an entry.
  private static func beginsOtherwise(_ word: String) -> Bool {
    word.hasPrefix("@") || word.hasPrefix("~") || word.hasPrefix("include")
  }

  /// A word of a command's line.
  ///
  /// Both kinds of quotes hold a command together, but comment signs are looked for before that, and there only double quotes
  /// count, wherever they stand. So after an odd number of them single quotes protect a comment sign, otherwise double ones.
  ///
  /// - Parameter isOdd: True when an odd number of double quotes precedes the word on the line; updated to the position after it.
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
      // A backslash between double quotes begins an escape.
      default: result += isOdd ? "'\(Substring(run))'" : "\"\(Substring(run).replacing("\\", with: "\\\\"))\""
      }
    }
    return result
  }

  /// A word of a command's line that is not the command, such as the name of a user.
  static func word(_ text: String, isOdd: inout Bool) -> String {
    let holdsQuote = text.utf8.contains { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }
    return holdsQuote || isOdd && needsQuotes(text.utf8)
      ? command(text, isOdd: &isOdd) : Self.text(text, beginsLine: false)
  }

  /// The text cut into runs of double quotes, of single quotes and of other characters.
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

  /// The text, with dollar signs written so that they are not read as references to names that need no definition.
  private static func withoutReferences(_ text: String) -> String {
    guard needsDollarName(text) else { return text }
    return text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "${\(dollarName)}")
  }

  /// True when a word needs ``dollarName``: names that begin with an underscore may have a meaning.
  static func needsDollarName(_ text: String) -> Bool {
    text.utf8.contains(UInt8(ascii: "$")) && (text.contains("$_") || text.contains("${_"))
  }
}
