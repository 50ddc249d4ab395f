/// A note that most of many thousand blocks do not have, kept outside them.
@propertyWrapper
struct BoxedNote<Value> {
  private final class Storage {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage?

  init(wrappedValue: Value? = nil) { storage = wrappedValue.map(Storage.init) }

  var wrappedValue: Value? {
    get { storage?.value }
    set { storage = newValue.map(Storage.init) }
  }
}
