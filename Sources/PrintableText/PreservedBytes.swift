import Glibc

/// Text that keeps bytes which are no UTF-8: each of them stands as a scalar of its own, so that nothing of a name or a command in an
/// old encoding is lost on its way through the program, and two names that differ stay two.
///
/// Those scalars are the last of the second private plane, which nobody writes; where they are written all the same, their bytes are
/// kept one by one too. They are unprintable: people and JSON are shown replacement characters.
extension String {
  /// The text of any bytes.
  public init(preserving bytes: some Collection<UInt8>) {
    let text = String(decoding: bytes, as: UTF8.self)
    // What was no UTF-8 has become a replacement character, and the scalars that stand for bytes begin with the second of these.
    self = text.holds(0xEF) || text.holds(0xF4) ? Self.byScalars(Array(bytes)[...]) : text
  }

  /// The bytes that the text was made of.
  public var preservedBytes: [UInt8] {
    guard holds(0xF4) else { return Array(utf8) }
    var bytes: [UInt8] = []
    for scalar in unicodeScalars {
      if let byte = scalar.preservedByte {
        bytes.append(byte)
      } else {
        bytes += UTF8.encode(scalar).map(Array.init) ?? []
      }
    }
    return bytes
  }

  /// Whether a byte is among those of its UTF-8. Every word of a configuration is asked, so the C library looks.
  private func holds(_ byte: UInt8) -> Bool {
    let found = utf8.withContiguousStorageIfAvailable { bytes in
      bytes.baseAddress.map { memchr($0, Int32(byte), bytes.count) != nil } ?? false
    }
    return found ?? utf8.contains(byte)
  }

  private static func byScalars(_ bytes: ArraySlice<UInt8>) -> String {
    var rest = bytes
    var scalars = UnicodeScalarView()
    while !rest.isEmpty {
      var parser = UTF8.ForwardParser()
      var iterator = rest.makeIterator()
      let length: Int
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        length = encoded.count
        let scalar = UTF8.decode(encoded)
        if scalar.preservedByte == nil {
          scalars.append(scalar)
        } else {
          scalars.append(contentsOf: rest.prefix(length).compactMap(Unicode.Scalar.init(preserving:)))
        }
      case .error(let count):
        length = Swift.max(1, count)
        scalars.append(contentsOf: rest.prefix(length).compactMap(Unicode.Scalar.init(preserving:)))
      case .emptyInput: length = rest.count
      }
      rest = rest.dropFirst(length)
    }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  private static let firstPreserving: UInt32 = 0x10FF00

  /// The scalar that stands for a byte beyond ASCII.
  fileprivate init?(preserving byte: UInt8) {
    self.init(Self.firstPreserving + UInt32(byte))
  }

  /// The byte that the scalar stands for, if it is one of those.
  var preservedByte: UInt8? {
    (0x10FF80...0x10FFFF).contains(value) ? UInt8(truncatingIfNeeded: value) : nil
  }
}
