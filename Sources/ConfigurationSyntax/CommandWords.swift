/// A command line split into words as keepalived does before it starts a script.
public struct CommandWords: Sendable, Hashable {
  /// The words, quotes removed and escapes replaced.
  public var words: [String]
  /// Whether something in it has a meaning only for a shell.
  public var needsShell: Bool
  /// Whether a quote is not closed; keepalived takes no such command.
  public var isUnterminated: Bool

  /// Splits a command. An unclosed quote reaches to the end.
  public init(_ text: some Collection<UInt8>) {
    let bytes = Array(text)[...]
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    var hasWord = false
    var quote: UInt8?
    var shell = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == Ascii.backslash, quote != Ascii.apostrophe, index < bytes.count {
        word += Self.escape(bytes, &index)
        hasWord = true
      } else if let open = quote {
        if byte == open { quote = nil } else { word.append(byte) }
        if open == Ascii.quote, byte == Ascii.dollar || byte == UInt8(ascii: "`") { shell = true }
      } else if byte == Ascii.quote || byte == Ascii.apostrophe {
        quote = byte
        hasWord = true
      } else if Ascii.isBlank(byte) {
        if hasWord { words.append(word) }
        word = []
        hasWord = false
      } else {
        shell = shell || Self.isShell(byte, atWordStart: word.isEmpty)
        word.append(byte)
        hasWord = true
      }
    }
    if hasWord { words.append(word) }
    self.words = words.map { String(decoding: $0, as: UTF8.self) }
    needsShell = shell
    isUnterminated = quote != nil
  }

  private static func isShell(_ byte: UInt8, atWordStart: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      Ascii.openParenthesis, Ascii.closeParenthesis, Ascii.dollar, UInt8(ascii: "`"), UInt8(ascii: "*"),
      UInt8(ascii: "?"), UInt8(ascii: "["), Ascii.newline:
      true
    case Ascii.tilde: atWordStart
    default: false
    }
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
