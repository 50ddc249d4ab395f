/// A file's text in its canonical layout.
public struct FormattedSource: Sendable {
  /// The file as it was.
  public let original: [UInt8]
  /// The file as it should be.
  public let bytes: [UInt8]
  /// Number of the line of ``original`` for each line of ``bytes``, both from 0; never decreasing.
  let origins: [Int32]

  /// True when the layout changes.
  public var isChanged: Bool { bytes != original }
}

/// Why a file's text is left as it is.
public struct FormatFailure: Error, Sendable {
  /// The reason, with its place.
  public let diagnostic: Diagnostic
}

/// Lays configuration files out in one canonical way: four spaces a block, one statement a line, braces at the line's end, one
/// blank between words, one blank line where there were several.
///
/// The meaning of a file stays the same. Each file is laid out by itself, without the files that it includes or is included by, so
/// blocks may begin and end elsewhere, and a reference may stand for anything. Comments stay with what they stand behind or before.
/// Definitions, conditions, sequences and includes stay as they are written, multi-line definitions to the last blank.
public struct SourceFormatter: Sendable {
  private let grammar: Grammar
  private let longest: Int

  /// A formatter for a language.
  ///
  /// - Parameters:
  ///   - grammar: The keywords; they only serve to check that nothing has changed.
  ///   - longest: Bytes of the longest text that it makes.
  public init(grammar: Grammar, longest: Int = SourceLimits.fileLength) {
    self.grammar = grammar
    self.longest = longest
  }

  /// The text of a file in its canonical layout.
  ///
  /// - Parameter path: What the file is called in messages.
  /// - Throws: What cannot be understood: NUL bytes, text that is not UTF-8, lines beyond all bounds, quotes that are not closed.
  public func format(_ bytes: [UInt8], path: String) throws(FormatFailure) -> FormattedSource {
    let formatted: FormattedSource
    do throws(LayoutObstacle) {
      formatted = try Layout.of(bytes, longest: longest)
    } catch {
      throw failure(error, bytes, path: path)
    }
    if formatted.isChanged, let line = LayoutProof(grammar: grammar).firstDifference(formatted) {
      throw failure(LayoutObstacle(.wouldChange, line: line), bytes, path: path)
    }
    return formatted
  }

  private func failure(_ obstacle: LayoutObstacle, _ bytes: [UInt8], path: String) -> FormatFailure {
    let diagnostics = DiagnosticCollector(map: SourceMap())
    let file = diagnostics.map.addFile(path: path, bytes: bytes, includedFrom: nil)
    let span = SourceSpan(
      file: file, line: UInt32(clamping: obstacle.line + 1), column: UInt32(clamping: obstacle.column + 1), length: 1,
      origin: 0)
    diagnostics.report(
      .error, obstacle.reason.rawValue, obstacle.reason.message, at: span, suggestion: obstacle.reason.suggestion)
    return FormatFailure(
      diagnostic: diagnostics.finish().first
        ?? Diagnostic(id: obstacle.reason.rawValue, severity: .error, message: obstacle.reason.message))
  }
}

/// The reason why a file cannot be laid out, with its place: line and column from 0.
struct LayoutObstacle: Error {
  enum Reason: String {
    case nulByte = "nul-byte"
    case invalidUTF8 = "invalid-utf8"
    case lineTooLong = "line-too-long"
    case unclosedQuote = "unterminated-quote"
    case tooLarge = "file-too-large"
    case wouldChange = "layout-changes-meaning"

    var message: String {
      switch self {
      case .nulByte: "the line holds a NUL byte"
      case .invalidUTF8: "the line holds bytes that are not UTF-8"
      case .lineTooLong: "the line has more than \(SourceLimits.lineLength) bytes"
      case .unclosedQuote: "the quote is not closed on its line, so where the word ends is unknown"
      case .tooLarge: "the text would be too long from here on"
      case .wouldChange: "another layout would change what the file means here"
      }
    }

    var suggestion: String? {
      switch self {
      case .nulByte, .invalidUTF8: "save the file as UTF-8 text"
      case .lineTooLong: "split it"
      case .unclosedQuote: "close it with the same quote before the end of the line"
      case .tooLarge, .wouldChange: nil
      }
    }
  }

  let reason: Reason
  let line: Int
  let column: Int

  init(_ reason: Reason, line: Int, column: Int = 0) {
    self.reason = reason
    self.line = line
    self.column = column
  }
}
