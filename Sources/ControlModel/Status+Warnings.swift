import NetworkTypes
import VRRPCore

extension Status {
  /// Something that is wrong at the moment.
  public struct Warning: Sendable, Equatable {
    /// Stable name for machine-readable output.
    public var kind: String
    /// Name of the router that it is about; `nil` for the service as a whole.
    public var router: String?
    /// One sentence without a full stop.
    public var sentence: String
  }

  /// Least time for which status warns of a refused advert, or of one with other addresses.
  private static let shortestMemory = Nanoseconds.seconds(10)
  /// Time that a new master has to add its addresses before status warns.
  private static let claimTime = Nanoseconds.seconds(5)

  /// Everything that is wrong at the moment; warnings about the whole service come first.
  public var warnings: [Warning] {
    serviceWarnings
      + routers.flatMap { router in
        [fault(router), missingAddresses(router), otherMaster(router), refusedAdverts(router), otherAddresses(router)]
          .compactMap(\.self)
      }
      + untracked + notifications
  }

  private var serviceWarnings: [Warning] {
    switch health {
    case .running: break
    case .starting:
      return [Warning(kind: "engine-starting", router: nil, sentence: "the engine has not taken over yet")]
    case .silent: return [Warning(kind: "engine-silent", router: nil, sentence: "the engine does not respond")]
    case .gone: return [Warning(kind: "engine-gone", router: nil, sentence: "the engine has ended")]
    }
    guard routers.isEmpty else { return [] }
    return [
      Warning(kind: "no-router", router: nil, sentence: "no virtual router is configured, so no address is served")
    ]
  }

  /// Warnings about checks that cannot examine what they check.
  private var untracked: [Warning] {
    trackers.filter { $0.finding.status == .untracked }.map { tracker in
      Warning(
        kind: "untracked", router: nil,
        sentence: "\(tracker.name) is untracked, so nobody notices a failure"
          + (tracker.reason.isEmpty ? "" : ": \(tracker.reason)"))
    }
  }

  /// Warnings about failed notifications. Whatever they were to do, such as moving an address in a cloud, has not been
  /// done.
  private var notifications: [Warning] {
    failedNotifications.map { failure in
      Warning(
        kind: "notification-failed", router: nil,
        sentence: "the notification of \(failure.subject) did not succeed, \(ago(failure.at)): \(failure.outcome)")
    }
  }

  private func fault(_ router: Router) -> Warning? {
    guard router.snapshot.state == .fault else { return nil }
    let reasons = router.snapshot.faults.labels.joined(separator: ", ")
    return Warning(
      kind: "fault", router: router.names.name,
      sentence: "in FAULT: " + (router.sentence.isEmpty ? reasons : router.sentence))
  }

  private func missingAddresses(_ router: Router) -> Warning? {
    let (held, all) = (router.heldCount, router.addresses.count)
    guard router.snapshot.state == .master, held < all, now - (router.transition?.at ?? now) > Self.claimTime else {
      return nil
    }
    return Warning(
      kind: "addresses-missing", router: router.names.name,
      sentence: "MASTER, but this host holds only \(held) of its \(all) addresses; the log says why")
  }

  /// Warning about another master that should have yielded by now. After a hand-back it is heard at most once more.
  private func otherMaster(_ router: Router) -> Warning? {
    guard router.snapshot.state == .master, let seen = router.sightings[.otherMaster],
      now - seen.at <= router.silence(of: 3),
      seen.at - (router.transition?.at ?? seen.at) > router.silence(of: 1) || router.transition == nil
    else { return nil }
    return Warning(
      kind: "other-master", router: router.names.name,
      sentence: "\(seen.host) is MASTER too, with priority \(seen.number); heard \(ago(seen.at))")
  }

  private func refusedAdverts(_ router: Router) -> Warning? {
    guard let seen = router.sightings[.refusedAdvert], isRecent(seen, router) else { return nil }
    let index = Int(seen.number)
    let reason = dropReasons.indices.contains(index) ? dropReasons[index].sentence : "reason \(index)"
    let both = router.snapshot.state == .master ? "; both hosts may be MASTER" : ""
    return Warning(
      kind: "adverts-refused", router: router.names.name,
      sentence: "adverts of \(seen.host) are refused, the last one \(ago(seen.at)): \(reason)\(both)")
  }

  private func otherAddresses(_ router: Router) -> Warning? {
    guard let seen = router.sightings[.otherAddresses], isRecent(seen, router) else { return nil }
    return Warning(
      kind: "other-addresses", router: router.names.name,
      sentence: "\(seen.host) advertises other addresses for this VRID than are configured here, the last time "
        + "\(ago(seen.at)): another service may use the same VRID")
  }

  private func isRecent(_ seen: Sighting, _ router: Router) -> Bool {
    now - seen.at <= max(Self.shortestMemory, router.silence(of: 3))
  }
}

extension Status.Router {
  /// Number of its addresses that this host holds.
  public var heldCount: Int { addresses.count { $0.isOwned } }

  /// Time of this number of advert intervals.
  fileprivate func silence(of adverts: Int64) -> Nanoseconds {
    Nanoseconds(rawValue: (description?.interval.nanoseconds ?? .seconds(1)).rawValue * adverts)
  }
}
