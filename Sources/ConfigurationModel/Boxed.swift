/// A large value that most of many thousand blocks do not have: kept outside the block, and only once it is set.
@propertyWrapper
public struct Boxed<Value: Hashable & Sendable & Unset>: Hashable, Sendable {
  private final class Storage: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage?

  /// Nothing is set.
  public init() {}

  /// The value.
  public var wrappedValue: Value {
    get { storage?.value ?? Value() }
    set { storage = newValue == Value() ? nil : Storage(newValue) }
  }

  /// Compares the values.
  public static func == (left: Self, right: Self) -> Bool {
    left.storage === right.storage || left.wrappedValue == right.wrappedValue
  }

  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

/// A value that has a form in which nothing is set.
public protocol Unset {
  /// Nothing is set.
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
