import NetworkTypes
import VRRPCore

extension Cluster {
  /// What was done to the cluster and what the hosts made of it, a line each, for whoever looks for the cause of a violation.
  public var timeline: [String] {
    var text: [String] = []
    var nextDeed = deeds.startIndex
    func lines(before moment: MonotonicInstant) -> [String] {
      let first = nextDeed
      while nextDeed < deeds.endIndex, deeds[nextDeed].at < moment { nextDeed += 1 }
      return deeds[first..<nextDeed].compactMap(line)
    }
    for (at, what) in disturbances {
      text += lines(before: at)
      text.append("\(at.inSeconds) — \(what)")
    }
    return text + lines(before: MonotonicInstant(nanoseconds: .max))
  }

  /// What a deed comes to; `nil` for what goes without saying beside the transition that it belongs to.
  private func line(for deed: Deed) -> String? {
    let source = hosts[deed.host].sources[deed.router]
    let router = hosts[deed.host].seats[deed.router].router
    let words: String
    switch deed.action {
    case .claim, .release, .cancelAnnouncements, .send, .tryAddresses: return nil
    case .announce: words = "announces its addresses"
    case .transition(let transition):
      let change = "\(transition.from) → \(transition.to) at priority \(transition.priority)"
      words = "\(change), \(Self.words(for: transition.cause))"
    case .priorityChanged(let old, let new): words = "priority \(old) → \(new)"
    case .otherMaster(let other, let priority, let yields):
      words = "hears another master, \(other) at priority \(priority)\(yields ? ", and yields" : "")"
    }
    return "\(deed.at.inSeconds)   host \(deed.host) (\(source)) router \(router): \(words)"
  }

  private static func words(for cause: Cause) -> String {
    switch cause {
    case .masterDown(let master?, _): "no advert from \(master)"
    case .masterDown(nil, _): "no advert from anyone"
    case .masterResigned(let master): "\(master) resigned"
    case .higherPriority(let master, let priority): "\(master) has \(priority)"
    case .tieLost(let master, let priority): "\(master) has \(priority) too and wins"
    case .preempted(let master, let priority): "\(master) has \(priority) only"
    case .trackerDown(let tracker): "tracker \(tracker.rawValue) down"
    case .trackerUp(let tracker): "tracker \(tracker.rawValue) up"
    case .overdue(let silence): "held up for \(silence)"
    case .syncGroup(let member): "with its router at position \(member)"
    case .addressesRefused: "the kernel refuses its addresses"
    case .addressesTaken: "the kernel accepts its addresses again"
    case .started, .addressOwner, .interfaceDown, .interfaceUp, .sourceAddressLost, .sourceAddressFound, .noPeers,
      .peersFound, .shutdown, .adopted:
      "\(cause)"
    }
  }
}

extension MonotonicInstant {
  /// Seconds with six digits, as `12.034567`.
  public var inSeconds: String {
    let microseconds = String(nanoseconds / 1000 % 1_000_000)
    let zeros = String(repeating: "0", count: max(0, 6 - microseconds.count))
    return "\(nanoseconds / 1_000_000_000).\(zeros)\(microseconds)"
  }
}
