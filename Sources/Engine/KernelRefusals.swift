import Glibc

/// Addresses that the kernel refused, and whose they are.
struct KernelRefusals: Hashable {
  private struct Entry: Hashable {
    var error: Int32
    /// Refusals in a row.
    var count: Int
  }

  private var entries: [Int: Entry] = [:]
  /// Routers of which something was refused since somebody looked.
  private(set) var touched: Set<Int> = []
  /// Routers whose refused addresses are to be tried.
  private(set) var due: [Int] = []
  /// How often each router's addresses have been tried, so that each time another part of them is.
  private(set) var trials: [Int: Int] = [:]

  /// Errors that say that the kernel has no time or no room now, or that its answer was lost. One alone is no reason to give up the role,
  /// and none of them says that the address is not there.
  private static let passing: Set<Int32> = [ENOBUFS, ENOMEM, EAGAIN, EBUSY, EINTR, ETIMEDOUT]

  /// Whether an error says nothing about the next try.
  static func isPassing(_ error: Int32) -> Bool { passing.contains(error) }

  /// Whether nothing is to be looked at or tried.
  var isIdle: Bool { touched.isEmpty && due.isEmpty }

  /// The error with which an address was refused when the kernel was last asked for it.
  func error(of position: Int) -> Int32? { entries[position]?.error }

  /// Notes that the kernel would not take an address.
  mutating func refuse(_ position: Int, of router: Int, _ error: Int32) {
    entries[position] = Entry(error: error, count: (entries[position]?.count ?? 0) + 1)
    touched.insert(router)
  }

  /// Notes that it did.
  mutating func take(_ position: Int) { if !entries.isEmpty { entries[position] = nil } }

  /// The first one's error, if all addresses are refused. `nil` if the kernel has not been asked for one, has taken it, or the interface
  /// is missing, which is a fault of its own and one that `no_track` and `dont_track_primary` can forbid.
  func refusal(of positions: Range<Int>) -> Int32? {
    var first: Int32?
    for position in positions {
      guard let entry = entries[position], entry.error != ENODEV, entry.count > 1 || !Self.isPassing(entry.error)
      else { return nil }
      first = first ?? entry.error
    }
    return first
  }

  mutating func takeTouched() -> Set<Int> {
    defer { touched.removeAll() }
    return touched
  }

  mutating func scheduleTrial(of router: Int) {
    due.append(router)
    trials[router, default: -1] += 1
  }

  /// The next router whose addresses are to be tried.
  mutating func takeDue() -> Int? { due.isEmpty ? nil : due.removeFirst() }
}
