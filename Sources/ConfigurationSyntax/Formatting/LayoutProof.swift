/// Reads a file as it was and as it is laid out, and finds out whether that comes to the same.
///
/// The layout is made so that it does. But the language is full of traps, and nobody must pay for one that was overlooked.
struct LayoutProof {
  let grammar: Grammar

  /// Identifiers beyond this many that the file's conditions name are not tried.
  private static let mostIdentifiers = 3

  /// The line of the original, from 0, with the first thing that would be read otherwise; `nil` if all is the same.
  func firstDifference(_ source: FormattedSource) -> Int? {
    for identifier in identifiers(in: source.original) {
      let before = read(source.original, identifier)
      let after = read(source.bytes, identifier)
      if let line = Self.difference(before.statements, after.statements) ?? Self.difference(before, after) {
        return line
      }
    }
    return nil
  }

  private func identifiers(in bytes: [UInt8]) -> [String?] {
    var known: [String?] = [nil]
    for line in bytes.split(separator: Ascii.newline) where known.count <= Self.mostIdentifiers {
      guard let condition = LineAnatomy(line.drop(while: Ascii.isBlank), ifFirst: Ascii.at)?.condition else { continue }
      let identifier = String(decoding: condition.identifier, as: UTF8.self)
      if !known.contains(identifier) { known.append(identifier) }
    }
    return known
  }

  private func read(_ bytes: [UInt8], _ identifier: String?) -> ParsedSource {
    // Both readings end at the same bound, so a part is as good as all.
    var limits = SourceLimits()
    limits.expandedLines = 10_000
    limits.expandedBytes = 4 * 1_048_576
    return ConfigurationParser.parse(
      path: "/", files: OneFile(bytes: bytes), grammar: grammar, configurationID: identifier, limits: limits)
  }

  /// The file by itself: what it includes is another file's affair.
  private struct OneFile: SourceFiles {
    let bytes: [UInt8]
    func read(_ path: String) throws(SourceFileError) -> [UInt8] { bytes }
    func matches(of pattern: String, steps: inout Int) -> [String] { [] }
    func environment(_ name: String) -> String? { nil }
  }

  private static func difference(_ before: [Statement], _ after: [Statement]) -> Int? {
    for (old, new) in zip(before, after) {
      guard isSame(old, new) else { return Int(old.span.line) - 1 }
      if let line = difference(old.children, new.children) { return line }
    }
    guard before.count != after.count else { return nil }
    return before.dropFirst(after.count).first.map { Int($0.span.line) - 1 } ?? before.last.map {
      Int($0.span.line) - 1
    }
      ?? 0
  }

  private static func isSame(_ old: Statement, _ new: Statement) -> Bool {
    old.keyword == new.keyword && old.isCutByComment == new.isCutByComment
      && (old.closingBrace == nil) == (new.closingBrace == nil) && old.words.count == new.words.count
      && zip(old.words, new.words).allSatisfy { $0.bytes == $1.bytes && $0.quoted == $1.quoted }
  }

  /// Compares what was found wrong, apart from what another layout may put right.
  private static func difference(_ before: ParsedSource, _ after: ParsedSource) -> Int? {
    let (old, new) = (findings(before), findings(after))
    guard old.map(\.id) != new.map(\.id) else { return nil }
    let position = zip(old, new).enumerated().first { $1.0.id != $1.1.id }?.offset ?? min(old.count, new.count)
    return old.dropFirst(position).first?.range.map { $0.line - 1 } ?? 0
  }

  private static func findings(_ source: ParsedSource) -> [Diagnostic] {
    source.diagnostics.diagnostics.filter { $0.id != "byte-order-mark" && $0.id != "line-too-long" }
  }
}

extension LineAnatomy {
  /// Takes a line apart if it begins with this byte.
  fileprivate init?(_ line: ArraySlice<UInt8>, ifFirst byte: UInt8) {
    guard line.first == byte else { return nil }
    self.init(line)
  }
}
