import NetworkTypes
import VRRPCore

/// Index of virtual routers by interface, family and VRID, for finding an advert's router without hashing.
///
/// In unicast, several routers of one interface may share a VRID, each with its own peers. Those are chained.
struct RouterIndex {
  /// Tables of one interface and family each: 256 places for VRIDs, -1 for none.
  private var tables: [[Int32]] = []
  private var next: [Int32]

  init(routerCount: Int) {
    next = Array(repeating: -1, count: routerCount)
  }

  /// Adds a table for another interface and family, and returns its number.
  mutating func addTable() -> Int {
    tables.append(Array(repeating: -1, count: 256))
    return tables.count - 1
  }

  mutating func insert(_ router: Int, virtualRouterID: VirtualRouterID, table: Int) {
    let place = Int(virtualRouterID.rawValue)
    next[router] = tables[table][place]
    tables[table][place] = Int32(clamping: router)
  }

  /// First router with a VRID; `nil` if there is none.
  func first(virtualRouterID: UInt8, table: Int) -> Int? {
    guard tables.indices.contains(table) else { return nil }
    let router = tables[table][Int(virtualRouterID)]
    return router < 0 ? nil : Int(router)
  }

  /// Next router with the same VRID; `nil` after the last.
  func next(after router: Int) -> Int? {
    next[router] < 0 ? nil : Int(next[router])
  }
}
