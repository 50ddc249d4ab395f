/// Place of a word, in numbers only, so that a large configuration's words stay small.
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
  private var originBits: UInt32

  /// No place at all, where one has to be named.
  package static let none = SourceSpan(file: 0, line: 0, column: 0, length: 0, origin: 0)

  /// Number of the expansion that the text came through; 0 for text that stands in the file as it is read.
  var origin: UInt32 {
    get { originBits & ~Self.mixedBit }
    set { originBits = newValue & ~Self.mixedBit | originBits & Self.mixedBit }
  }

  /// True when the text was put together from several places, so that its length says nothing about the file.
  var isMixed: Bool { originBits & Self.mixedBit != 0 }

  private static let mixedBit: UInt32 = 1 << 31

  init(file: UInt32, line: UInt32, column: UInt32, length: UInt32, origin: UInt32, isMixed: Bool = false) {
    self.file = file
    self.line = line
    self.column = column
    self.length = length
    originBits = origin & ~Self.mixedBit | (isMixed ? Self.mixedBit : 0)
  }
}

extension SourceSpan {
  /// The part of the place that begins `offset` bytes after its own beginning; the place itself where the text was put together.
  public func part(from offset: Int, length: Int) -> SourceSpan {
    guard !isMixed, offset >= 0, length > 0, offset + length <= Int(self.length) else { return self }
    var part = self
    part.column &+= UInt32(truncatingIfNeeded: offset)
    part.length = UInt32(truncatingIfNeeded: length)
    return part
  }
}

/// A place in a file as people are shown it, with the way by which the reader came there.
public struct SourceRange: Sendable, Hashable {
  /// One step back from a place to what led to it.
  public struct Step: Sendable, Hashable {
    /// Kind of step.
    public var reason: Reason
    /// File of the place that led here.
    public var path: String
    /// Line, from 1.
    public var line: Int
    /// Column in bytes, from 1.
    public var column: Int
    /// Length in bytes.
    public var length: Int
    /// Column in Unicode characters, from 1.
    public var characterColumn: Int
    /// Length in Unicode characters.
    public var characterLength: Int
    /// The line's text, as in ``SourceRange/excerpt``.
    public var excerpt: String
    /// Column, in characters from 0, at which the place starts in ``excerpt``.
    public var excerptColumn: Int
  }

  /// Why the reader came from one place to another.
  public enum Reason: Sendable, Hashable {
    /// The file was included there.
    case included
    /// The text is a definition's, and its name was used there.
    case definition(name: String)
    /// The text holds a definition's, which stands there.
    case defined(name: String)

    /// Sentence about the place that the step leads to.
    public var sentence: String {
      switch self {
      case .included: "included from here"
      case .definition(let name): "$\(name) is used here"
      case .defined(let name): "$\(name) is defined here"
      }
    }
  }

  /// The file's path as it was opened.
  public var path: String
  /// Line, from 1.
  public var line: Int
  /// Column in bytes, from 1.
  public var column: Int
  /// Length in bytes.
  public var length: Int
  /// Column in Unicode characters, from 1.
  public var characterColumn: Int
  /// Length in Unicode characters.
  public var characterLength: Int
  /// The line's text, or the part of a long line around the place; a password is masked.
  public var excerpt: String
  /// Column, in characters from 0, at which the place starts in ``excerpt``.
  public var excerptColumn: Int
  /// Steps that led the reader here, the nearest first.
  public var trail: [Step]

  /// A line of a file, whichever way the reader came there.
  struct Line: Hashable {
    var path: String
    var number: Int
  }

  /// Takes away the text of these lines, where they are shown.
  mutating func hideText(of lines: Set<Line>) {
    if lines.contains(Line(path: path, number: line)) {
      excerpt = ""
      excerptColumn = 0
    }
    for index in trail.indices where lines.contains(Line(path: trail[index].path, number: trail[index].line)) {
      trail[index].excerpt = ""
    }
  }

  /// Leaves the place and takes away what stands there, and how long it is.
  mutating func hideText() {
    excerpt = ""
    excerptColumn = 0
    length = 1
    characterLength = 1
    for index in trail.indices {
      trail[index].excerpt = ""
      trail[index].length = 1
      trail[index].characterLength = 1
    }
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
    characterColumn = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
    characterLength = String(decoding: bytes.dropFirst(offset).prefix(length), as: UTF8.self).unicodeScalars.count
    trail = []
  }
}
