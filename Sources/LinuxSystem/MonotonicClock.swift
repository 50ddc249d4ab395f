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

/// The host's idea of the date, which somebody may set at any time: no decision is made on it.
public enum CalendarClock {
  /// Whole seconds since 1970 by this host.
  public static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
