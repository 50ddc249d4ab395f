/// A value that can be written into a configuration's image and read back.
protocol ImageValue {
  /// Reads a value; throws if the bytes hold none.
  init(from reader: inout ImageReader) throws(ImageError)
  /// Appends the value.
  func write(to writer: inout ImageWriter)
}

/// Reader or writer of the fields of a record: an ``ImageReader`` sets each field, an ``ImageWriter`` appends each.
protocol ImageCoder {
  /// Error of reading; `Never` for a writer.
  associatedtype Failure: Error

  /// Reads or writes one field.
  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) throws(Failure)
}

/// A structure whose fields follow one another in an image. They are listed once, for reading and writing.
protocol ImageRecord: ImageValue {
  /// A value whose fields reading then sets.
  static var blank: Self { get }
  /// Codes all stored properties, in an order that never depends on their values.
  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure)
}

extension ImageRecord {
  init(from reader: inout ImageReader) throws(ImageError) {
    self = Self.blank
    try code(&reader)
  }

  func write(to writer: inout ImageWriter) {
    var copy = self
    copy.code(&writer)
  }
}

/// An enumeration without payloads, written as the position among its cases.
protocol ImageChoice: ImageValue, CaseIterable, Equatable {}

extension ImageChoice {
  init(from reader: inout ImageReader) throws(ImageError) {
    let position = try reader.count()
    guard
      let index = Self.allCases.index(
        Self.allCases.startIndex, offsetBy: position, limitedBy: Self.allCases.endIndex),
      index != Self.allCases.endIndex
    else { throw .damaged }
    self = Self.allCases[index]
  }

  func write(to writer: inout ImageWriter) {
    let position = Self.allCases.firstIndex(of: self).map {
      Self.allCases.distance(from: Self.allCases.startIndex, to: $0)
    }
    writer.put(UInt64(position ?? 0))
  }
}

/// Reason why bytes are not the image of a configuration that this program can run.
package enum ImageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The bytes are not a bundle.
  case notABundle
  /// The image has another layout, from another version of the program.
  case otherLayout(UInt64)
  /// The bytes end too early, hold an impossible value, or continue after the end.
  case damaged

  /// The error in a sentence without a full stop.
  package var description: String {
    switch self {
    case .notABundle: "the configuration that was handed over is not a bundle"
    case .otherLayout(let layout):
      "the configuration was handed over in layout \(layout), and this program reads layout \(ConfigurationImage.layout)"
    case .damaged: "the configuration that was handed over is damaged"
    }
  }
}
