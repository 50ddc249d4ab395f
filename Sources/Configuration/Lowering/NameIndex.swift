import ConfigurationSyntax

/// A block being read, which has a name.
protocol NamedReading {
  var name: Located<String> { get }
}

/// Positions of blocks by name, the first of each name. The index grows with their list on each look-up.
struct NameIndex {
  private var positions: [String: Int] = [:]
  private var count = 0

  /// The block of a name.
  mutating func find<Reading: NamedReading>(_ name: String, in readings: [Reading]) -> Reading? {
    if readings.count < count { self = NameIndex() }
    for index in readings.indices.dropFirst(count) {
      let name = readings[index].name.value
      if positions[name] == nil { positions[name] = index }
    }
    count = readings.count
    return positions[name].map { readings[$0] }
  }
}
