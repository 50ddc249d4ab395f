/// All files of one configuration as they were read, and every expansion made: what turns spans into places.
public final class SourceMap {
  struct File {
    var path: String
    var bytes: [UInt8]
    var includedFrom: SourceSpan?
    var lineStarts: [Int]?
  }

  /// A definition as it was at some point of the reading.
  struct Definition {
    var name: String
    /// Place of the value.
    var value: SourceSpan?
  }

  /// There may be a million of them, so they share what they can.
  private struct Expansion {
    /// Position in ``definitions``.
    var definition: UInt32
    var use: SourceSpan
  }

  var files: [File] = []
  private var expansions: [Expansion] = []
  private var definitions: [Definition] = []
  /// Positions of the latest definition of each name.
  private var latestDefinitions: [String: UInt32] = [:]
  /// Number of readings of each path.
  private var readings: [String: Int] = [:]
  /// The definition that was used first in each place, for the first expansions; grows when it is asked for.
  private var definitionsByUse: [Place: UInt32] = [:]
  private var indexedExpansions = 0

  /// Lines that sequences repeat; their column is 0.
  private var repeated: Set<Place> = []

  /// Position of the first word before a secret, for lines that were asked for; beyond the line where there is none.
  var secretWords: [Place: Int] = [:]

  struct Place: Hashable {
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
    let number: UInt32
    if let known = latestDefinitions[name], definitions[Int(known)].value == definition {
      number = known
    } else {
      number = UInt32(truncatingIfNeeded: definitions.count)
      definitions.append(Definition(name: name, value: definition))
      latestDefinitions[name] = number
    }
    expansions.append(Expansion(definition: number, use: use))
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

  /// Place where the definition of a span's text is used; `nil` for text that stands in the file as it is read.
  func use(of span: SourceSpan) -> SourceSpan? {
    let expansion = Int(span.origin) - 1
    return expansions.indices.contains(expansion) ? expansions[expansion].use : nil
  }

  /// The name whose definition a span's text comes from; `nil` for text that stands in the file as it is read.
  func nameUsed(for span: SourceSpan) -> String? {
    let expansion = Int(span.origin) - 1
    return expansions.indices.contains(expansion) ? definitions[Int(expansions[expansion].definition)].name : nil
  }

  /// Place of a word's text that came through a definition or a list; `nil` for text that stands in the file as it is read.
  func definitionPlace(of span: SourceSpan) -> Place? {
    if span.isMixed, let value = definition(in: span)?.value {
      return Place(file: value.file, line: value.line, column: 0)
    }
    return span.origin == 0 ? nil : Place(file: span.file, line: span.line, column: 0)
  }

  func path(of span: SourceSpan) -> String {
    files.indices.contains(Int(span.file)) ? files[Int(span.file)].path : ""
  }

  /// Marks a line whose text is read several times, for the rounds of a sequence.
  func markRepeated(_ span: SourceSpan) {
    repeated.insert(Place(file: span.file, line: span.line, column: 0))
  }

  /// True when an edit at a place has one meaning only: the text stands in the file as it is and is read once.
  func isEditable(_ span: SourceSpan) -> Bool {
    span.origin == 0 && !span.isMixed && isReadOnce(path(of: span))
      && !repeated.contains(Place(file: span.file, line: span.line, column: 0))
  }

  /// True when a file has been read once so far.
  func isReadOnce(_ path: String) -> Bool { readings[path] == 1 }

  private func trail(of span: SourceSpan) -> [SourceRange.Step] {
    var steps: [SourceRange.Step] = []
    if span.isMixed, let inner = definition(in: span), let value = inner.value {
      steps.append(step(.defined(name: inner.name), to: value))
    }
    var current = span
    while steps.count < 16 {
      let reason: SourceRange.Reason
      let next: SourceSpan
      let expansion = Int(current.origin) - 1
      if expansions.indices.contains(expansion) {
        reason = .definition(name: definitions[Int(expansions[expansion].definition)].name)
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
  func definition(in span: SourceSpan) -> Definition? {
    for expansion in expansions[indexedExpansions...] {
      let use = Place(file: expansion.use.file, line: expansion.use.line, column: expansion.use.column)
      if definitionsByUse[use] == nil { definitionsByUse[use] = expansion.definition }
    }
    indexedExpansions = expansions.count
    let columns = Int(span.column)..<(Int(span.column) + max(1, length(of: span)))
    let found = columns.lazy.compactMap { [definitionsByUse] column in
      definitionsByUse[Place(file: span.file, line: span.line, column: UInt32(truncatingIfNeeded: column))]
    }.first
    return found.map { definitions[Int($0)] }
  }
}
