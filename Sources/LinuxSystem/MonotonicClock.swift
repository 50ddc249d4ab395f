import CLinux
import NetworkTypes

/// The host's CLOCK_MONOTONIC, the only clock that decisions are made on.
public enum MonotonicClock {
  /// The time now.
  public static func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: clinux_monotonic_nanoseconds())
  }
}
