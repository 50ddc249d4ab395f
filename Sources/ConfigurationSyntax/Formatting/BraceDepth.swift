/// Number of blocks around a line, for each configuration identifier that the file's conditions name.
///
/// Two lines under different conditions often open one block between them, so that counting both would go wrong.
struct BraceDepth {
  /// Identifiers beyond this many are not told apart.
  private static let mostIdentifiers = 64
  /// Deeper blocks are not moved further in: no keyword stands deeper, and lines must not grow without bound.
  private static let deepest = 16

  private var others = 0
  private var named: [ArraySlice<UInt8>: Int] = [:]

  /// The depth at a line: the greatest for any identifier that it is read for.
  func depth(under condition: LineAnatomy.Condition?) -> Int {
    let depth: Int
    if let condition, !condition.isNegated {
      depth = named[condition.identifier] ?? others
    } else {
      depth = named.reduce(others) { $1.key == condition?.identifier ? $0 : max($0, $1.value) }
    }
    return min(depth, Self.deepest)
  }

  /// Counts braces; true for one that opens.
  mutating func apply(_ braces: [Bool], under condition: LineAnatomy.Condition?) {
    if let identifier = condition?.identifier, named[identifier] == nil, named.count < Self.mostIdentifiers {
      named[identifier] = others
    }
    guard !braces.isEmpty else { return }
    if condition?.isNegated ?? true { Self.count(braces, &others) }
    for identifier in named.keys {
      guard condition.map({ ($0.identifier == identifier) != $0.isNegated }) ?? true else { continue }
      Self.count(braces, &named[identifier, default: 0])
    }
  }

  private static func count(_ braces: [Bool], _ depth: inout Int) {
    for opens in braces { depth = opens ? depth + 1 : max(0, depth - 1) }
  }
}
