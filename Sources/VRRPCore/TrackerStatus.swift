/// Verdict of a tracker on what it watches.
public enum TrackerStatus: Sendable, Hashable {
  /// No verdict yet. It changes nothing for a router that runs; a router that starts waits for it.
  case unknown
  /// The tracked thing works.
  case up
  /// The tracked thing has failed.
  case down
  /// Number, as a tracked file holds one. A weight multiplies it; without a weight every number but 0 is a failure.
  case level(Int32)
  /// The tracked thing cannot be examined. This is no fault, and no weight counts.
  case untracked
}

/// Number of a status in messages between processes: 0, 1, 2, 4 or, for a level, 3 with the level in the upper 32 bits.
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

  /// Status of a number; `nil` if the number stands for none.
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
