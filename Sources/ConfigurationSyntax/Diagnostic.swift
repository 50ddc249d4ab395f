/// How bad a finding is.
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
    /// Where, if it stands anywhere.
    public var range: SourceRange?

    /// A note of the given contents.
    public init(message: String, range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// An edit that settles the finding.
  public struct FixIt: Sendable, Hashable {
    /// What is replaced.
    public var range: SourceRange
    /// By what.
    public var replacement: String
  }

  /// Stable name of the rule, as `unknown-keyword`.
  public var id: String
  /// How bad it is.
  public var severity: Severity
  /// One sentence without a full stop.
  public var message: String
  /// Where; `nil` for what concerns no place.
  public var range: SourceRange?
  /// What belongs to it.
  public var notes: [Note]
  /// What to write instead, in words.
  public var suggestion: String?
  /// What to write instead, as an edit.
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
  /// The findings in the order in which they were made.
  public private(set) var diagnostics: [Diagnostic] = []
  /// Whether one of them is an error.
  public private(set) var hasErrors = false
  /// Where the spans of the findings lead.
  public let map: SourceMap
  private var dropped = 0
  private let limit: Int

  /// A collector that keeps at most `limit` findings that are no errors, and as many errors.
  public init(map: SourceMap, limit: Int = 2000) {
    self.map = map
    self.limit = limit
  }

  /// Whether a further finding that is no error would only be counted, so that looking for help with it is in vain.
  var isFull: Bool { diagnostics.count >= limit }

  /// Adds a finding.
  public func report(
    _ severity: Severity, _ id: String, _ message: String, at span: SourceSpan? = nil,
    notes: [(String, SourceSpan?)] = [], suggestion: String? = nil, replacement: String? = nil
  ) {
    if severity == .error { hasErrors = true }
    guard diagnostics.count < (severity == .error ? limit * 2 : limit) else {
      dropped += 1
      return
    }
    let range = span.map(map.range(of:))
    var fixIt: Diagnostic.FixIt?
    if let replacement, let range, range.trail.allSatisfy({ $0.reason == .included }) {
      fixIt = Diagnostic.FixIt(range: range, replacement: replacement)
    }
    diagnostics.append(
      Diagnostic(
        id: id, severity: severity, message: message, range: range,
        notes: notes.map { Diagnostic.Note(message: $0.0, range: $0.1.map(map.range(of:))) },
        suggestion: suggestion, fixIt: fixIt))
  }

  /// The findings, with a last one that says how many more there were.
  public func finish() -> [Diagnostic] {
    guard dropped > 0 else { return diagnostics }
    return diagnostics + [
      Diagnostic(id: "more-findings", severity: .note, message: "\(dropped) more findings are not shown")
    ]
  }
}
