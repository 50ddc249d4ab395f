/// Request on the control socket.
///
/// The client sends one line. The answer is the line `ok` or `error CODE MESSAGE`, then the body until the end of the
/// stream.
public enum ControlRequest: String, Sendable, CaseIterable {
  /// Status as tables.
  case statusText = "status text"
  /// Status as tables with all addresses.
  case statusWide = "status wide"
  /// Status as one JSON object.
  case statusJSON = "status json"
  /// Same as ``statusText``, ``statusWide`` and ``statusJSON``, but an error with ``ExitCode/notAsItShouldBe`` if there
  /// is a warning. The body follows in either case.
  case statusTextStrict = "status text strict"
  case statusWideStrict = "status wide strict"
  case statusJSONStrict = "status json strict"
  /// Read the configuration again. The answer comes when that has ended.
  case reload = "reload"
  /// Read the configuration again, and accept one that leaves none of the present virtual routers.
  case reloadAllowingEmpty = "reload allow-empty"
  /// Texts from which the configuration in force was read, as the source bundle for engine and prober. It contains
  /// passwords.
  case sources = "sources"

  /// File name of the socket in the runtime directory.
  public static let socketName = "control.sock"
  /// Longest request in bytes, with its line feed.
  public static let longestLine = 4096

  /// A request from its line without the line feed. Blanks around and between words do not matter.
  public init?(line: String) {
    let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    self.init(rawValue: words.joined(separator: " "))
  }

  /// Request as a line with its line feed.
  public var line: String { rawValue + "\n" }
}

/// The first line of an answer on the control socket.
public enum ControlReply: Sendable, Equatable {
  /// The request was carried out; the body follows.
  case ok
  /// The request failed, or it succeeded with a warning: an exit code and a sentence. A body may follow.
  case error(code: Int32, message: String)

  /// Reply as a line with its line feed.
  public var line: String {
    switch self {
    case .ok: return "ok\n"
    case .error(let code, let message):
      let flat = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " ")
      return "error \(code) \(flat)\n"
    }
  }

  /// A reply from its line without the line feed; `nil` for any other text.
  public init?(line: String) {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    switch words.first {
    case "ok" where words.count == 1: self = .ok
    case "error" where words.count >= 2:
      guard let code = Int32(words[1]) else { return nil }
      self = .error(code: code, message: words.count == 3 ? String(words[2]) : "")
    default: return nil
    }
  }
}
