extension Unicode.Scalar {
  /// Whether it says nothing itself and changes how what is around it is shown: control characters, which terminals act on, the
  /// separators of lines and paragraphs, the marks that turn the direction of text (Unicode's Bidi_Control), and what stands for a
  /// byte that is no UTF-8.
  public var isUnprintable: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x10FF80...0x10FFFF: true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Whether it only lays text out.
  fileprivate var isLayout: Bool { self == "\n" || self == "\t" }
}

extension String {
  /// The text with `sign` in the place of each scalar that is unprintable: one line, which shows what it holds.
  ///
  /// What comes from a file, a script or a host may hold anything, and is shown to somebody who trusts his terminal.
  public func printable(_ sign: Unicode.Scalar = "\u{FFFD}") -> String {
    guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { $0.isUnprintable ? sign : $0 }))
  }

  /// The same for a text of several lines, whose ends and tabs stay.
  public var printableLines: String {
    guard unicodeScalars.contains(where: { $0.isUnprintable && !$0.isLayout }) else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { $0.isUnprintable && !$0.isLayout ? "\u{FFFD}" : $0 }))
  }
}
