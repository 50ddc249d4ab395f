/// Words that a password or a key follows, wherever they stand and however they are misspelt: what comes behind one on its line is
/// shown to nobody.
enum SecretWords {
  /// Names without the signs between their words; those of more than one word may be misspelt.
  private static let names: Set<String> = ["key", "pass", "passwd", "passphrase", "password", "secret"]
  private static let keyword = "auth_pass"

  /// Place of the first such word of a line; `nil` if there is none.
  static func first(in line: ArraySlice<UInt8>) -> Range<Int>? {
    var start = line.startIndex
    while start < line.endIndex {
      guard isPart(line[start]) else {
        start += 1
        continue
      }
      let end = line[start...].firstIndex { !isPart($0) } ?? line.endIndex
      if namesSecret(line[start..<end]) { return start..<end }
      start = end
    }
    return nil
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    Ascii.isName(byte, first: false) || byte == UInt8(ascii: "-")
  }

  private static func namesSecret(_ word: ArraySlice<UInt8>) -> Bool {
    guard (3...24).contains(word.count) else { return false }
    let name = String(decoding: word, as: UTF8.self).lowercased().filter { $0 != "_" && $0 != "-" }
    return names.contains(name) || name.hasPrefix("authpas")
      || name.hasPrefix("auth") && Spelling.nearest(to: name, in: [keyword]) != nil
  }
}
