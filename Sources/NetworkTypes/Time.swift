/// A point on the kernel's monotonic clock, which no clock step moves.
///
/// Layers above read the clock once a turn and pass the instant on; nothing below the engine reads a clock.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
  /// Nanoseconds since an arbitrary start, in practice the host's boot.
  public var nanoseconds: Int64

  /// An instant from the clock's nanoseconds.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Orders by time.
  public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `duration` later, held at the ends of the clock's range instead of overflowing.
  public static func + (instant: MonotonicInstant, duration: Nanoseconds) -> MonotonicInstant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.rawValue)
    return MonotonicInstant(nanoseconds: overflow ? (duration.rawValue < 0 ? .min : .max) : sum)
  }

  /// The instant `duration` earlier, held at the ends of the clock's range instead of overflowing.
  public static func - (instant: MonotonicInstant, duration: Nanoseconds) -> MonotonicInstant {
    let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(duration.rawValue)
    return MonotonicInstant(nanoseconds: overflow ? (duration.rawValue < 0 ? .max : .min) : difference)
  }

  /// The time from `right` to `left`, held at the ends of the range instead of overflowing.
  public static func - (left: MonotonicInstant, right: MonotonicInstant) -> Nanoseconds {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return Nanoseconds(rawValue: overflow ? (left < right ? .min : .max) : difference)
  }
}

/// A point on the host's calendar clock, which somebody may set at any time. Timers are no matter of it: it tells how old a message is
/// whose sender has a clock of its own.
public struct CalendarInstant: Sendable, Hashable {
  /// Nanoseconds since the beginning of 1970.
  public var nanosecondsSince1970: Int64

  /// An instant from its nanoseconds since 1970.
  public init(nanosecondsSince1970: Int64) {
    self.nanosecondsSince1970 = nanosecondsSince1970
  }
}

/// A length of time in nanoseconds; arithmetic is held at the ends of the range instead of trapping.
public struct Nanoseconds: RawRepresentable, Sendable, Hashable, Comparable {
  /// The number of nanoseconds.
  public var rawValue: Int64

  /// A length from its number of nanoseconds.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// No time at all.
  public static let zero = Nanoseconds(rawValue: 0)

  /// `count` seconds.
  public static func seconds(_ count: Int64) -> Nanoseconds { scaled(count, by: 1_000_000_000) }

  /// `count` thousandths of a second.
  public static func milliseconds(_ count: Int64) -> Nanoseconds { scaled(count, by: 1_000_000) }

  /// `count` millionths of a second.
  public static func microseconds(_ count: Int64) -> Nanoseconds { scaled(count, by: 1_000) }

  /// Orders by length.
  public static func < (left: Nanoseconds, right: Nanoseconds) -> Bool { left.rawValue < right.rawValue }

  /// The two lengths one after the other.
  public static func + (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
    let (sum, overflow) = left.rawValue.addingReportingOverflow(right.rawValue)
    return Nanoseconds(rawValue: overflow ? (right.rawValue < 0 ? .min : .max) : sum)
  }

  /// What is left of `left` without `right`.
  public static func - (left: Nanoseconds, right: Nanoseconds) -> Nanoseconds {
    let (difference, overflow) = left.rawValue.subtractingReportingOverflow(right.rawValue)
    return Nanoseconds(rawValue: overflow ? (right.rawValue < 0 ? .max : .min) : difference)
  }

  /// The length `factor` times over.
  public static func * (length: Nanoseconds, factor: Int64) -> Nanoseconds { scaled(length.rawValue, by: factor) }

  /// Seconds as a fraction, for showing to people.
  public var inSeconds: Double { Double(rawValue) / 1e9 }

  /// Milliseconds as a fraction, for showing to people.
  public var inMilliseconds: Double { Double(rawValue) / 1e6 }

  private static func scaled(_ count: Int64, by factor: Int64) -> Nanoseconds {
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    return Nanoseconds(rawValue: overflow ? ((count < 0) == (factor < 0) ? .max : .min) : product)
  }
}

/// Hundredths of a second, the unit of VRRPv3's Max Advertise Interval (RFC 9568 section 5.2.7).
public struct Centiseconds: RawRepresentable, Sendable, Hashable, Comparable {
  /// The number of hundredths of a second.
  public var rawValue: UInt16

  /// A length from its number of hundredths of a second.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// `count` whole seconds, the unit of VRRPv2's Adver Int (RFC 3768 section 5.3.7).
  public static func seconds(_ count: UInt8) -> Centiseconds { Centiseconds(rawValue: UInt16(count) * 100) }

  /// The longest interval that VRRPv3's twelve bits hold: 40.95 s.
  public static let longestInVersion3 = Centiseconds(rawValue: 4095)

  /// Orders by length.
  public static func < (left: Centiseconds, right: Centiseconds) -> Bool { left.rawValue < right.rawValue }

  /// The same length in nanoseconds.
  public var nanoseconds: Nanoseconds { Nanoseconds(rawValue: Int64(rawValue) * 10_000_000) }
}
