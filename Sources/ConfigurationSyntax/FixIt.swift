extension Diagnostic {
  /// Edits that together fix a finding.
  public struct FixIt: Sendable, Hashable {
    /// The edits, of which none overlaps another.
    public var edits: [Edit]

    /// Text of the first edit.
    public var replacement: String { edits.first?.replacement ?? "" }

    /// A fix of the given edits.
    public init(edits: [Edit]) {
      self.edits = edits
    }
  }

  /// The replacement of one stretch of a file.
  public struct Edit: Sendable, Hashable {
    /// A place between two bytes of a file.
    public struct Position: Sendable, Hashable, Comparable {
      /// Line, from 1.
      public var line: Int
      /// Column in bytes, from 1.
      public var column: Int
      /// Column in Unicode characters, from 1.
      public var characterColumn: Int

      /// The order in the file.
      public static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
      }
    }

    /// The file's path as it was opened.
    public var path: String
    /// Start of the replaced text.
    public var start: Position
    /// End of the replaced text; the same as ``start`` for an insertion.
    public var end: Position
    /// New text.
    public var replacement: String
  }
}

/// A change of a configuration's text, as a rule asks for it.
public enum TextChange: Sendable {
  /// The words between two places, both included, become this text.
  case replace(SourceSpan, through: SourceSpan? = nil, with: String)
  /// This text is put in before a place.
  case insert(String, before: SourceSpan)
  /// This text is put in after a place.
  case insertAfter(SourceSpan, String)
  /// A word and the blanks before it become a line feed, the line's indentation, and the word.
  case breakLine(before: SourceSpan)
  /// The words between two places go, and with them their line if nothing else stands on it.
  case remove(SourceSpan, through: SourceSpan? = nil)
  /// The line that begins with this word goes, if it holds one statement or entry and nothing else.
  case removeLine(SourceSpan)
  /// This text becomes the last lines of the file that a place is in.
  case append(String, toFileOf: SourceSpan)
}

extension SourceMap {
  /// The edits that make the changes; `nil` if there are none, or if one of them would change text that a definition holds, or a
  /// file that is read in several places.
  func fixIt(_ changes: [TextChange]) -> Diagnostic.FixIt? {
    var edits: [Diagnostic.Edit] = []
    for change in changes {
      guard let edit = edit(change) else { return nil }
      edits.append(edit)
    }
    return edits.isEmpty ? nil : Diagnostic.FixIt(edits: edits)
  }

  private func edit(_ change: TextChange) -> Diagnostic.Edit? {
    switch change {
    case .replace(let first, let last, let text):
      return edit(from: first, through: last ?? first, text)
    case .insert(let text, let span):
      return edit(at: span, from: Int(span.column), to: Int(span.column), text)
    case .insertAfter(let span, let text):
      let end = Int(span.column) + Int(span.length)
      return edit(at: span, from: end, to: end, text)
    case .breakLine(let span):
      let before = line(of: span).prefix(max(0, Int(span.column) - 1))
      let blanks = before.reversed().prefix(while: Ascii.isBlank).count
      let start = Int(span.column) - blanks
      return edit(at: span, from: start, to: Int(span.column), "\n" + indentation(of: span))
    case .remove(let first, let last):
      return removal(from: first, through: last ?? first)
    case .removeLine(let span):
      let bytes = line(of: span)
      let others: Set<UInt8> = [Ascii.open, Ascii.close, Ascii.hash, Ascii.bang]
      let before = bytes.prefix(max(0, Int(span.column) - 1))
      guard before.allSatisfy(Ascii.isBlank), !bytes.contains(where: others.contains) else { return nil }
      return removal(from: span, through: wholeLine(of: span))
    case .append(let text, let span):
      return appending(text, toFileOf: span)
    }
  }

  private func edit(from first: SourceSpan, through last: SourceSpan, _ text: String) -> Diagnostic.Edit? {
    guard isEditable(first), isEditable(last), first.file == last.file,
      (first.line, first.column) <= (last.line, last.column)
    else { return nil }
    return Diagnostic.Edit(
      path: path(of: first), start: position(line: Int(first.line), column: Int(first.column), in: first),
      end: position(line: Int(last.line), column: Int(last.column) + Int(last.length), in: last), replacement: text)
  }

  private func edit(at span: SourceSpan, from start: Int, to end: Int, _ text: String) -> Diagnostic.Edit? {
    guard isEditable(span) else { return nil }
    return Diagnostic.Edit(
      path: path(of: span), start: position(line: Int(span.line), column: start, in: span),
      end: position(line: Int(span.line), column: end, in: span), replacement: text)
  }

  private func removal(from first: SourceSpan, through last: SourceSpan) -> Diagnostic.Edit? {
    guard var edit = edit(from: first, through: last, "") else { return nil }
    let before = line(of: first).prefix(edit.start.column - 1)
    let after = line(of: last).dropFirst(edit.end.column - 1)
    if before.allSatisfy(Ascii.isBlank), after.allSatisfy(Ascii.isBlank) {
      edit.start = position(line: edit.start.line, column: 1, in: first)
      edit.end =
        edit.end.line < lineCount(of: last)
        ? position(line: edit.end.line + 1, column: 1, in: last)
        : position(line: edit.end.line, column: .max, in: last)
    } else {
      let blanks = before.reversed().prefix(while: Ascii.isBlank).count
      edit.start = position(line: edit.start.line, column: edit.start.column - blanks, in: first)
    }
    return edit
  }

  private func wholeLine(of span: SourceSpan) -> SourceSpan {
    var whole = span
    whole.length = UInt32(clamping: max(0, line(of: span).count - Int(span.column) + 1))
    return whole
  }

  private func appending(_ text: String, toFileOf span: SourceSpan) -> Diagnostic.Edit? {
    guard isEditable(span) else { return nil }
    var last = span
    last.line = UInt32(clamping: lineCount(of: span))
    let end = position(line: Int(last.line), column: .max, in: last)
    let needsLineFeed = end.column > 1
    return Diagnostic.Edit(
      path: path(of: span), start: end, end: end, replacement: (needsLineFeed ? "\n" : "") + text + "\n")
  }

  /// The blanks that the line of a place begins with.
  func indentation(of span: SourceSpan) -> String {
    String(decoding: line(of: span).prefix { $0 == Ascii.space || $0 == Ascii.tab }, as: UTF8.self)
  }
}
