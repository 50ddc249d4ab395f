import NetworkTypes
import VRRPCore
import VRRPWire

/// Limit on log lines about other hosts: one line a minute for each sender and subject, however many senders are
/// forged.
///
/// The limiter has a fixed number of places. When senders of the last minute use every place, further senders share one
/// line a minute for their subject.
struct LogLimiter {
  enum Subject: Hashable {
    /// An advert was dropped, or accepted with a warning.
    case advertisement(AdvertisementError)
    /// Another host is master too.
    case otherMaster
    /// Another host was master until this one took its place.
    case formerMaster
    /// A BFD packet was discarded.
    case session(BFDDiscard)
    /// The sender's clock differs from this host's by almost too much.
    case clockSkew
    /// An unsigned advert was accepted.
    case unsignedAdvertisement
    /// Another program removed an address of martlet's; the "sender" is that address.
    case addressPutBack
    /// Another host answers for an address of this host; the "sender" is that address.
    case duplicateAddress
  }

  private struct Entry {
    var sender: IPAddress
    var subject: Subject
    var loggedAt: MonotonicInstant
  }

  static let capacity = 256
  static let period = Nanoseconds.seconds(60)

  private var entries: [Entry] = []
  private var sharedLoggedAt: [Subject: MonotonicInstant] = [:]

  init() {
    entries.reserveCapacity(Self.capacity)
  }

  /// True if a line about this subject and sender is to be logged now. The answer is recorded.
  mutating func shouldLog(_ subject: Subject, from sender: IPAddress, at now: MonotonicInstant) -> Bool {
    var expired: Int?
    for index in entries.indices {
      if entries[index].sender == sender, entries[index].subject == subject {
        guard now - entries[index].loggedAt >= Self.period else { return false }
        entries[index].loggedAt = now
        return true
      }
      if now - entries[index].loggedAt >= Self.period { expired = index }
    }
    let entry = Entry(sender: sender, subject: subject, loggedAt: now)
    if entries.count < Self.capacity {
      entries.append(entry)
    } else if let expired {
      entries[expired] = entry
    } else {
      if let last = sharedLoggedAt[subject], now - last < Self.period { return false }
      sharedLoggedAt[subject] = now
    }
    return true
  }
}
