/// The `$` definitions and their use.
struct Definitions {
  /// Value of a definition.
  struct Value {
    /// One text, or the lines of a multi-line definition.
    var lines: [SourceText]
    var isMultiLine: Bool
  }

  /// A reference to a definition in a line.
  struct Reference {
    /// From the dollar sign to the end of the reference.
    var range: Range<Int>
    /// The name, and for `${_RANDOM 1 9}` what follows it.
    var name: ArraySlice<UInt8>
    var parameters: ArraySlice<UInt8>
    var isBraced: Bool
  }

  /// Bytes that may follow the name inside the braces.
  private static let longestParameters = 256

  private var table: [ArraySlice<UInt8>: Value] = [:]

  subscript(name: ArraySlice<UInt8>) -> Value? {
    get { table[name] }
    set { table[name] = newValue }
  }

  /// The names that are defined.
  var names: [String] { table.keys.map { String(decoding: $0, as: UTF8.self) } }

  /// Name and start of the value if a line is a definition.
  static func parse(_ line: SourceText) -> (name: ArraySlice<UInt8>, valueStart: Int)? {
    let bytes = line.bytes
    guard bytes.first == Ascii.dollar else { return nil }
    let end = endOfName(in: bytes, from: bytes.startIndex + 1)
    guard end > bytes.startIndex + 1, end < bytes.endIndex, bytes[end] == Ascii.equals else { return nil }
    return (bytes[(bytes.startIndex + 1)..<end], line.skipBlanks(from: end + 1))
  }

  static func endOfName(in bytes: ArraySlice<UInt8>, from start: Int) -> Int {
    var end = start
    while end < bytes.endIndex, Ascii.isName(bytes[end], first: end == start) { end += 1 }
    return end
  }

  /// The reference that starts with the dollar sign at `index`, if one does. `next` is the byte that follows the text.
  static func reference(in bytes: ArraySlice<UInt8>, at index: Int, next: UInt8?) -> Reference? {
    let start = index + 1
    guard start < bytes.endIndex else { return nil }
    if bytes[start] == Ascii.open {
      let end = endOfName(in: bytes, from: start + 1)
      guard end > start + 1, end < bytes.endIndex, bytes[end] == Ascii.close || Ascii.isBlank(bytes[end]),
        let close = bytes[end...].prefix(longestParameters).firstIndex(of: Ascii.close)
      else { return nil }
      return Reference(
        range: index..<(close + 1), name: bytes[(start + 1)..<end], parameters: bytes[end..<close], isBraced: true)
    }
    let end = endOfName(in: bytes, from: start)
    guard end > start else { return nil }
    let after = end < bytes.endIndex ? bytes[end] : next
    guard
      after == nil || after == Ascii.space || after == Ascii.tab || after == Ascii.comma
        || after == Ascii.closeParenthesis || after == Ascii.carriageReturn
    else { return nil }
    return Reference(range: index..<end, name: bytes[start..<end], parameters: [], isBraced: false)
  }
}
