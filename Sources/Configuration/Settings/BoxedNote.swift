/// A note that few blocks have, kept outside them to keep them small.
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
