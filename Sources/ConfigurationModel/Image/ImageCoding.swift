/// A value that can be written into a configuration's image and read back.
protocol ImageValue {
  /// Reads a value; throws where the bytes hold none.
  init(from reader: inout ImageReader) throws(ImageError)
  /// Appends the value.
  func write(to writer: inout ImageWriter)
}

/// What goes through the fields of a record: an ``ImageReader``, which sets each, or an ``ImageWriter``, which appends each.
protocol ImageCoder {
  /// What can go wrong: nothing for a writer.
  associatedtype Failure: Error

  /// Reads or writes one field.
  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) throws(Failure)
}

/// A structure whose fields stand one after the other in an image. Its fields are listed once, for reading and for writing.
protocol ImageRecord: ImageValue {
  /// A value whose fields are then read.
  static var blank: Self { get }
  /// Goes through all stored properties in an order that never depends on their values.
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

/// Why bytes are not the image of a configuration that this program can run.
public enum ImageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// They are no bundle.
  case notABundle
  /// They were written in this other layout, by another version of the program.
  case otherLayout(UInt64)
  /// They end too early, hold a value that there is not, or go on after the end.
  case damaged

  /// The error in a sentence without a full stop.
  public var description: String {
    switch self {
    case .notABundle: "the configuration that was handed over is no bundle"
    case .otherLayout(let layout):
      "the configuration was handed over in layout \(layout), and this program reads layout \(ConfigurationImage.layout)"
    case .damaged: "the configuration that was handed over is damaged"
    }
  }
}
