import NetworkTypes

extension Nanoseconds: ImageValue {}
extension Centiseconds: ImageValue {}
extension Route.Kind: ImageValue {}
extension AddressFamily: ImageValue {}

extension MACAddress: ImageValue {
  static var blank: Self { Self(bits: 0) }

  init(from reader: inout ImageReader) throws(ImageError) { self.init(bits: try reader.number()) }
  func write(to writer: inout ImageWriter) { writer.put(bits) }
}

extension IPAddress: ImageValue {
  static var blank: Self { Self(v4: 0) }

  init(from reader: inout ImageReader) throws(ImageError) {
    switch try AddressFamily(from: &reader) {
    case .ipv4: self.init(v4: try UInt32(from: &reader))
    case .ipv6: self.init(v6High: try reader.number(), low: try reader.number())
    }
  }

  func write(to writer: inout ImageWriter) {
    family.write(to: &writer)
    if family == .ipv6 { writer.put(high) }
    writer.put(low)
  }
}

extension IPPrefix: ImageValue {
  static var blank: Self { Self(host: .blank) }

  init(from reader: inout ImageReader) throws(ImageError) {
    guard let prefix = Self(try IPAddress(from: &reader), length: try reader.byte()) else { throw .damaged }
    self = prefix
  }

  func write(to writer: inout ImageWriter) {
    address.write(to: &writer)
    writer.put(byte: length)
  }
}
