/// All files of one configuration as they were read, and every expansion made: what turns spans into places.
public final class SourceMap {
  struct File {
    var path: String
    var bytes: [UInt8]
    var includedFrom: SourceSpan?
    var lineStarts: [Int]?
  }

  struct Expansion {
    var name: String
    var use: SourceSpan
    /// Where the value stands.
    var definition: SourceSpan?
  }

  var files: [File] = []
  private(set) var expansions: [Expansion] = []
  /// How often each path was read.
  private var readings: [String: Int] = [:]
  /// The first expansion used in each place, made when it is first asked for.
  private var firstExpansions: [Place: Int]?

  /// Lines that sequences repeat; their column is 0.
  private var repeated: Set<Place> = []

  private struct Place: Hashable {
    var file: UInt32
    var line: UInt32
    var column: UInt32
  }

  /// A map without files.
  public init() {}

  func addFile(path: String, bytes: [UInt8], includedFrom: SourceSpan?) -> UInt32 {
    files.append(File(path: path, bytes: bytes, includedFrom: includedFrom, lineStarts: nil))
    readings[path, default: 0] += 1
    return UInt32(truncatingIfNeeded: files.count - 1)
  }

  func addExpansion(name: String, use: SourceSpan, definition: SourceSpan?) -> UInt32 {
    expansions.append(Expansion(name: name, use: use, definition: definition))
    return UInt32(truncatingIfNeeded: expansions.count)
  }

  /// The place of a span, ready to be shown.
  public func range(of span: SourceSpan) -> SourceRange {
    let step = step(.included, to: span)
    return SourceRange(
      path: step.path, line: step.line, column: step.column, length: step.length,
      characterColumn: step.characterColumn, characterLength: step.characterLength, excerpt: step.excerpt,
      excerptColumn: step.excerptColumn, trail: trail(of: span))
  }

  /// Where the definition is used that a span's text comes from; `nil` for text that stands in the file as it is read.
  func use(of span: SourceSpan) -> SourceSpan? {
    let expansion = Int(span.origin) - 1
    return expansions.indices.contains(expansion) ? expansions[expansion].use : nil
  }

  func path(of span: SourceSpan) -> String {
    files.indices.contains(Int(span.file)) ? files[Int(span.file)].path : ""
  }

  /// Says that the text on a line is read several times, for the rounds of a sequence.
  func markRepeated(_ span: SourceSpan) {
    repeated.insert(Place(file: span.file, line: span.line, column: 0))
  }

  /// Whether an edit at a place can mean one thing only: the text stands in the file as it is and is read once.
  func isEditable(_ span: SourceSpan) -> Bool {
    span.origin == 0 && !span.isMixed && isReadOnce(path(of: span))
      && !repeated.contains(Place(file: span.file, line: span.line, column: 0))
  }

  /// Whether a file has been read once so far.
  func isReadOnce(_ path: String) -> Bool { readings[path] == 1 }

  private func trail(of span: SourceSpan) -> [SourceRange.Step] {
    var steps: [SourceRange.Step] = []
    if span.isMixed, let inner = expansion(in: span), let definition = inner.definition {
      steps.append(step(.defined(name: inner.name), to: definition))
    }
    var current = span
    while steps.count < 16 {
      let reason: SourceRange.Reason
      let next: SourceSpan
      let expansion = Int(current.origin) - 1
      if expansions.indices.contains(expansion) {
        reason = .definition(name: expansions[expansion].name)
        next = expansions[expansion].use
      } else if files.indices.contains(Int(current.file)), let place = files[Int(current.file)].includedFrom {
        reason = .included
        next = place
      } else {
        break
      }
      steps.append(step(reason, to: next))
      current = next
    }
    return steps
  }

  private func step(_ reason: SourceRange.Reason, to span: SourceSpan) -> SourceRange.Step {
    let (excerpt, column) = excerpt(of: span)
    let length = length(of: span)
    let start = position(line: Int(span.line), column: Int(span.column), in: span).characterColumn
    let end = position(line: Int(span.line), column: Int(span.column) + length, in: span).characterColumn
    return .init(
      reason: reason, path: path(of: span), line: Int(span.line), column: Int(span.column), length: length,
      characterColumn: start, characterLength: max(0, end - start), excerpt: excerpt, excerptColumn: column)
  }

  /// The first definition that is used inside a text that was put together.
  func expansion(in span: SourceSpan) -> Expansion? {
    var table = firstExpansions ?? [:]
    if firstExpansions == nil {
      for (index, expansion) in expansions.enumerated() {
        let use = Place(file: expansion.use.file, line: expansion.use.line, column: expansion.use.column)
        if table[use] == nil { table[use] = index }
      }
      firstExpansions = table
    }
    let columns = Int(span.column)..<(Int(span.column) + max(1, length(of: span)))
    let found = columns.lazy.compactMap {
      table[Place(file: span.file, line: span.line, column: UInt32(truncatingIfNeeded: $0))]
    }.first
    return found.map { expansions[$0] }
  }
}
