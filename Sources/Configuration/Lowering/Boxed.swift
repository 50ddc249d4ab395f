/// A value that most of many thousand drafts do not have: kept outside the draft, and only once it is set.
@propertyWrapper
struct Boxed<Value: Unset> {
  private final class Storage {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage?

  init() {}

  var wrappedValue: Value {
    get { storage?.value ?? Value() }
    set { storage = Storage(newValue) }
  }
}

/// A value that has a form in which nothing is set.
protocol Unset {
  init()
}

extension NotifyDefinition: Unset {}
