/// Sequence numbers of one virtual router's signed adverts, both its own and those of the other hosts, by which replays
/// are found.
///
/// All hosts of a virtual router count together, as in keepalived: each goes on from the highest number that it has
/// sent or received, and accepts no number that is not above it. So an old advert is refused whoever sent it, even if
/// this host did not receive it at its time.
///
/// The board keeps the numbers for the next engine. Without any, the first number is the Unix time in seconds, which
/// exceeds all that were sent before at a rate of one a second. A host that begins at 1 (keepalived) is accepted again
/// once it has received a higher number, since it goes on from that.
public struct AuthenticationSequence: Sendable, Hashable {
  /// Highest number sent or accepted.
  public private(set) var highest: UInt32
  /// Whether this host sent the highest number and has not accepted another host's advert with it.
  private var isOwn = false
  private var leastOwn: UInt32

  /// Distance from the greatest number within which the sequence starts at 1 again.
  static let wrapMargin: UInt32 = 1 << 16

  /// A sequence that goes on from `highest` and sends no number below `leastOwn`.
  public init(highest: UInt32 = 0, leastOwn: UInt32 = 0) {
    self.highest = highest
    self.leastOwn = leastOwn
  }

  /// Least number to send for a host without an earlier number. A clock beyond the range of numbers is ignored, so that
  /// the end of the range stays far away.
  public static func leastOwn(secondsSince1970: Int64) -> UInt32 {
    guard let seconds = UInt32(exactly: secondsSince1970), seconds < 0xF000_0000 else { return 0 }
    return seconds
  }

  /// Number of the next advert.
  public var next: UInt32 {
    highest == .max ? 1 : max(highest &+ 1, leastOwn)
  }

  /// Returns the number for an advert of this host and counts it.
  public mutating func assignNext() -> UInt32 {
    highest = next
    // The sequence has begun. At the end of the range it must be able to start at 1 again.
    leastOwn = 0
    isOwn = true
    return highest
  }

  /// Returns whether an authentic advert with this number is new, and counts it as accepted if so.
  ///
  /// Two masters that count together may send the same number at the same moment. Each must accept the other's once, or
  /// neither would ever yield.
  public mutating func accept(_ number: UInt32) -> Bool {
    if isAhead(number) {
      highest = number
    } else {
      guard number == highest, isOwn else { return false }
    }
    isOwn = false
    return true
  }

  private func isAhead(_ number: UInt32) -> Bool {
    if number > highest { return true }
    return highest > .max - Self.wrapMargin && (1...Self.wrapMargin).contains(number)
  }
}
