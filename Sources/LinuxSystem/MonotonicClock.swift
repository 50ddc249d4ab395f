import CLinux
import Glibc
import NetworkTypes

/// The host's CLOCK_MONOTONIC, the only clock that decisions are made on.
public enum MonotonicClock {
  /// The time now.
  public static func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: clinux_monotonic_nanoseconds())
  }
}

/// The host's idea of the date, which somebody may set at any time: no decision is made on it but how fresh a signed advert is.
public enum CalendarClock {
  /// The time now.
  public static func now() -> CalendarInstant {
    var time = timespec()
    guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return CalendarInstant(nanosecondsSince1970: 0) }
    let (whole, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return CalendarInstant(nanosecondsSince1970: overflow ? 0 : whole &+ Int64(time.tv_nsec))
  }

  /// Whole seconds since 1970 by this host.
  public static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
