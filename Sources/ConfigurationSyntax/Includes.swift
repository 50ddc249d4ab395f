/// `include` and its stricter forms.
extension SourceReader {
  /// Conditions that a form of `include` treats as errors.
  struct IncludeChecks: OptionSet {
    let rawValue: UInt8
    /// A match that cannot be read.
    static let read = IncludeChecks(rawValue: 1)
    /// A plain name that does not exist.
    static let match = IncludeChecks(rawValue: 2)
    /// A wildcard that matches nothing.
    static let wildcard = IncludeChecks(rawValue: 4)
    /// An alternative in braces that matches nothing.
    static let brace = IncludeChecks(rawValue: 8)
  }

  /// Place of a line that includes, however the reader got there.
  struct IncludePlace: Hashable {
    var path: String
    var line: UInt32
    var column: UInt32
  }

  private static func checks(of keyword: ArraySlice<UInt8>) -> IncludeChecks? {
    switch String(decoding: keyword, as: UTF8.self) {
    case "include": []
    case "includer": .read
    case "includem": [.read, .match]
    case "includew": [.read, .match, .wildcard]
    case "includeb": [.read, .brace]
    case "includea": [.read, .match, .wildcard, .brace]
    default: nil
    }
  }

  /// The word that a line begins with.
  private static func firstWord(of line: SourceText) -> ArraySlice<UInt8> {
    line.bytes.prefix { !Ascii.isBlank($0) }
  }

  /// True when a line is an include of any form.
  static func isInclude(_ line: SourceText) -> Bool { isInclude(firstWord(of: line)) }

  /// True when a line that begins with this word includes files.
  static func isInclude(_ word: ArraySlice<UInt8>) -> Bool { checks(of: word) != nil }

  /// Follows `include_check [[+|-]CHECK…]`, which holds to the end of its file.
  func setIncludeChecks(_ words: ArraySlice<Word>) {
    guard !openFiles.isEmpty else { return }
    let all: [String: IncludeChecks] = [
      "read": .read, "match": .match, "wildcard_match": .wildcard, "brace_match": .brace,
    ]
    func hasSign(_ word: Word) -> Bool {
      word.bytes.first == UInt8(ascii: "+") || word.bytes.first == UInt8(ascii: "-")
    }
    var checks: IncludeChecks = words.isEmpty ? [.read, .match, .wildcard, .brace] : []
    if let first = words.first, hasSign(first) { checks = openFiles[openFiles.count - 1].checks }
    for word in words {
      let name = String(decoding: word.bytes.dropFirst(hasSign(word) ? 1 : 0), as: UTF8.self)
      guard let check = all[name] else {
        let nearest = Spelling.nearest(to: name, in: all.keys)
        diagnostics.report(
          .warning, "bad-value", "'\(word.text)' is not a check of includes; it is ignored", at: word.span,
          suggestion: nearest.map { "did you mean \($0)?" }
            ?? "write read, match, wildcard_match or brace_match, with + or - before it to change what holds")
        continue
      }
      if word.bytes.first == UInt8(ascii: "-") { checks.subtract(check) } else { checks.formUnion(check) }
    }
    openFiles[openFiles.count - 1].checks = checks
  }

