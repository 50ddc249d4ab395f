/// A place in a unit file.
package struct UnitPlace: Sendable, Hashable, CustomStringConvertible {
  package var path: String
  /// Line number, from 1.
  package var line: Int

  package init(path: String, line: Int) {
    self.path = path
    self.line = line
  }

  /// `PATH:LINE`.
  package var description: String { "\(path):\(line)" }
}

/// One assignment of a unit file.
package struct UnitAssignment: Sendable, Hashable, CustomStringConvertible {
  /// Name of the section, such as `Service`.
  package var section: String
  /// Name of the setting.
  package var name: String
  /// Value without blanks around it; empty where a setting is cleared.
  package var value: String
  package var place: UnitPlace

  /// `NAME=VALUE (PATH:LINE)`, for findings.
  package var description: String { "\(name)=\(value) (\(place))" }
}

/// Reads unit files (systemd.syntax(7)).
enum UnitText {
  /// The assignments of a file in order. Lines that systemd ignores are ignored.
  static func assignments(_ bytes: [UInt8], path: String) -> [UnitAssignment] {
    var found: [UnitAssignment] = []
    var section = ""
    for (number, text) in logicalLines(bytes) {
      if text.hasPrefix("["), text.hasSuffix("]") {
        section = String(text.dropFirst().dropLast())
      } else if let equals = text.firstIndex(of: "=") {
        let name = trimmed(text[..<equals])
        let value = trimmed(text[text.index(after: equals)...])
        found.append(
          UnitAssignment(section: section, name: name, value: value, place: UnitPlace(path: path, line: number)))
      }
    }
    return found
  }

  /// The lines without comments, with continued lines joined, each with the number of its first line.
  private static func logicalLines(_ bytes: [UInt8]) -> [(number: Int, text: String)] {
    var lines: [(number: Int, text: String)] = []
    var open: (number: Int, text: String)?
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let text = trimmed(Substring(String(decoding: line, as: UTF8.self)))
      // A comment between two parts of a line does not belong to it.
      if text.hasPrefix("#") || text.hasPrefix(";") { continue }
      let goesOn = text.hasSuffix("\\")
      let part = goesOn ? String(text.dropLast()) + " " : text
      let whole = (open?.number ?? index + 1, (open?.text ?? "") + part)
      open = goesOn ? whole : nil
      if !goesOn, !whole.1.isEmpty { lines.append((whole.0, trimmed(whole.1[...]))) }
    }
    if let open { lines.append((open.number, trimmed(open.text[...]))) }
    return lines
  }

  static func trimmed(_ text: Substring) -> String {
    var bytes = text.utf8[...]
    while let first = bytes.first, isBlank(first) { bytes = bytes.dropFirst() }
    while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
    return String(Substring(bytes))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  /// The words of a value; quotation marks hold a word together, and a backslash escapes the next character.
  static func words(_ value: String) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var rest = Array(value.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), word == nil {
        quote = byte
        word = []
      } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
        word = (word ?? []) + [next]
      } else if quote == nil, isBlank(byte) {
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        word = nil
      } else {
        word = (word ?? []) + [byte]
      }
    }
    if let word { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }
}
