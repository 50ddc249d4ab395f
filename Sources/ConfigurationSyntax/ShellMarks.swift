/// Parts of a word that only a shell would interpret.
struct ShellMarks {
  /// True when the word begins with an operator that separates, joins, redirects or substitutes commands.
  private(set) var beginsWithOperator = false
  /// True when a shell would substitute a part of the word.
  private var holdsSubstitution = false
  /// True when the last byte is a semicolon, which would end the command.
  private var endsCommand = false
  /// True when a byte that no program's name has stands outside single quotes.
  private var holdsSign = false
  /// True when the word has a quote or an escape, so that it is not a word of the shell's own.
  private var isQuoted = false
  /// True while only digits outside quotes have come, which may number a redirection.
  private var isNumber = true
  /// True when the last byte was a `$`, and when that began the word.
  private var dollar = (isLast: false, isFirst: false)

  /// True when a shell would read the word otherwise than a program does.
  var isLiteral: Bool { holdsSubstitution || endsCommand }

  /// A byte outside quotes.
  mutating func note(_ byte: UInt8, isFirst: Bool) {
    noteSubstitution(byte, isFirst: isFirst)
    if isNumber && Self.redirects(byte) || isFirst && Self.separates(byte) { beginsWithOperator = true }
    isNumber = isNumber && Ascii.isDigit(byte)
    endsCommand = byte == UInt8(ascii: ";")
    holdsSign = holdsSign || Self.redirects(byte) || Self.separates(byte) || Self.matches(byte, isFirst: isFirst)
  }

  /// A byte in double quotes, where a shell looks only for what it substitutes.
  mutating func noteInDoubleQuotes(_ byte: UInt8, isFirst: Bool) {
    let dollar = dollar
    noteQuote()
    self.dollar = dollar
    noteSubstitution(byte, isFirst: isFirst)
  }

  /// A quote, or a byte whose meaning a single quote or a backslash has taken away.
  mutating func noteQuote() {
    isQuoted = true
    isNumber = false
    endsCommand = false
    dollar.isLast = false
  }

  private mutating func noteSubstitution(_ byte: UInt8, isFirst: Bool) {
    let isBacktick = byte == UInt8(ascii: "`")
    if isFirst && isBacktick || dollar.isLast && dollar.isFirst && byte == Ascii.openParenthesis {
      beginsWithOperator = true
    }
    if isBacktick || dollar.isLast && Self.canFollowDollar(byte) { holdsSubstitution = true }
    dollar = (byte == Ascii.dollar, isFirst)
    holdsSign = holdsSign || holdsSubstitution
  }

  /// True when a first word cannot name a program, so that keepalived finds none.
  func namesNoProgram(_ word: [UInt8]) -> Bool {
    let isTest = word.elementsEqual("[".utf8) || word.suffix(2).elementsEqual("/[".utf8)
    if holdsSign && !isTest { return true }
    return !isQuoted && (Self.words.contains(String(decoding: word, as: UTF8.self)) || Self.isAssignment(word))
  }

  private static func redirects(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") }

  private static func separates(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: ";"), Ascii.openParenthesis, Ascii.closeParenthesis: true
    default: false
    }
  }

  private static func matches(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["): true
    case Ascii.tilde: isFirst
    default: false
    }
  }

  private static func canFollowDollar(_ byte: UInt8) -> Bool {
    Ascii.isName(byte, first: false) || "{(?#@*$!-".utf8.contains(byte)
  }

  /// The shell's own words that begin a line.
  private static let words: Set<String> = ["!", "{", "if", "while", "until", "for", "case"]

  /// `NAME=value`, which sets a variable for the command that follows.
  private static func isAssignment(_ word: [UInt8]) -> Bool {
    guard let end = word.firstIndex(of: Ascii.equals), end > 0 else { return false }
    return word[..<end].indices.allSatisfy { Ascii.isName(word[$0], first: $0 == 0) }
  }
}
