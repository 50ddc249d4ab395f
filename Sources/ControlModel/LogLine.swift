import PrintableText

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// A sentence, with a journald priority before it unless a person reads along on a terminal.
  case text
  /// One JSON object a line.
  case json
}

/// A line for the log: a sentence, and the same facts as fields.
public struct LogLine: Sendable, Equatable {
  /// How grave it is.
  public var severity: Severity
  /// The sentence.
  public var message: String
  /// Name and value of each fact, in order.
  public var fields: [(name: String, value: String)]

  /// A line of the given contents.
  public init(_ severity: Severity, _ message: String, fields: [(name: String, value: String)] = []) {
    self.severity = severity
    self.message = message
    self.fields = fields
  }

  /// Whether two lines say the same.
  public static func == (left: LogLine, right: LogLine) -> Bool {
    left.severity == right.severity && left.message == right.message
      && left.fields.elementsEqual(right.fields) { $0 == $1 }
  }

  /// The line's text with its line feed. Control characters in it are made visible, so that no one forges a line.
  /// - Parameters:
  ///   - priorities: whether a text line begins with `<N>` for journald.
  ///   - role: the process that speaks.
  public func rendered(_ format: LogFormat, priorities: Bool, role: String) -> String {
    switch format {
    case .text:
      return (priorities ? "<\(severity.rawValue)>" : "") + "martlet[\(role)]: " + Self.visible(message) + "\n"
    case .json:
      var writer = JSONWriter()
      writer.object { writer in
        writer.member("severity", severity.name)
        writer.member("process", role)
        writer.member("message", message)
        for field in fields { writer.member(field.name, field.value) }
      }
      return writer.text + "\n"
    }
  }

  private static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.isUnprintable) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.isUnprintable {
        result += scalar.escaped(asASCII: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
}
