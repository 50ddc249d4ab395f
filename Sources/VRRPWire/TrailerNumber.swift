import NetworkTypes

/// Number of an advert in an authentication trailer: the time of signing, and a count for adverts of one instant.
///
/// Numbers are compared as serial numbers (RFC 1982), so that they go on after the 32 bits for seconds overflow in
/// 2106.
public struct TrailerNumber: RawRepresentable, Sendable, Hashable {
  /// Number on the wire: seconds since 1970 in 32 bits, fraction of a second in 16, the count in 16.
  public let rawValue: UInt64

  /// A number from the wire.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// First number of an instant.
  public init(at time: CalendarInstant) {
    let (seconds, rest) = time.nanosecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000_000)
    // Before 1970 the remainder is negative.
    let whole = rest < 0 ? seconds &- 1 : seconds
    let nanoseconds = UInt64(rest < 0 ? rest &+ 1_000_000_000 : rest)
    let parts = (nanoseconds << 16) / 1_000_000_000
    rawValue = UInt64(UInt32(truncatingIfNeeded: whole)) << 32 | parts << 16
  }

  /// Following number.
  public var next: TrailerNumber { TrailerNumber(rawValue: rawValue &+ 1) }

  /// Whether this number is later than `other`.
  public func isAfter(_ other: TrailerNumber) -> Bool {
    Int64(bitPattern: rawValue &- other.rawValue) > 0
  }

  /// Whole seconds from `other` to this number; negative if this number is earlier.
  public func seconds(since other: TrailerNumber) -> Int {
    Int(Int32(truncatingIfNeeded: (rawValue >> 32) &- (other.rawValue >> 32)))
  }
}

/// Numbers of a host's own adverts.
///
/// Each number is the time, and above the one before: if the clock was set back, the last number is counted up. If the
/// last number is further ahead than receivers accept, it came from a wrong clock, and numbers continue from the time.
public struct TrailerSequence: Sendable, Hashable {
  /// Last number given; `nil` before the first.
  public private(set) var last: TrailerNumber?
  private let window: Int?

  /// A sequence that continues after `last`. `window` is the greatest distance in seconds of a number from a receiver's
  /// clock; `nil` if numbers need only increase.
  public init(after last: TrailerNumber? = nil, window: Int?) {
    self.last = last
    self.window = window
  }

  /// Number that an advert signed at `time` would get.
  public func next(at time: CalendarInstant) -> TrailerNumber {
    let clock = TrailerNumber(at: time)
    guard let last, !clock.isAfter(last) else { return clock }
    if let window, last.seconds(since: clock) > window { return clock }
    return last.next
  }

  /// Returns the number for an advert signed at `time` and counts it.
  public mutating func assignNext(at time: CalendarInstant) -> TrailerNumber {
    let number = next(at: time)
    last = number
    return number
  }
}
