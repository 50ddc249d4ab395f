/// Severity of a finding.
public enum Severity: UInt8, Sendable, Hashable, Comparable, CaseIterable {
  /// Worth knowing; nothing is wrong.
  case note = 0
  /// The configuration can be used, but not everything is as its writer will have meant it.
  case warning = 1
  /// The configuration cannot be used.
  case error = 2

  /// Orders by weight.
  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

  /// The word that diagnostics are printed with.
  public var word: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }
}

/// A finding about a configuration: what, where, and what to write instead.
public struct Diagnostic: Sendable, Hashable {
  /// Something that belongs to the finding and stands elsewhere.
  public struct Note: Sendable, Hashable {
    /// The text.
    public var message: String
    /// Place of the note; `nil` for none.
    public var range: SourceRange?

    /// A note of the given contents.
    public init(message: String, range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// Stable name of the rule, as `unknown-keyword`.
  public var id: String
  /// Severity of the finding.
  public var severity: Severity
  /// One sentence without a full stop.
  public var message: String
  /// Place of the finding; `nil` for none.
  public var range: SourceRange?
  /// Notes with further places.
  public var notes: [Note]
  /// Suggestion, in words.
  public var suggestion: String?
  /// Suggestion, as edits of the files.
  public var fixIt: FixIt?

  /// A finding of the given contents.
  public init(
    id: String, severity: Severity, message: String, range: SourceRange? = nil, notes: [Note] = [],
    suggestion: String? = nil, fixIt: FixIt? = nil
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.range = range
    self.notes = notes
    self.suggestion = suggestion
    self.fixIt = fixIt
  }
}

/// Takes findings in while a configuration is read, and bounds their number.
public final class DiagnosticCollector {
  /// The findings in the order in which they were made, as yet with all that they quote.
  public private(set) var diagnostics: [Diagnostic] = []
  /// Places of the findings.
  private var spans: [SourceSpan?] = []
  /// Positions of the findings that repeat nothing of the file.
  private var withoutQuotations: Set<Int> = []
  /// Blocks that hold secrets, from the first to the last place in them.
  private var secrets: [(start: SourceSpan, end: SourceSpan?)] = []
  /// Lines of definitions and lists that words of such blocks came from.
  private var secretLines: Set<SourceMap.Place> = []
  /// The same as findings name them; `nil` when one has been added since.
  private var knownSecretLines: Set<SourceRange.Line>?
  /// True when one of the findings is an error.
  public private(set) var hasErrors = false
  /// Map from spans to places.
  public let map: SourceMap
  private var dropped = 0
  private let limit: Int
  /// Names that may still be compared with misspelt ones.
  private var comparisonsLeft = 20_000

  /// A collector that keeps at most `limit` findings that are no errors, and as many errors.
  public init(map: SourceMap, limit: Int = 2000) {
    self.map = map
    self.limit = limit
  }

  /// True when a further finding that is not an error would only be counted, so that no suggestion need be looked for.
  var isFull: Bool { diagnostics.count >= limit }

  /// The one of the candidates that a name was meant to be; `nil` too when so much has been compared that further help would take longer
  /// than the reading itself.
  /// - Parameter isTaken: Whether a candidate cannot have been meant.
  public func nearest(
    to name: String, in candidates: @autoclosure () -> [String], except isTaken: (String) -> Bool = { _ in false }
  ) -> String? {
    guard let candidates = compare(candidates) else { return nil }
    return Spelling.nearest(to: name, in: candidates.filter { !isTaken($0) })
  }

  /// The option that a word was meant to be, within the same bound.
  public func option(_ word: String, among options: @autoclosure () -> [String]) -> String? {
    compare(options).flatMap { Spelling.option(word, among: $0) }
  }

  /// The names to compare with, if there may still be so many.
  private func compare(_ candidates: () -> [String]) -> [String]? {
    guard !isFull, comparisonsLeft > 0 else { return nil }
    let candidates = candidates()
    comparisonsLeft -= candidates.count
    return candidates
  }

  /// Adds a finding.
  ///
  /// - Parameters:
  ///   - replacement: Text that replaces the place of the finding as its fix.
  ///   - changes: Further edits of the fix.
  ///   - quotesFile: Whether the texts repeat words of the file, so that they say less in a block with secrets.
  public func report(
    _ severity: Severity, _ id: String, _ message: @autoclosure () -> String, at span: SourceSpan? = nil,
    notes: @autoclosure () -> [(String, SourceSpan?)] = [], suggestion: @autoclosure () -> String? = nil,
    replacement: @autoclosure () -> String? = nil, changes: @autoclosure () -> [TextChange] = [],
    quotesFile: Bool = true
  ) {
    if severity == .error { hasErrors = true }
    guard diagnostics.count < (severity == .error ? limit * 2 : limit) else {
      dropped += 1
      return
    }
    let range = span.map(map.range(of:))
    spans.append(span)
    if !quotesFile { withoutQuotations.insert(diagnostics.count) }
    let replacements = span.flatMap { span in replacement().map { TextChange.replace(span, with: $0) } }
    let fixIt = map.fixIt([replacements].compactMap(\.self) + changes())
    diagnostics.append(
      Diagnostic(
        id: id, severity: severity, message: message(), range: range,
        notes: notes().map { Diagnostic.Note(message: $0.0, range: $0.1.map(map.range(of:))) },
        suggestion: suggestion(), fixIt: fixIt))
  }

  /// Removes the fix of a finding, by its position, because the fix would change more than was known when it was made.
  func withdrawFix(of finding: Int) {
    if diagnostics.indices.contains(finding) { diagnostics[finding].fixIt = nil }
  }

