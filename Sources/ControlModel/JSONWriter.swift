import PrintableText

/// Writes JSON text (RFC 8259) piece by piece; what is opened must be closed by whoever opened it.
public struct JSONWriter: Sendable {
  /// The text so far.
  public private(set) var text = ""
  private var needsComma = false

  /// An empty text.
  public init() {}

  /// Writes an object whose members `body` writes by `member`.
  public mutating func object(_ body: (inout JSONWriter) -> Void) { enclose("{", "}", body) }

  /// Writes an array whose elements `body` writes by `element`.
  public mutating func array(_ body: (inout JSONWriter) -> Void) { enclose("[", "]", body) }

  /// Writes a member whose value `body` writes.
  public mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
    separate()
    quote(name)
    text += ":"
    needsComma = false
    body(&self)
    needsComma = true
  }

  /// Writes a text member; `null` for `nil`.
  public mutating func member(_ name: String, _ value: String?) {
    member(name) { writer in
      if let value { writer.quote(value) } else { writer.text += "null" }
    }
  }

  /// Writes a whole-number member; `null` for `nil`.
  public mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
    member(name) { $0.text += value.map { String($0) } ?? "null" }
  }

  /// Writes a truth member.
  public mutating func member(_ name: String, _ value: Bool) {
    member(name) { $0.text += value ? "true" : "false" }
  }

  /// Writes a number member with a fraction; `null` for what JSON cannot say.
  public mutating func member(_ name: String, _ value: Double) {
    member(name) { $0.text += value.isFinite ? "\(value)" : "null" }
  }

  /// Writes an array's element, which `body` writes.
  public mutating func element(_ body: (inout JSONWriter) -> Void) {
    separate()
    needsComma = false
    body(&self)
    needsComma = true
  }

  /// Writes a text element.
  public mutating func element(_ value: String) { element { $0.quote(value) } }

  private mutating func enclose(_ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
    text += open
    needsComma = false
    body(&self)
    text += close
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text += "," }
    needsComma = true
  }

  private mutating func quote(_ value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Beyond what JSON wants (RFC 8259 section 7): many look at it in a terminal.
      case _ where scalar.isUnprintable:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
