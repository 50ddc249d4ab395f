import ControlModel
import LinuxSystem
import NetworkTypes

/// Notes of this prober for the next one: for each virtual router the number of the last transition for which
/// notifications have been queued. They are in a memory segment of their own, since only the engine writes the board.
///
/// A configuration's notes are written as a whole beside the earlier ones and become valid by one store, so that a prober
/// that dies leaves one of the two whole. Reading never leaves the bounds of the segment, even if its content is damaged.
final class NotifiedTransitions {
  /// Hashes by which a router is known. The second leaves out the router's name.
  private struct Key: Hashable {
    var whole: UInt64
    var nameless: UInt64
  }

  private static let headerBytes = 16
  private static let entryBytes = 24

  private let memory: SharedMemory
  /// Number of notes for which one half has room. Routers beyond that have none, and the next prober notifies of their last
  /// transition again.
  private let capacity: Int
  private var positions: [String: Int] = [:]

  /// Notes in a segment, with those that it already holds; `nil` if it is too small for any.
  init?(_ memory: SharedMemory) {
    self.memory = memory
    capacity = (memory.bytes.count / 2 - Self.headerBytes) / Self.entryBytes
    guard capacity > 0 else { return nil }
  }

  /// Number noted for each router, under its present name or the one before a reload; 0 for routers without a note.
  func numbers(of routers: [RouterIdentity?]) -> [UInt64] {
    let notes = current()
    let known = notes.map { $0.key.whole == 0 ? nil : Optional($0.key) }
    let succession = RouterSuccession(from: known, to: routers.map(Self.key)) { Key(whole: 0, nameless: $0.nameless) }
    return succession.predecessors.map { $0.map { notes[$0].number } ?? 0 }
  }

  /// Replaces all notes by those of a configuration's routers.
  func replace(_ routers: [(name: String, identity: RouterIdentity?, number: UInt64)]) {
    let half = 1 - activeHalf
    let kept = routers.prefix(capacity)
    positions = [:]
    for (position, router) in kept.enumerated() {
      let key = Self.key(router.identity)
      let start = start(of: half) + Self.headerBytes + position * Self.entryBytes
      store(key.whole, at: start)
      store(key.nameless, at: start + 8)
      store(router.number, at: start + 16)
      positions[router.name] = start + 16
    }
    store(UInt64(kept.count), at: start(of: half) + 8)
    store(UInt64(half), at: 0)
  }

  /// Notes that notifications of a router's transition have been queued.
  func note(_ number: UInt64, of router: String) {
    if let place = positions[router] { store(number, at: place) }
  }

  private func current() -> [(key: Key, number: UInt64)] {
    let half = start(of: activeHalf)
    let count = Int(min(load(half + 8), UInt64(capacity)))
    return (0..<count).map { position in
      let start = half + Self.headerBytes + position * Self.entryBytes
      return (Key(whole: load(start), nameless: load(start + 8)), load(start + 16))
    }
  }

  /// Index of the valid half, 0 or 1, which is kept at the very beginning of the segment.
  private var activeHalf: Int { Int(load(0) & 1) }

  private func start(of half: Int) -> Int { half * (Self.headerBytes + capacity * Self.entryBytes) }

  private func load(_ offset: Int) -> UInt64 { memory.bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }

  private func store(_ number: UInt64, at offset: Int) {
    memory.bytes.storeBytes(of: number, toByteOffset: offset, as: UInt64.self)
  }

  /// FNV-1a, which is the same in every process. 0 stands for a router that the engine has not described.
  private static func key(_ identity: RouterIdentity?) -> Key {
    guard let identity else { return Key(whole: 0, nameless: 0) }
    func hash(_ bytes: some Sequence<UInt8>, after start: UInt64) -> UInt64 {
      bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
    let interface = UInt32(bitPattern: identity.interface.rawValue)
    let place = (0..<4).map { UInt8(truncatingIfNeeded: interface >> UInt32($0 * 8)) }
    let nameless = hash(
      place + [identity.family.rawValue, identity.virtualRouterID], after: 0xCBF2_9CE4_8422_2325)
    return Key(whole: max(1, hash(identity.name.utf8, after: nameless)), nameless: nameless)
  }
}
