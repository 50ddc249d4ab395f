import PrintableText

/// Writer of JSON text (RFC 8259), piece by piece.
public struct JSONWriter: Sendable {
  /// Text so far.
  public private(set) var text = ""
  private var needsComma = false

  /// An empty text.
  public init() {}

  /// Writes an object. `body` writes its members with `member(_:_:)`.
  public mutating func object(_ body: (inout JSONWriter) -> Void) { enclose("{", "}", body) }

  /// Writes an array. `body` writes its elements with `element(_:)`.
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

  /// Writes a Boolean member.
  public mutating func member(_ name: String, _ value: Bool) {
    member(name) { $0.text += value ? "true" : "false" }
  }

  /// Writes a member with a fractional number; `null` for a value that JSON cannot express.
  public mutating func member(_ name: String, _ value: Double) {
    member(name) { $0.text += value.isFinite ? "\(value)" : "null" }
  }

  /// Writes an array's element; `body` writes its value.
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
      // JSON would allow these characters (RFC 8259 section 7), but the text is often read in a terminal.
      case _ where scalar.isUnprintable:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
