import CLinux
import Glibc
import NetworkTypes

/// CLOCK_MONOTONIC of the host, the only clock on which decisions depend.
public enum MonotonicClock {
  /// Present instant.
  public static func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: clinux_monotonic_nanoseconds())
  }
}

/// Wall clock of the host, which may be set at any time. The only decision that depends on it is whether a signed
/// advert is fresh.
public enum CalendarClock {
  /// Present time.
  public static func now() -> CalendarInstant {
    var time = timespec()
    guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return CalendarInstant(nanosecondsSince1970: 0) }
    let (whole, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return CalendarInstant(nanosecondsSince1970: overflow ? 0 : whole &+ Int64(time.tv_nsec))
  }

  /// Whole seconds since 1970 by the wall clock.
  public static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
