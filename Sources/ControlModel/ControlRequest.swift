/// What can be asked on the control socket.
///
/// The protocol: the client sends one line; the answer is the line `ok` or `error CODE MESSAGE`, then the body to the end of the stream.
public enum ControlRequest: String, Sendable, CaseIterable {
  /// Tables for people.
  case statusText = "status text"
  /// The same with all addresses.
  case statusWide = "status wide"
  /// One JSON object.
  case statusJSON = "status json"
  /// As ``statusText``, ``statusWide`` and ``statusJSON``, but an error with the code of ``ExitCode/notAsItShouldBe`` where there is
  /// something to warn of. The body is there all the same.
  case statusTextStrict = "status text strict"
  case statusWideStrict = "status wide strict"
  case statusJSONStrict = "status json strict"
  /// Read the configuration again; answered when that has ended.
  case reload = "reload"
  /// The same, and a file that leaves nothing of what is served is no mistake.
  case reloadAllowingEmpty = "reload allow-empty"
  /// Everything that the configuration in force was read from, as the source bundle that engine and prober read. It holds passwords.
  case sources = "sources"

  /// The socket's file name in the runtime directory.
  public static let socketName = "control.sock"
  /// The longest request in bytes, its line feed included.
  public static let longestLine = 4096

  /// A request from its line without the line feed; blanks around it and between its words do not count.
  public init?(line: String) {
    let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    self.init(rawValue: words.joined(separator: " "))
  }

  /// The line with its line feed.
  public var line: String { rawValue + "\n" }
}

/// The first line of an answer on the control socket.
public enum ControlReply: Sendable, Equatable {
  /// Carried out; the body follows.
  case ok
  /// Not carried out, or carried out with something to complain of: an exit code and a sentence. A body may follow.
  case error(code: Int32, message: String)

  /// The line with its line feed.
  public var line: String {
    switch self {
    case .ok: return "ok\n"
    case .error(let code, let message):
      let flat = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " ")
      return "error \(code) \(flat)\n"
    }
  }

  /// A reply from its line without the line feed; `nil` for anything else.
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