  /// Begins a block with secrets. Its keyword is not secret: it is shown if nothing but the brace follows on its line.
  func beginSecret(of keyword: SourceSpan) {
    var start = keyword
    if keyword.origin == 0, !keyword.isMixed {
      let line = map.line(of: keyword)
      let end = Int(keyword.column) - 1 + Int(keyword.length)
      let isAlone = line.prefix(Int(keyword.column) - 1).allSatisfy(Ascii.isBlank)
      let rest = line.dropFirst(end).filter { !Ascii.isBlank($0) }
      if isAlone, rest.isEmpty || rest == [Ascii.open] { start.column += keyword.length }
    }
    secrets.append((start, nil))
  }

  /// Ends the last such block.
  func endSecret(at span: SourceSpan) {
    if !secrets.isEmpty { secrets[secrets.count - 1].end = span }
  }

  /// Marks a word as secret, so that the line that it came from is not shown either.
  func noteSecret(at span: SourceSpan) {
    guard let place = map.definitionPlace(of: span), secretLines.insert(place).inserted else { return }
    knownSecretLines = nil
  }

  /// The findings in the order of their places, without the secrets they would quote, and with a last one that says how many
  /// more there were. What concerns no place comes last.
  public func finish() -> [Diagnostic] {
    let placed = zip(diagnostics, spans).enumerated().map { (position: $0, span: $1.1, diagnostic: $1.0) }
    let sorted = placed.sorted { left, right in
      guard let first = left.span, let second = right.span else {
        return (left.span == nil ? 1 : 0, left.position) < (right.span == nil ? 1 : 0, right.position)
      }
      return (first.file, first.line, first.column, left.position)
        < (second.file, second.line, second.column, right.position)
    }
    var findings = sorted.map { entry in
      var finding = entry.diagnostic
      // A file that was read a second time later on has two meanings.
      if finding.fixIt?.edits.allSatisfy({ map.isReadOnce($0.path) }) == false { finding.fixIt = nil }
      guard let span = entry.span, isSecret(span) || isOnSecretLine(span) else { return finding }
      return finding.hidingSecrets(quotesFile: !withoutQuotations.contains(entry.position))
    }
    hideSecretLines(in: &findings)
    if dropped > 0 {
      findings.append(
        Diagnostic(id: "more-findings", severity: .note, message: "\(dropped) more findings are not shown"))
    }
    return findings
  }

  private func isOnSecretLine(_ span: SourceSpan) -> Bool {
    secretLines.contains(SourceMap.Place(file: span.file, line: span.line, column: 0))
  }

  private var shownSecretLines: Set<SourceRange.Line> {
    if let knownSecretLines { return knownSecretLines }
    let lines = Set(
      secretLines.map { line in
        let span = SourceSpan(file: line.file, line: line.line, column: 1, length: 0, origin: 0)
        return SourceRange.Line(path: map.path(of: span), number: Int(line.line))
      })
    knownSecretLines = lines
    return lines
  }

  private func hideSecretLines(in findings: inout [Diagnostic]) {
    let lines = shownSecretLines
    guard !lines.isEmpty else { return }
    for index in findings.indices {
      findings[index].range?.hideText(of: lines)
      for note in findings[index].notes.indices { findings[index].notes[note].range?.hideText(of: lines) }
    }
  }

  /// True when nothing but a comment follows a word on its line.
  public func isFollowedByComment(_ span: SourceSpan) -> Bool {
    guard span.origin == 0, !span.isMixed else { return false }
    let rest = map.line(of: span).dropFirst(Int(span.column) - 1 + Int(span.length))
    return rest.first { !Ascii.isBlank($0) }.map { $0 == Ascii.hash || $0 == Ascii.bang } ?? false
  }

  /// A place, ready to be shown by a finding that is made elsewhere: without its text in a block with secrets.
  public func shownRange(of span: SourceSpan) -> SourceRange {
    var range = map.range(of: span)
    if isSecret(span) { range.hideText() }
    range.hideText(of: shownSecretLines)
    return range
  }

  /// A place that was noted while the file was read, for a finding that is made elsewhere: without the lines that turned out to hold
  /// a secret.
  public func withoutSecretLines(_ range: SourceRange) -> SourceRange {
    var range = range
    range.hideText(of: shownSecretLines)
    return range
  }

  /// True when a place, or the place where its definition is used, lies in a block with secrets or after a word for one.
  private func isSecret(_ span: SourceSpan) -> Bool {
    guard !map.isBehindSecretWord(span) else { return true }
    let isInside = secrets.contains { secret in
      guard secret.start.file == span.file else { return false }
      let begins = (secret.start.line, secret.start.column) <= (span.line, span.column)
      return begins && secret.end.map { (span.line, span.column) <= ($0.line, $0.column) } ?? true
    }
    return isInside || (map.use(of: span).map(isSecret) ?? false)
  }
}

extension Diagnostic {
  /// The finding without the line it is about, and, if it quotes the file, without the words that it quotes and the edit.
  fileprivate func hidingSecrets(quotesFile: Bool) -> Diagnostic {
    var finding = self
    finding.range?.hideText()
    for index in finding.notes.indices { finding.notes[index].range?.hideText() }
    guard quotesFile else { return finding }
    finding.message = Self.withoutQuotations(message)
    finding.suggestion = suggestion.map(Self.withoutQuotations)
    finding.fixIt = nil
    return finding
  }

  private static func withoutQuotations(_ text: String) -> String {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count > 2 else { return text }
    // A word that holds the mark itself hides all up to the last one.
    return "\(parts[0])'…'\(parts[parts.count - 1])"
  }
}
