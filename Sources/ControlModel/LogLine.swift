import PrintableText

/// Form of log lines.
public enum LogFormat: String, Sendable, CaseIterable {
  /// Sentence, after the time or, for journald, after a number for the severity.
  case text
  /// One JSON object for each line.
  case json
}

/// Line for the log: a sentence, and the same facts as fields.
public struct LogLine: Sendable, Equatable {
  /// Severity of the line.
  public var severity: Severity
  /// Sentence of the line.
  public var message: String
  /// Name and value of each fact, in order.
  public var fields: [(name: String, value: String)]

  /// A line with the given values.
  public init(_ severity: Severity, _ message: String, fields: [(name: String, value: String)] = []) {
    self.severity = severity
    self.message = message
    self.fields = fields
  }

  /// True if both lines have the same severity and message.
  public static func == (left: LogLine, right: LogLine) -> Bool {
    left.severity == right.severity && left.message == right.message
      && left.fields.elementsEqual(right.fields) { $0 == $1 }
  }

  /// Text of the line with its line feed. Control characters in it are made visible, so that nobody can forge a line.
  /// - Parameters:
  ///   - reader: the reader of the log.
  ///   - role: the process that logs; it appears in JSON only.
  ///   - time: the time of day, for a reader without a clock of its own.
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
