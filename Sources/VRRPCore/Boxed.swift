/// A large value that few blocks have, kept outside the block and allocated once it is set.
@propertyWrapper
package struct Boxed<Value: Hashable & Sendable & Unset>: Hashable, Sendable {
  private final class Storage: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage?

  package init() {}

  package var wrappedValue: Value {
    get { storage?.value ?? Value() }
    set { storage = newValue == Value() ? nil : Storage(newValue) }
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.storage === right.storage || left.wrappedValue == right.wrappedValue
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

/// A value with an empty form.
package protocol Unset {
  /// The empty form.
  init()
}

extension Boxed: ImageValue where Value: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self.init()
    if try Bool(from: &reader) { wrappedValue = try Value(from: &reader) }
  }

  func write(to writer: inout ImageWriter) {
    (storage != nil).write(to: &writer)
    storage?.value.write(to: &writer)
  }
}
