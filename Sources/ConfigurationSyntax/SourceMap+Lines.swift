import PrintableText

/// Text of the files' lines.
extension SourceMap {
  func line(of span: SourceSpan) -> ArraySlice<UInt8> {
    let number = Int(span.file)
    guard files.indices.contains(number) else { return [] }
    let starts = starts(of: number)
    let index = Int(span.line) - 1
    guard starts.indices.contains(index) else { return [] }
    let bytes = files[number].bytes
    let end = index + 1 < starts.count ? starts[index + 1] - 1 : bytes.count
    return bytes[starts[index]..<max(starts[index], end)]
  }

  /// Starts of the lines of a file, by its number; found on first use.
  private func starts(of number: Int) -> [Int] {
    if let known = files[number].lineStarts { return known }
    let bytes = files[number].bytes
    let starts = [0] + bytes.indices.filter { bytes[$0] == Ascii.newline }.map { $0 + 1 }
    files[number].lineStarts = starts
    return starts
  }

  /// The number of bytes of the file that a place takes. A text put together from several places ends where its word does.
  func length(of span: SourceSpan) -> Int {
    guard span.isMixed else { return Int(span.length) }
    let bytes = line(of: span)
    let start = bytes.startIndex + min(max(0, Int(span.column) - 1), bytes.count)
    var isBraced = false
    var end = start
    while end < bytes.endIndex {
      if bytes[end] == Ascii.dollar, end + 1 < bytes.endIndex, bytes[end + 1] == Ascii.open { isBraced = true }
      if !isBraced, Ascii.isBlank(bytes[end]) || bytes[end] == Ascii.open || bytes[end] == Ascii.close { break }
      if bytes[end] == Ascii.close { isBraced = false }
      end += bytes[end] == Ascii.dollar && isBraced ? 2 : 1
    }
    return max(1, min(end, bytes.endIndex) - start)
  }

  /// A position of the file that a place is in; the column in bytes counts from 1, and none is beyond the line.
  func position(line number: Int, column: Int, in span: SourceSpan) -> Diagnostic.Edit.Position {
    var place = span
    place.line = UInt32(clamping: number)
    let before = line(of: place).prefix(max(0, column - 1))
    // Nearly every line is ASCII, of which each byte is a character.
    let characters =
      before.allSatisfy { $0 < 0x80 } ? before.count : String(decoding: before, as: UTF8.self).unicodeScalars.count
    return .init(line: number, column: before.count + 1, characterColumn: characters + 1)
  }

  /// The number of lines of the file that a place is in, with the empty one after a last line feed.
  func lineCount(of span: SourceSpan) -> Int {
    guard files.indices.contains(Int(span.file)) else { return 0 }
    return starts(of: Int(span.file)).count
  }

  /// At most this many bytes of a line are shown.
  private static let excerptWidth = 160

  func excerpt(of span: SourceSpan) -> (String, Int) {
    var bytes = line(of: span)
    let start = bytes.startIndex
    var column = min(max(0, Int(span.column) - 1), bytes.count)
    if bytes.count > Self.excerptWidth, column > Self.excerptWidth / 2 {
      let dropped = column - Self.excerptWidth / 2
      bytes = bytes[(start + dropped)...]
      column -= dropped
    }
    bytes = bytes.prefix(Self.excerptWidth)
    let before = Self.shown(bytes.prefix(column))
    let after = Self.shown(bytes.dropFirst(column))
    return (Self.masked(before + after), before.count)
  }

  /// Text that a terminal can show, bytes that are no UTF-8 replaced as well.
  private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    var text = String(decoding: bytes, as: UTF8.self).unicodeScalars
    text.removeAll { $0 == "\r" }
    return String(String.UnicodeScalarView(text.map { $0 == "\t" ? " " : $0 })).printable()
  }

  /// Hides what follows `auth_pass` and its like: a diagnostic may end in a log that others read. A list may hold what such a word of
  /// its line is given.
  private static func masked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard let word = SecretWords.first(in: bytes[...]) else { return text }
    var shown = Array(bytes[..<word.upperBound])
    let start = shown.firstIndex { !Ascii.isBlank($0) } ?? 0
    if shown[start...].starts(with: Array("~LST".utf8)), let open = shown.firstIndex(of: Ascii.openParenthesis) {
      let close = shown[open...].firstIndex(of: Ascii.closeParenthesis) ?? shown.endIndex
      for index in (open + 1)..<close { shown[index] = UInt8(ascii: "*") }
    }
    return String(decoding: shown, as: UTF8.self) + (word.upperBound < bytes.count ? " ********" : "")
  }

  /// True when a place includes a word before a password or a key, or follows one on its line.
  func isBehindSecretWord(_ span: SourceSpan) -> Bool {
    let place = Place(file: span.file, line: span.line, column: 0)
    let start: Int
    if let known = secretWords[place] {
      start = known
    } else {
      let line = line(of: span)
      start = SecretWords.first(in: line).map { $0.lowerBound - line.startIndex } ?? .max
      secretWords[place] = start
    }
    return Int(span.column) - 1 + max(1, length(of: span)) > start
  }
}
