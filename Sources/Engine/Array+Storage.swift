extension Array {
  /// Removes all elements and keeps the storage for the next turn, unless one turn of thousands of routers has made it large.
  mutating func empty() {
    if capacity > 1_024 { self = [] } else { removeAll(keepingCapacity: true) }
  }
}
