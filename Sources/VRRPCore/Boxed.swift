/// A large value that few blocks have, kept outside the block and allocated once it is set.
@propertyWrapper
public struct Boxed<Value: Hashable & Sendable & Unset>: Hashable, Sendable {
  private final class Storage: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage?

  /// A box of the empty form.
  public init() {}

  /// True if the value is not the empty form.
  public var isSet: Bool { storage != nil }

  /// Value in the box.
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

/// A value with an empty form.
public protocol Unset {
  /// The empty form.
  init()
}
