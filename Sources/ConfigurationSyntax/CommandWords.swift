import PrintableText

/// A command line split into words as keepalived does before it starts a script.
public struct CommandWords: Sendable, Hashable {
  /// Why a line is one for a shell.
  public enum ShellUse: Sendable, Hashable {
    /// The first word names no program, as `$HOME/check`, `!` or `check;`: keepalived finds nothing to run.
    case firstWord
    /// A later word, which this is, begins with an operator, as `|` or `2>/dev/null`: keepalived gives it to the program.
    case operatorWord(String)
  }

  /// The words, quotes removed and escapes replaced.
  public var words: [String]
  /// Reason why a shell must run the line; `nil` where its words are a program and its arguments.
  public var shellUse: ShellUse?
  /// The first word after the program's that would mean more to a shell than its letters and goes to the program as it is, as
  /// `$HOME` or `one;`; only of a line that is not for a shell.
  public var literalWord: String?
  /// True when a quote is not closed; keepalived does not accept such a command.
  public var isUnterminated: Bool

  /// True when a shell must run the line.
  public var needsShell: Bool { shellUse != nil }

  /// Splits a command. An unclosed quote reaches to the end.
  public init(_ text: some Collection<UInt8>) {
    let bytes = Array(text)[...]
    var words: [[UInt8]] = []
    var marks: [ShellMarks] = []
    var word: [UInt8] = []
    var mark = ShellMarks()
    var hasWord = false
    var quote: UInt8?
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == Ascii.backslash, quote != Ascii.apostrophe, index < bytes.count {
        word += Self.escape(bytes, &index)
        hasWord = true
        mark.noteQuote()
      } else if let open = quote {
        if byte == open {
          quote = nil
        } else {
          if open == Ascii.quote {
            mark.noteInDoubleQuotes(byte, isFirst: word.isEmpty)
          } else {
            mark.noteQuote()
          }
          word.append(byte)
        }
      } else if byte == Ascii.quote || byte == Ascii.apostrophe {
        quote = byte
        hasWord = true
        mark.noteQuote()
      } else if Ascii.isBlank(byte) || byte == Ascii.newline {
        if hasWord {
          words.append(word)
          marks.append(mark)
        }
        word = []
        mark = ShellMarks()
        hasWord = false
      } else {
        mark.note(byte, isFirst: word.isEmpty)
        word.append(byte)
        hasWord = true
      }
    }
    if hasWord {
      words.append(word)
      marks.append(mark)
    }
    self.words = words.map { String(preserving: $0) }
    isUnterminated = quote != nil
    shellUse = Self.shellUse(words, self.words, marks)
    let literal = shellUse == nil ? marks.dropFirst().firstIndex { $0.isLiteral } : nil
    literalWord = literal.map { self.words[$0] }
  }

  private static func shellUse(_ bytes: [[UInt8]], _ words: [String], _ marks: [ShellMarks]) -> ShellUse? {
    guard let first = marks.first else { return nil }
    if first.namesNoProgram(bytes[0]) { return .firstWord }
    return marks.dropFirst().firstIndex { $0.beginsWithOperator }.map { .operatorWord(words[$0]) }
  }

  /// The bytes that the escape after a backslash at `index - 1` stands for.
  static func escape(_ bytes: ArraySlice<UInt8>, _ index: inout Int) -> [UInt8] {
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "a"): return [0x07]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "E"): return [0x1B]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "v"): return [0x0B]
    case UInt8(ascii: "c"):
      guard index < bytes.endIndex else { return [byte] }
      index += 1
      return [bytes[index - 1] & 0x1F]
    case UInt8(ascii: "x"):
      return [digits(bytes, &index, radix: 16, limit: 2)]
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      index -= 1
      return [digits(bytes, &index, radix: 8, limit: 3)]
    default: return [byte]
    }
  }

  private static func digits(_ bytes: ArraySlice<UInt8>, _ index: inout Int, radix: Int, limit: Int) -> UInt8 {
    var value = 0
    var count = 0
    while count < limit, index < bytes.endIndex, let digit = Int(String(UnicodeScalar(bytes[index])), radix: radix) {
      value = value * radix + digit
      index += 1
      count += 1
    }
    return UInt8(truncatingIfNeeded: value)
  }
}
