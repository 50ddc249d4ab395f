import Glibc

/// Addresses that the kernel refused, with their routers.
struct KernelRefusals: Hashable {
  private struct Entry: Hashable {
    var error: Int32
    /// Refusals in a row.
    var count: Int
  }

  private var entries: [Int: Entry] = [:]
  /// Routers with a refusal that has not been reviewed.
  private(set) var touched: Set<Int> = []
  /// Routers whose refused addresses must be tried.
  private(set) var due: [Int] = []
  /// Tries of each router's addresses so far, so that each try takes another part of them.
  private(set) var trials: [Int: Int] = [:]

  /// Errors for which the kernel has no time or no room at the moment, or its answer was lost. A single one is no
  /// reason to give up the role, and none of them means that the kernel does not have the address.
  private static let passing: Set<Int32> = [ENOBUFS, ENOMEM, EAGAIN, EBUSY, EINTR, ETIMEDOUT]

  /// True for an errno that does not predict the result of the next try.
  static func isPassing(_ error: Int32) -> Bool { passing.contains(error) }

  /// True while there is nothing to review or try.
  var isIdle: Bool { touched.isEmpty && due.isEmpty }

  /// Errno with which an address was refused the last time; `nil` if it was not.
  func error(of position: Int) -> Int32? { entries[position]?.error }

  /// Records that the kernel has refused an address.
  mutating func recordRefusal(_ position: Int, of router: Int, _ error: Int32) {
    entries[position] = Entry(error: error, count: (entries[position]?.count ?? 0) + 1)
    touched.insert(router)
  }

  /// Records that the kernel has accepted an address.
  mutating func recordAcceptance(_ position: Int) { if !entries.isEmpty { entries[position] = nil } }

  /// Error of the first address, if all addresses are refused. `nil` if the kernel has not been asked for one, or has
  /// accepted it, or the interface is missing: that is another fault, which `no_track` and `dont_track_primary` can
  /// switch off.
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

  /// Next router whose addresses must be tried.
  mutating func takeDue() -> Int? { due.isEmpty ? nil : due.removeFirst() }
}
