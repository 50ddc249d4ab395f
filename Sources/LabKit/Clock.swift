import Glibc
import NetworkTypes

extension MonotonicInstant {
  /// The monotonic clock now; all times in a lab, captured frames included, are on this clock.
  public static func labNow() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: read(CLOCK_MONOTONIC))
  }

  /// What must be added to the wall clock's nanoseconds to get the monotonic clock's.
  static func wallClockOffset() -> Int64 {
    let before = read(CLOCK_MONOTONIC)
    let wall = read(CLOCK_REALTIME)
    let after = read(CLOCK_MONOTONIC)
    return before + (after - before) / 2 - wall
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension Nanoseconds: CustomStringConvertible {
  /// Milliseconds with two decimals, as the demo, the benchmarks and failing tests show times.
  public var description: String { milliseconds(decimals: 2) }

  /// Milliseconds with the given number of decimals and the unit.
  public func milliseconds(decimals: Int) -> String {
    "\(fixed(inMilliseconds, decimals: decimals)) ms"
  }
}

/// `value` with a fixed number of decimals.
public func fixed(_ value: Double, decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let rounded = (value * scale).rounded(.toNearestOrAwayFromZero)
  guard decimals > 0 else { return "\(Int64(rounded))" }
  let whole = Int64(rounded.magnitude / scale)
  let rest = Int64(rounded.magnitude) - whole * Int64(scale)
  let digits = String(rest)
  let padding = String(repeating: "0", count: max(0, decimals - digits.count))
  return (rounded < 0 ? "-" : "") + "\(whole).\(padding)\(digits)"
}

/// Waits until `condition` is true, asking every `interval`; returns whether it came true within `bound`.
///
/// The condition is asked one last time at the bound, so a machine that slept through it is not counted as a failure.
@discardableResult
public func eventually(
  within bound: Nanoseconds, every interval: Nanoseconds = .milliseconds(5),
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let end = MonotonicInstant.labNow() + bound
  while MonotonicInstant.labNow() < end {
    if try await condition() { return true }
    do {
      try await Task.sleep(nanoseconds: UInt64(max(0, interval.rawValue)))
    } catch {
      return false
    }
  }
  return try await condition()
}
