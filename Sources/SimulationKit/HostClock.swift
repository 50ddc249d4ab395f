import NetworkTypes

/// A host's own clock, which need not run as fast as the cluster's.
public struct HostClock: Sendable, Hashable {
  /// How much too fast it runs, in parts per million; negative when too slow. Quartz stays within about 100.
  public var drift: Int64

  /// A clock with the given drift in parts per million.
  public init(drift: Int64 = 0) {
    self.drift = drift
  }

  /// What this clock shows at a moment of the cluster's.
  func reading(at instant: MonotonicInstant) -> MonotonicInstant {
    guard drift != 0 else { return instant }
    return instant + Nanoseconds(rawValue: instant.nanoseconds / 1_000_000 * drift)
      + Nanoseconds(rawValue: instant.nanoseconds % 1_000_000 * drift / 1_000_000)
  }

  /// The first moment of the cluster's at which this clock shows `reading` or more.
  func moment(of reading: MonotonicInstant) -> MonotonicInstant {
    guard drift != 0 else { return reading }
    let scale = 1_000_000 + drift
    var moment = MonotonicInstant(nanoseconds: reading.nanoseconds / scale * 1_000_000)
    moment = moment + Nanoseconds(rawValue: reading.nanoseconds % scale * 1_000_000 / scale)
    let step = Nanoseconds(rawValue: 1)
    while self.reading(at: moment) < reading { moment = moment + step }
    while self.reading(at: moment - step) >= reading { moment = moment - step }
    return moment
  }
}
