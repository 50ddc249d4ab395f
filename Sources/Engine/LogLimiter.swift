import NetworkTypes
import VRRPCore
import VRRPWire

/// Decides what of other hosts' doings is worth a line in the log: one for each sender and subject a minute, however many senders
/// are forged.
///
/// Its memory is fixed. When every place is taken by senders of the last minute, further senders share one line a minute for their
/// subject.
struct LogLimiter {
  enum Subject: Hashable {
    /// An advert was dropped, or obeyed with a warning.
    case advertisement(AdvertisementError)
    /// Another host claims to be master too.
    case otherMaster
    /// The same of the host that this one has just become master in the place of.
    case formerMaster
    /// A BFD packet was discarded.
    case session(BFDDiscard)
    /// The sender's clock is nearly too far from ours.
    case clockSkew
    /// An advert was taken that is not signed.
    case unsignedAdvertisement
    /// Somebody removes an address of ours; the "sender" is that address.
    case addressPutBack
    /// Another host answers for an address of ours; the "sender" is that address.
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

  /// Whether to log this now; the answer is remembered.
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
