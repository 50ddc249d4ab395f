/// Where a word stands, in numbers only, so that a large configuration's words stay small.
///
/// ``SourceMap/range(of:)`` turns it into something that can be shown.
public struct SourceSpan: Sendable, Hashable {
  /// Number of the file in its ``SourceMap``; one path included twice has two numbers.
  public var file: UInt32
  /// Line, from 1.
  public var line: UInt32
  /// Column in bytes, from 1.
  public var column: UInt32
  /// Length in bytes; it never reaches beyond the line.
  public var length: UInt32
  /// Number of the expansion that the text came through; 0 for text that stands in the file as it is read.
  var origin: UInt32
}

/// A place in a file as people are shown it, with the way by which the reader came there.
public struct SourceRange: Sendable, Hashable {
  /// One step back from a place to what led to it.
  public struct Step: Sendable, Hashable {
    /// What kind of step.
    public var reason: Reason
    /// File of the place that led here.
    public var path: String
    /// Its line, from 1.
    public var line: Int
    /// Its column in bytes, from 1.
    public var column: Int
  }

  /// Why the reader came from one place to another.
  public enum Reason: Sendable, Hashable {
    /// The file was included there.
    case included
    /// The text is a definition's, and its name was used there.
    case definition(name: String)
  }

  /// The file's path as it was opened.
  public var path: String
  /// Line, from 1.
  public var line: Int
  /// Column in bytes, from 1.
  public var column: Int
  /// Length in bytes.
  public var length: Int
  /// The line's text, or the part of a long line around the place; a password is masked.
  public var excerpt: String
  /// Column, in characters from 0, at which the place starts in ``excerpt``.
  public var excerptColumn: Int
  /// How the reader came here, the nearest step first.
  public var trail: [Step]

  /// Leaves the place and takes away what stands there, and how long it is.
  mutating func hideText() {
    excerpt = ""
    excerptColumn = 0
    length = 1
  }
}

extension SourceRange {
  /// A place in a text that stands in no file, such as a command line's argument.
  /// - Parameters:
  ///   - text: the whole text.
  ///   - offset: where the place begins, in bytes from 0.
  ///   - name: what the text is called instead of a path.
  public init(of length: Int, at offset: Int, in text: String, called name: String) {
    let bytes = Array(text.utf8)
    let before = bytes.prefix(offset)
    let start = before.lastIndex(of: Ascii.newline).map { $0 + 1 } ?? 0
    path = name
    line = before.count { $0 == Ascii.newline } + 1
    column = before.count - start + 1
    self.length = length
    excerpt = String(decoding: bytes[start...].prefix { $0 != Ascii.newline }, as: UTF8.self)
    excerptColumn = String(decoding: before[start...], as: UTF8.self).count
    trail = []
  }
}

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
  }

  private(set) var files: [File] = []
  private var expansions: [Expansion] = []

  /// A map without files.
  public init() {}

  func addFile(path: String, bytes: [UInt8], includedFrom: SourceSpan?) -> UInt32 {
    files.append(File(path: path, bytes: bytes, includedFrom: includedFrom, lineStarts: nil))
    return UInt32(truncatingIfNeeded: files.count - 1)
  }

  func addExpansion(name: String, use: SourceSpan) -> UInt32 {
    expansions.append(Expansion(name: name, use: use))
    return UInt32(truncatingIfNeeded: expansions.count)
  }

  /// The place of a span, ready to be shown.
  public func range(of span: SourceSpan) -> SourceRange {
    let (excerpt, column) = excerpt(of: span)
    return SourceRange(
      path: path(of: span), line: Int(span.line), column: Int(span.column), length: Int(span.length),
      excerpt: excerpt, excerptColumn: column, trail: trail(of: span))
  }

  /// Where the definition is used that a span's text comes from; `nil` for text that stands in the file as it is read.
  func use(of span: SourceSpan) -> SourceSpan? {
    let expansion = Int(span.origin) - 1
    return expansions.indices.contains(expansion) ? expansions[expansion].use : nil
  }

  private func path(of span: SourceSpan) -> String {
    files.indices.contains(Int(span.file)) ? files[Int(span.file)].path : ""
  }

  private func trail(of span: SourceSpan) -> [SourceRange.Step] {
    var steps: [SourceRange.Step] = []
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
      steps.append(.init(reason: reason, path: path(of: next), line: Int(next.line), column: Int(next.column)))
      current = next
    }
    return steps
  }

  private func line(of span: SourceSpan) -> ArraySlice<UInt8> {
    let number = Int(span.file)
    guard files.indices.contains(number) else { return [] }
    let starts: [Int]
    if let known = files[number].lineStarts {
      starts = known
    } else {
      let bytes = files[number].bytes
      starts = [0] + bytes.indices.filter { bytes[$0] == Ascii.newline }.map { $0 + 1 }
      files[number].lineStarts = starts
    }
    let index = Int(span.line) - 1
    guard starts.indices.contains(index) else { return [] }
    let bytes = files[number].bytes
    let end = index + 1 < starts.count ? starts[index + 1] - 1 : bytes.count
    return bytes[starts[index]..<max(starts[index], end)]
  }

  /// At most this many bytes of a line are shown.
  private static let excerptWidth = 160

  private func excerpt(of span: SourceSpan) -> (String, Int) {
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

  /// Text that a terminal can show: control characters and bytes that are no UTF-8 become replacement characters.
  private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x09: text.unicodeScalars.append(" ")
      case 0x0D: break
      case 0..<0x20, 0x7F..<0xA0: text.unicodeScalars.append("\u{FFFD}")
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Hides what follows `auth_pass`: a diagnostic may end in a log that others read.
  private static func masked(_ text: String) -> String {
    let secret = Array("auth_pass".unicodeScalars)
    let scalars = Array(text.unicodeScalars)
    guard scalars.count > secret.count else { return text }
    for start in 0...(scalars.count - secret.count) where scalars[start..<start + secret.count].elementsEqual(secret) {
      var masked = String.UnicodeScalarView(scalars[..<(start + secret.count)])
      masked.append(contentsOf: scalars[(start + secret.count)...].map { $0 == " " ? " " : "*" })
      return String(masked)
    }
    return text
  }
}
