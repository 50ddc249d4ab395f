import NetworkTypes
import VRRPCore

/// Finds the virtual router that an advert is for by interface, family and VRID, without hashing anything per packet.
///
/// Unicast lets several routers of one interface share a VRID, each with peers of its own: those are chained.
struct RouterIndex {
  /// One interface and family: 256 places for VRIDs, -1 for none.
  private var tables: [[Int32]] = []
  private var next: [Int32]

  init(routerCount: Int) {
    next = Array(repeating: -1, count: routerCount)
  }

  /// Makes room for another interface and family; the number names it from now on.
  mutating func addTable() -> Int {
    tables.append(Array(repeating: -1, count: 256))
    return tables.count - 1
  }

  mutating func insert(_ router: Int, virtualRouterID: VirtualRouterID, table: Int) {
    let place = Int(virtualRouterID.rawValue)
    next[router] = tables[table][place]
    tables[table][place] = Int32(clamping: router)
  }

  /// The first router for a VRID; `nil` when there is none.
  func first(virtualRouterID: UInt8, table: Int) -> Int? {
    guard tables.indices.contains(table) else { return nil }
    let router = tables[table][Int(virtualRouterID)]
    return router < 0 ? nil : Int(router)
  }

  /// The next router of the same VRID; `nil` after the last.
  func next(after router: Int) -> Int? {
    next[router] < 0 ? nil : Int(next[router])
  }
}