  /// Reads the files that a line includes; false if the line is no include.
  func include(_ line: SourceText) -> Bool {
    let word = Self.firstWord(of: line)
    guard var checks = Self.checks(of: word) else { return false }
    // Only the plain form heeds `include_check`; the others say what they want.
    if checks.isEmpty { checks = openFiles.last?.checks ?? [] }
    let bytes = line.bytes
    let end = word.endIndex
    let argument = line.slice(end..<bytes.endIndex).trimmed
    guard !argument.isEmpty else {
      diagnostics.report(
        .warning, "include-missing", "\(String(decoding: word, as: UTF8.self)) names no file; nothing is read",
        at: line.span, suggestion: "write the name of a file, or a pattern, after it")
      return true
    }
    if argument.bytes.first == Ascii.quote {
      diagnostics.report(
        .warning, "include-quotes", "quotes are part of the name in an include", at: argument.span,
        suggestion: "write the name without quotes", replacement: Self.withoutQuotes(argument.bytes))
    }
    guard PathPattern.alternativeCount(of: argument.bytes) <= SourceLimits.braceAlternatives else {
      diagnostics.report(
        .error, "include-too-many", "the braces stand for more than \(SourceLimits.braceAlternatives) names",
        at: argument.span)
      return true
    }
    var missing: [Missing] = []
    for pattern in PathPattern.alternatives(of: argument.bytes) where !isStopped {
      patternCount += 1
      guard patternCount <= limits.fileCount else {
        stop("more than \(limits.fileCount) includes are asked for", at: argument.span)
        break
      }
      missing += [include(pattern, checks, at: argument.span)].compactMap(\.self)
    }
    report(missing, at: argument.span)
    return true
  }

  /// An alternative of an include's braces that matches no file.
  private struct Missing {
    var path: String
    var isWildcard: Bool
    var severity: Severity
  }

  /// Braces may stand for hundreds of names; whatever is missing of them is one finding for each severity.
  private func report(_ missing: [Missing], at span: SourceSpan) {
    for (severity, group) in Dictionary(grouping: missing, by: \.severity) {
      let first = group[0]
      let others = group.count == 1 ? "" : "; the same holds for \(group.count - 1) more that the braces stand for"
      diagnostics.report(
        severity, "include-missing",
        (first.isWildcard ? "no file matches \(first.path)" : "\(first.path) does not exist; nothing is read") + others,
        at: span,
        suggestion: first.isWildcard
          ? "make such a file, or take the line out"
          : "make the file, or take the line out; a path without / at its front begins beside this file")
    }
  }

  /// A name that stands whole in quotes, without them.
  private static func withoutQuotes(_ name: ArraySlice<UInt8>) -> String? {
    let inner = name.dropFirst().dropLast()
    guard name.count > 2, name.last == Ascii.quote, !inner.contains(Ascii.quote) else { return nil }
    return String(decoding: inner, as: UTF8.self)
  }

  /// Reads what one alternative of an include's braces matches.
  private func include(_ pattern: [UInt8], _ checks: IncludeChecks, at span: SourceSpan) -> Missing? {
    let name = String(decoding: pattern, as: UTF8.self)
    let path = name.hasPrefix("/") ? name : (directory == "/" ? "/" : directory + "/") + name
    let paths = files.matches(of: path, steps: &searchSteps)
    guard searchSteps > 0 else {
      stop("the patterns of includes go through more than \(limits.searchSteps) files", "include-too-many", at: span)
      return nil
    }
    for path in paths where !isStopped { readIncluded(path, checks, at: span) }
    guard paths.isEmpty else { return nil }
    let isWildcard = PathPattern.hasWildcard(pattern[...])
    let isError = isWildcard ? checks.contains(.wildcard) : !checks.isDisjoint(with: [.match, .brace])
    return Missing(path: path, isWildcard: isWildcard, severity: isError ? .error : .warning)
  }

  private func readIncluded(_ path: String, _ checks: IncludeChecks, at span: SourceSpan) {
    guard !openFiles.contains(where: { $0.path == path }) else {
      // The line may be read again, by another way; it is the same loop.
      let place = IncludePlace(path: map.path(of: span), line: span.line, column: span.column)
      guard loops.insert(place).inserted else { return }
      diagnostics.report(.error, "include-loop", "\(path) includes itself", at: span)
      return
    }
    guard openFiles.count < SourceLimits.includeDepth else {
      // A file that includes itself twice by other names would come here two to the power of the depth times.
      stop("files stand more than \(SourceLimits.includeDepth) deep within one another", "include-loop", at: span)
      return
    }
    do {
      read(try files.read(path), path: path, includedFrom: span)
    } catch {
      diagnostics.report(
        checks.contains(.read) ? .error : .warning, "include-unreadable", "\(path) \(error.reason); it is skipped",
        at: span)
    }
  }
}
