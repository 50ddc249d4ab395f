/// The numbers of one virtual router's signed adverts, its own and those of the other hosts, by which a replayed one is known.
///
/// All hosts of a virtual router count together, as keepalived does: each goes on from the highest number that it has sent or
/// heard, and takes nothing that is not above it. So an old advert is refused whoever sent it, also one that this host could not
/// hear at its time.
///
/// Numbers outlive engines on the board. When nothing is left to go on from, the first one is the Unix time in seconds, which is
/// above all that was sent before at a rate of one a second; a host that begins at 1 (keepalived) is heard again once it has
/// heard another's number, which it goes on from.
public struct AuthenticationSequence: Sendable, Hashable {
  /// The highest number sent or taken.
  public private(set) var highest: UInt32
  /// Whether this host sent the highest one and nobody else's advert of that number was taken.
  private var isOwn = false
  private var leastOwn: UInt32

  /// Counts within this distance from the end, above which it begins at 1 again.
  static let wrapMargin: UInt32 = 1 << 16

  /// A sequence that goes on from `highest` and sends nothing below `leastOwn`.
  public init(highest: UInt32 = 0, leastOwn: UInt32 = 0) {
    self.highest = highest
    self.leastOwn = leastOwn
  }

  /// The least number to send for a host that has nothing to go on from. A clock beyond what the numbers can hold is left out of
  /// account, so that the end of the numbers stays far.
  public static func leastOwn(secondsSince1970: Int64) -> UInt32 {
    guard let seconds = UInt32(exactly: secondsSince1970), seconds < 0xF000_0000 else { return 0 }
    return seconds
  }

  /// The number that the next advert gets.
  public var next: UInt32 {
    highest == .max ? 1 : max(highest &+ 1, leastOwn)
  }

  /// Numbers an advert of this host.
  public mutating func take() -> UInt32 {
    highest = next
    // It has begun; at the end of the numbers it must not be thrown back.
    leastOwn = 0
    isOwn = true
    return highest
  }

  /// Whether an authentic advert of this number is a new one; if it is, it counts as taken.
  ///
  /// Two masters that count together may send the same number at the same moment; each must take the other's once, or neither would
  /// ever yield.
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
