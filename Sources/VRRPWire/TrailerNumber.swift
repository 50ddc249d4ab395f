import NetworkTypes

/// The number of an advert in an authentication trailer: when it was signed, and a count of those of one instant.
///
/// Numbers are compared as serial ones (RFC 1982), so that the end of the 32 bits for seconds, in 2106, is nothing special.
public struct TrailerNumber: RawRepresentable, Sendable, Hashable {
  /// As it is sent: seconds since 1970 in 32 bits, parts of a second in 16, the count in 16.
  public let rawValue: UInt64

  /// A number as it is sent.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The first number of an instant.
  public init(at time: CalendarInstant) {
    let (seconds, rest) = time.nanosecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000_000)
    // Before 1970 the remainder is negative.
    let whole = rest < 0 ? seconds &- 1 : seconds
    let nanoseconds = UInt64(rest < 0 ? rest &+ 1_000_000_000 : rest)
    let parts = (nanoseconds << 16) / 1_000_000_000
    rawValue = UInt64(UInt32(truncatingIfNeeded: whole)) << 32 | parts << 16
  }

  /// The one that follows.
  public var next: TrailerNumber { TrailerNumber(rawValue: rawValue &+ 1) }

  /// Whether it is a later one.
  public func isAfter(_ other: TrailerNumber) -> Bool {
    Int64(bitPattern: rawValue &- other.rawValue) > 0
  }

  /// The whole seconds from another number to this one; negative if this one is earlier.
  public func seconds(since other: TrailerNumber) -> Int {
    Int(Int32(truncatingIfNeeded: (rawValue >> 32) &- (other.rawValue >> 32)))
  }
}

/// The numbers of a host's own adverts.
///
/// Each is the time, and above the one before even if the clock was set back: then the number before is counted up. A number that
/// is further ahead than others accept came of a clock that stood wrong, and the time is gone on from.
public struct TrailerSequence: Sendable, Hashable {
  /// The last number given; `nil` before the first.
  public private(set) var last: TrailerNumber?
  private let window: Int?

  /// A sequence that goes on from `last`. `window` is how many seconds a number may be from a receiver's clock; `nil` if numbers need
  /// only grow.
  public init(after last: TrailerNumber? = nil, window: Int?) {
    self.last = last
    self.window = window
  }

  /// The number that an advert signed at `time` would get.
  public func next(at time: CalendarInstant) -> TrailerNumber {
    let clock = TrailerNumber(at: time)
    guard let last, !clock.isAfter(last) else { return clock }
    if let window, last.seconds(since: clock) > window { return clock }
    return last.next
  }

  /// Numbers an advert.
  public mutating func take(at time: CalendarInstant) -> TrailerNumber {
    let number = next(at: time)
    last = number
    return number
  }
}
