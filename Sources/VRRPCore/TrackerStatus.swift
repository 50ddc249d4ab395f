/// What a tracker says of the thing it watches.
public enum TrackerStatus: Sendable, Hashable {
  /// No verdict yet: has no effect on a router that runs, and keeps one that starts from electing itself.
  case unknown
  /// The thing works.
  case up
  /// The thing has failed.
  case down
  /// A number, as a tracked file holds one: a weight multiplies it, and without a weight everything but 0 is a failure.
  case level(Int32)
  /// The thing is not looked at, for a reason that says nothing of it: a fault of nobody, and no weight counts.
  case untracked
}

/// As a number, for messages between processes: 0, 1, 2, 4, and a level above them, its number in the upper 32 bits.
extension TrackerStatus: RawRepresentable {
  private static let levelMark: Int64 = 3

  /// The number of a status.
  public var rawValue: Int64 {
    switch self {
    case .unknown: 0
    case .up: 1
    case .down: 2
    case .level(let level): Int64(level) << 32 | Self.levelMark
    case .untracked: 4
    }
  }

  /// The status of a number; `nil` for one that means none.
  public init?(rawValue: Int64) {
    switch rawValue {
    case 0: self = .unknown
    case 1: self = .up
    case 2: self = .down
    case 4: self = .untracked
    case let number where number & 0xFFFF_FFFF == Self.levelMark: self = .level(Int32(truncatingIfNeeded: number >> 32))
    default: return nil
    }
  }
}
