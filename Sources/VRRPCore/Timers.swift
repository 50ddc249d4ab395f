import NetworkTypes

/// The lengths of time that an election runs on, exact to the nanosecond.
///
/// RFC 9568 section 6.1 counts in hundredths of a second and RFC 3768 section 6.1 in seconds. Nothing is rounded to either
/// here: with short intervals the skew of neighbouring priorities would become the same, and with it the election a draw.
struct ElectionTimers: Sendable, Hashable {
  /// Version 3 follows the master's interval and skews by it; version 2 uses its own interval and skews by one second.
  let version: ProtocolVersion
  /// Between this router's own adverts; never zero.
  let interval: Centiseconds
  /// Advert intervals without an advert until the master counts as down, before the skew.
  let downTimerAdverts: Int64

  /// Timers for a configuration, with what no router could run on put right: an interval of zero would flood the link.
  init(_ configuration: VirtualRouterConfiguration) {
    version = configuration.version
    interval = Self.usable(configuration.interval, version: version)
    downTimerAdverts = Int64(min(max(configuration.downTimerAdverts, 1), 255))
  }

  private static func usable(_ interval: Centiseconds, version: ProtocolVersion) -> Centiseconds {
    switch version {
    case .v3:
      return min(max(interval, Centiseconds(rawValue: 1)), .longestInVersion3)
    case .v2:
      // Version 2 carries whole seconds, 1 to 255 (RFC 3768 section 5.3.7).
      let seconds = (UInt32(interval.rawValue) + 99) / 100
      return .seconds(UInt8(min(max(seconds, 1), 255)))
    }
  }

  /// The interval that times a backup of the sender of `advert` (RFC 9568 section 6.4.2; RFC 3768 section 6.1).
  func activeInterval(of advert: Advertisement) -> Centiseconds {
    switch version {
    case .v2: interval
    case .v3: advert.interval.rawValue == 0 ? interval : min(advert.interval, .longestInVersion3)
    }
  }

  /// Skew_Time: the lower the priority, the longer a backup waits for a better one to speak up first.
  func skew(priority: Priority, activeInterval: Centiseconds) -> Nanoseconds {
    let unit: Nanoseconds =
      switch version {
      case .v2: .seconds(1)
      case .v3: activeInterval.nanoseconds
      }
    return Nanoseconds(rawValue: (256 - Int64(priority.rawValue)) * unit.rawValue / 256)
  }

  /// Active_Down_Interval, in RFC 3768 Master_Down_Interval: silence for this long means that there is no master.
  func masterDown(priority: Priority, activeInterval: Centiseconds) -> Nanoseconds {
    activeInterval.nanoseconds * downTimerAdverts + skew(priority: priority, activeInterval: activeInterval)
  }
}

/// When something periodic is due next: one period after it was due, so that lateness does not add up, but never at or
/// before `now`, so that what was missed is not made up for in a burst.
func nextOccurrence(after due: MonotonicInstant, every period: Nanoseconds, at now: MonotonicInstant)
  -> MonotonicInstant
{
  let next = due + period
  return next > now ? next : now + period
}
