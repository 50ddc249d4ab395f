/// The keywords of each block, and how their lines are read, without their meaning.
public struct Grammar: Sendable {
  /// Number of a keyword: its position in the order in which keywords were added.
  public typealias ID = Int

  /// Form of a keyword's line and of the lines after it.
  public enum Shape: Sendable, Hashable {
    /// Words only.
    case line
    /// Words of which a quote in the middle does not end one: commands.
    case command
    /// A block of keywords follows.
    case block
    /// A block of entries follows, one a line.
    case values
    /// A block of keywords follows if a brace does.
    case optionalBlock

    /// True when a block follows.
    var hasBlock: Bool { self == .block || self == .values }
  }

  struct Node: Sendable {
    var name: [UInt8]
    var shape: Shape
    var parent: ID?
    var children: [ArraySlice<UInt8>: ID] = [:]
  }

  private(set) var nodes: [Node] = []
  private(set) var top: [ArraySlice<UInt8>: ID] = [:]
  private var homes: [ArraySlice<UInt8>: [ID?]] = [:]

  private var secrets: Set<ID> = []
  private var unmanaged: Set<ID> = []

  /// A grammar without keywords.
  public init() {}

  /// Adds a keyword to a block, or outside all blocks, and gives its number; one that is there already keeps its own.
  @discardableResult
  public mutating func add(_ name: String, _ shape: Shape, in parent: ID? = nil) -> ID {
    let key = Array(name.utf8)
    if let known = find(key[...], in: parent) { return known }
    nodes.append(Node(name: key, shape: shape, parent: parent))
    homes[key[...], default: []].append(parent)
    if let parent, nodes.indices.contains(parent) {
      nodes[parent].children[key[...]] = nodes.count - 1
    } else {
      top[key[...]] = nodes.count - 1
    }
    return nodes.count - 1
  }

  /// Marks a block whose contents no finding may show.
  public mutating func markSecret(_ block: ID) { secrets.insert(block) }

  func isSecret(_ block: ID) -> Bool { secrets.contains(block) }

  /// Marks a keyword of LVS, which this program does not manage.
  public mutating func markUnmanaged(_ keyword: ID) { unmanaged.insert(keyword) }

  func isUnmanaged(_ keyword: ID) -> Bool { unmanaged.contains(keyword) }

  /// The number of a keyword in a block.
  public func find(_ name: ArraySlice<UInt8>, in parent: ID?) -> ID? {
    guard let parent else { return top[name] }
    return nodes.indices.contains(parent) ? nodes[parent].children[name] : nil
  }

  /// The number of a keyword by the names of its blocks and its own.
  public func find(path: [String]) -> ID? {
    var current: ID?
    for name in path {
      guard let next = find(Array(name.utf8)[...], in: current) else { return nil }
      current = next
    }
    return current
  }

  /// A keyword's name.
  public func name(of id: ID) -> String {
    nodes.indices.contains(id) ? String(decoding: nodes[id].name, as: UTF8.self) : ""
  }

  func shape(of id: ID) -> Shape { nodes.indices.contains(id) ? nodes[id].shape : .line }

  /// The keywords of a block, for suggestions.
  func names(in parent: ID?) -> [String] {
    let table = parent.map { nodes.indices.contains($0) ? nodes[$0].children : [:] } ?? top
    return table.keys.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The blocks that know a keyword.
  func blocks(knowing name: ArraySlice<UInt8>) -> [ID?] { homes[name] ?? [] }

  /// The names of the blocks around a keyword and its own, joined by blanks.
  public func path(of id: ID) -> String {
    var names: [String] = []
    var current: ID? = id
    while let node = current, nodes.indices.contains(node), names.count < 16 {
      names.append(name(of: node))
      current = nodes[node].parent
    }
    return names.reversed().joined(separator: " ")
  }
}
