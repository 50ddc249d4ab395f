import NetworkTypes
import VRRPWire

/// Decides which dropped adverts are worth a line in the log: one for each sender and kind a minute, however many senders are forged.
///
/// Its memory is fixed. When every place is taken by senders of the last minute, further senders share one line a minute for their kind.
struct DropLimiter {
  private struct Entry {
    var sender: IPAddress
    var kind: UInt8
    var loggedAt: MonotonicInstant
  }

  static let capacity = 256
  static let period = Nanoseconds.seconds(60)

  private var entries: [Entry] = []
  private var sharedLoggedAt: [MonotonicInstant?]

  init() {
    entries.reserveCapacity(Self.capacity)
    sharedLoggedAt = Array(repeating: nil, count: AdvertisementError.allCases.count)
  }

  /// Whether to log this drop now; the answer is remembered.
  mutating func shouldLog(_ kind: AdvertisementError, from sender: IPAddress, at now: MonotonicInstant) -> Bool {
    let raw = kind.rawValue
    var oldest: Int?
    for index in entries.indices {
      if entries[index].kind == raw, entries[index].sender == sender {
        guard now - entries[index].loggedAt >= Self.period else { return false }
        entries[index].loggedAt = now
        return true
      }
      if now - entries[index].loggedAt >= Self.period { oldest = index }
    }
    let entry = Entry(sender: sender, kind: raw, loggedAt: now)
    if entries.count < Self.capacity {
      entries.append(entry)
    } else if let oldest {
      entries[oldest] = entry
    } else {
      if let last = sharedLoggedAt[Int(raw)], now - last < Self.period { return false }
      sharedLoggedAt[Int(raw)] = now
    }
    return true
  }
}
