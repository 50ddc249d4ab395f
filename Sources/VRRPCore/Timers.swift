import NetworkTypes

/// Intervals of an election, exact to the nanosecond.
///
/// RFC 9568 section 6.1 counts in hundredths of a second and RFC 3768 section 6.1 in seconds. They are not rounded to
/// either here: with short intervals neighbouring priorities would have the same skew time, and two routers would take
/// over at once.
struct ElectionTimers: Sendable, Hashable {
  /// Protocol version. Version 3 takes interval and skew from the master; version 2 takes its own interval and a skew
  /// of up to one second.
  let version: ProtocolVersion
  /// Interval between this router's own adverts; never zero.
  let interval: Centiseconds
  /// Advert intervals without an advert after which the master counts as down, before the skew time.
  let downTimerAdverts: Int64

  /// Intervals for a configuration. An interval of zero is raised to the least valid one, since it would flood the
  /// link.
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

  /// Interval from which a backup computes its master-down interval once it has heard `advert` (RFC 9568 section 6.4.2;
  /// RFC 3768 section 6.1).
  func activeInterval(of advert: Advertisement) -> Centiseconds {
    switch version {
    case .v2: interval
    case .v3: advert.interval.rawValue == 0 ? interval : min(advert.interval, .longestInVersion3)
    }
  }

  /// Skew_Time: the lower the priority, the longer a backup waits for a better one to take over first.
  func skew(priority: Priority, activeInterval: Centiseconds) -> Nanoseconds {
    let unit: Nanoseconds =
      switch version {
      case .v2: .seconds(1)
      case .v3: activeInterval.nanoseconds
      }
    return Nanoseconds(rawValue: (256 - Int64(priority.rawValue)) * unit.rawValue / 256)
  }

  /// Active_Down_Interval, in RFC 3768 Master_Down_Interval: silence after which there is no master.
  func masterDown(priority: Priority, activeInterval: Centiseconds) -> Nanoseconds {
    activeInterval.nanoseconds * downTimerAdverts + skew(priority: priority, activeInterval: activeInterval)
  }
}

/// Instant at which something periodic is due next: a period after it was last due, so that delays do not add up, but
/// always after `now`, so that missed ones are not made up for in a burst.
func nextOccurrence(after due: MonotonicInstant, every period: Nanoseconds, at now: MonotonicInstant)
  -> MonotonicInstant
{
  let next = due + period
  return next > now ? next : now + period
}
