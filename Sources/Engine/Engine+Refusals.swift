import ControlModel
import Glibc
import Netlink
import NetworkTypes
import VRRPCore

/// What the kernel refused, and whose it was.
struct AddressRefusalBook {
  /// What is kept of one address.
  private struct Entry {
    var error: Int32
    var count: Int
  }

  private var entries: [Int: Entry] = [:]
  /// Routers to look at: something of theirs was refused.
  private(set) var touched: Set<Int> = []
  /// Routers whose refused addresses are to be tried.
  private(set) var due: [Int] = []
  /// How often each router's addresses have been tried, so that each time another part of them is.
  private(set) var trials: [Int: Int] = [:]

  var isIdle: Bool { touched.isEmpty && due.isEmpty }

  /// Errors that say that the kernel has no time or no room now. One alone is no reason to give up the role.
  private static let passing: Set<Int32> = [ENOBUFS, ENOMEM, EAGAIN, EBUSY, EINTR, ETIMEDOUT]

  /// Takes down that the kernel would not take an address.
  mutating func refuse(_ position: Int, of router: Int, _ error: Int32) {
    entries[position] = Entry(error: error, count: (entries[position]?.count ?? 0) + 1)
    touched.insert(router)
  }

  /// Takes down that it did.
  mutating func take(_ position: Int) { entries[position] = nil }

  /// The error, if all addresses are refused; the first one's. `nil` if the kernel has not been asked for one, has taken it, or the
  /// interface is missing, which is a fault of its own and one that `no_track` and `dont_track_primary` can forbid.
  func refusal(of positions: Range<Int>) -> Int32? {
    var first: Int32?
    for position in positions {
      guard let entry = entries[position], entry.error != ENODEV,
        entry.count > 1 || !Self.passing.contains(entry.error)
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

  mutating func takeDue() -> [Int] {
    defer { due.removeAll() }
    return due
  }
}

/// A router whose kernel does not take its addresses is no master.
extension Engine {
  /// Tells the core of masters without a single address, and tries again what was refused before.
  func reviewRefusals(at now: MonotonicInstant) {
    guard !refusals.isIdle, phase == .running else { return }
    for router in refusals.takeTouched() {
      guard core.state(of: router) == .master, !work.holds(router),
        let error = refusals.refusal(of: plan.routers[router].addresses)
      else { continue }
      core.handle(.addressesRefused(error: error, router: router), at: now, into: &effects)
      markDirty(router)
    }
    for router in refusals.takeDue() {
      let answer = tryAddresses(of: router)
      core.handle(answer, at: now, into: &effects)
      markDirty(router)
    }
    carryOut(at: now, due: nil)
  }

  /// Has the kernel take a router's addresses and give them up again, a slice of them and another one each time.
  ///
  /// Each address goes in and out within one message to the kernel, so that there are only microseconds in which it could answer for
  /// one that another host holds, and that once: what is refused is never there, and what is taken ends the fault.
  private func tryAddresses(of router: Int) -> HostInput {
    let all = plan.routers[router].addresses
    let slices = (all.count + Self.slice - 1) / Self.slice
    let first = all.lowerBound + (refusals.trials[router] ?? 0) % max(1, slices) * Self.slice
    let positions = Array(first..<min(first + Self.slice, all.upperBound))
    guard !positions.contains(where: { native.contains($0) || isMastered(plan.addresses[$0].place) }) else {
      return .addressesTaken(router: router)
    }
    // Marked before the kernel is asked: whoever cleans up after a crash must not miss it.
    for position in positions { board.address(position)?.isOwned = true }
    let specifications = positions.map { plan.addresses[$0].specification }
    let results = apply(specifications.flatMap { [AddressChange(.add, $0), AddressChange(.remove, $0)] })
    var error: Int32?
    var isTaken = false
    for (offset, position) in positions.enumerated() {
      let (addition, removal) = (results[offset * 2], results[offset * 2 + 1])
      board.address(position)?.isOwned = !removal.isInPlace
      if case .failed(let refusal) = addition {
        error = error ?? refusal
        board.address(position)?.refusal = refusal
      } else {
        isTaken = true
        refusals.take(position)
        board.address(position)?.refusal = nil
      }
    }
    return isTaken ? .addressesTaken(router: router) : .addressesRefused(error: error ?? EINVAL, router: router)
  }
}
