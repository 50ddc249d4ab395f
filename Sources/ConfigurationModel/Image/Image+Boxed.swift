import VRRPCore

extension Boxed: ImageValue where Value: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self.init()
    if try Bool(from: &reader) { wrappedValue = try Value(from: &reader) }
  }

  func write(to writer: inout ImageWriter) {
    isSet.write(to: &writer)
    if isSet { wrappedValue.write(to: &writer) }
  }
}
