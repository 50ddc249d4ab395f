/// Numbers for `${_RANDOM}`: the same seed gives the same numbers (SplitMix64).
struct RandomNumbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number of the range, both ends included.
  mutating func next(in range: ClosedRange<Int>) -> Int {
    let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    guard !overflow, width < .max else { return range.lowerBound }
    return range.lowerBound + Int(next() % UInt64(width + 1))
  }
}

extension SourceReader {
  /// The text of a name that needs no definition; `nil` for any other name.
  func predefined(_ reference: Definitions.Reference, at span: SourceSpan) -> [UInt8]? {
    switch String(decoding: reference.name, as: UTF8.self) {
    case "_PWD": return Array(directory.utf8)
    case "_INSTANCE": return configurationID
    case "_HASH": return [Ascii.hash]
    case "_BANG": return [Ascii.bang]
    case "_RANDOM": return randomText(reference.parameters, at: span)
    case "_ENV": return environmentText(reference.parameters, at: span)
    default: return nil
    }
  }

  /// Directory of the file being read.
  var directory: String {
    guard let path = openFiles.last?.path, let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func randomText(_ parameters: ArraySlice<UInt8>, at span: SourceSpan) -> [UInt8] {
    let words = parameters.split(whereSeparator: Ascii.isBlank).map { Int(String(decoding: $0, as: UTF8.self)) }
    let low = words.isEmpty ? 0 : words[0]
    let high = words.count > 1 ? words[1] : 32767
    guard let low, let high, low <= high, words.count <= 2 else {
      let range = min(low ?? 0, high ?? 0)...max(low ?? 0, high ?? 0)
      diagnostics.report(
        .warning, "random-range",
        "${_RANDOM} takes a least and a greatest number, the first not above the second; one from \(range.lowerBound) to \(range.upperBound) is drawn",
        at: span, suggestion: "write ${_RANDOM 0 9}")
      return Array(String(random.next(in: range)).utf8)
    }
    return Array(String(random.next(in: low...high)).utf8)
  }

  private func environmentText(_ parameters: ArraySlice<UInt8>, at span: SourceSpan) -> [UInt8] {
    let name = String(decoding: parameters, as: UTF8.self).filter { $0 != " " && $0 != "\t" }
    guard let value = files.environment(name) else {
      diagnostics.report(
        .warning, "undefined-environment", "the environment has no variable \(name); nothing is put in its place",
        at: span)
      return []
    }
    return Array(value.utf8.filter { $0 != 0 && $0 != Ascii.newline })
  }
}
