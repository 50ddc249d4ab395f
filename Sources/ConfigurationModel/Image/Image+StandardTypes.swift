extension Bool: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = false
    case 1: self = true
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) { writer.put(byte: self ? 1 : 0) }
}

extension ImageValue where Self: FixedWidthInteger & UnsignedInteger {
  init(from reader: inout ImageReader) throws(ImageError) {
    guard let value = Self(exactly: try reader.number()) else { throw .damaged }
    self = value
  }

  func write(to writer: inout ImageWriter) { writer.put(UInt64(self)) }
}

extension UInt8: ImageValue {}
extension UInt16: ImageValue {}
extension UInt32: ImageValue {}
extension UInt64: ImageValue {}

/// The sign is the lowest bit, so that small negative numbers are short too.
extension ImageValue where Self: FixedWidthInteger & SignedInteger {
  init(from reader: inout ImageReader) throws(ImageError) {
    let bits = try reader.number()
    guard let value = Self(exactly: Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)) else { throw .damaged }
    self = value
  }

  func write(to writer: inout ImageWriter) {
    let value = Int64(self)
    writer.put(UInt64(bitPattern: value << 1 ^ value >> 63))
  }
}

extension Int: ImageValue {}
extension Int32: ImageValue {}
extension Int64: ImageValue {}

extension String: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) { self = try reader.text() }
  func write(to writer: inout ImageWriter) { writer.put(self) }
}

extension Optional: ImageValue where Wrapped: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self = try Bool(from: &reader) ? Wrapped(from: &reader) : nil
  }

  func write(to writer: inout ImageWriter) {
    (self != nil).write(to: &writer)
    self?.write(to: &writer)
  }
}

extension Array: ImageValue where Element: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    let count = try reader.count()
    // Each element takes at least a byte.
    guard count <= reader.remaining else { throw .damaged }
    self = []
    reserveCapacity(Swift.min(count, 1024))
    for _ in 0..<count { append(try Element(from: &reader)) }
  }

  func write(to writer: inout ImageWriter) {
    writer.put(UInt64(count))
    for element in self { element.write(to: &writer) }
  }
}

/// Written in the order of the keys, so that equal dictionaries have equal bytes.
extension Dictionary: ImageValue where Key: ImageValue & Comparable, Value: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    let count = try reader.count()
    guard count <= reader.remaining else { throw .damaged }
    self = [:]
    for _ in 0..<count {
      let key = try Key(from: &reader)
      guard updateValue(try Value(from: &reader), forKey: key) == nil else { throw .damaged }
    }
  }

  func write(to writer: inout ImageWriter) {
    writer.put(UInt64(count))
    for (key, value) in sorted(by: { $0.key < $1.key }) {
      key.write(to: &writer)
      value.write(to: &writer)
    }
  }
}

extension ClosedRange: ImageValue where Bound: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    let lower = try Bound(from: &reader)
    let upper = try Bound(from: &reader)
    guard lower <= upper else { throw .damaged }
    self = lower...upper
  }

  func write(to writer: inout ImageWriter) {
    lowerBound.write(to: &writer)
    upperBound.write(to: &writer)
  }
}

extension ImageValue where Self: RawRepresentable, RawValue: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    guard let value = Self(rawValue: try RawValue(from: &reader)) else { throw .damaged }
    self = value
  }

  func write(to writer: inout ImageWriter) { rawValue.write(to: &writer) }
}
