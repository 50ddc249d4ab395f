import PrintableText

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// A sentence, behind the time, or for journald behind a number that says how grave it is.
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
  ///   - reader: who reads it.
  ///   - role: the process that speaks, which only a program wants to know.
  ///   - time: the time of day, for a reader that has no clock.
  public func rendered(
    _ format: LogFormat, for reader: LogReader, role: String, time: @autoclosure () -> String = TimeOfDay.now()
  ) -> String {
    switch format {
    case .text:
      let head =
        switch reader {
        case .journal: "<\(severity.rawValue)>"
        case .other: time() + " " + (severity <= .warning ? "\(severity.name): " : "")
        }
      return head + Self.visible(message) + "\n"
    case .json:
      var writer = JSONWriter()
      writer.object { writer in
        if reader == .other { writer.member("time", time()) }
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
