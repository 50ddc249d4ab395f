import NetworkTypes
import VRRPCore

extension Status {
  /// Something that is not as it should be, now.
  public struct Warning: Sendable, Equatable {
    /// A stable name.
    public var kind: String
    /// The router that it is about; `nil` for the service as a whole.
    public var router: String?
    /// One sentence without a full stop.
    public var sentence: String
  }

  /// A refused advert, and one with other addresses, is spoken of for so long at least.
  private static let shortestMemory = Nanoseconds.seconds(10)
  /// A master has so long for its addresses.
  private static let claimTime = Nanoseconds.seconds(5)

  /// Everything that is not as it should be, for the whole service first.
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
    case .silent: return [Warning(kind: "engine-silent", router: nil, sentence: "the engine does not move")]
    case .gone: return [Warning(kind: "engine-gone", router: nil, sentence: "the engine has ended")]
    }
    guard routers.isEmpty else { return [] }
    return [
      Warning(kind: "no-router", router: nil, sentence: "no virtual router is configured, so no address is served")
    ]
  }

  /// Checks that say nothing: what they look at may have failed.
  private var untracked: [Warning] {
    trackers.filter { $0.status == .untracked }.map { tracker in
      Warning(
        kind: "untracked", router: nil,
        sentence: "\(tracker.names.kind) \(tracker.names.name) is untracked, so nobody notices a failure"
          + (tracker.reason.isEmpty ? "" : ": \(tracker.reason)"))
    }
  }

  /// What a notification was to do, as move an address in a cloud, has not been done.
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

  /// Another master that has not yielded by now: at a hand-back it is heard once more at most.
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
  /// How many of its addresses this host holds.
  public var heldCount: Int { addresses.count { $0.isOwned } }

  /// So many advertisement intervals.
  fileprivate func silence(of adverts: Int64) -> Nanoseconds {
    Nanoseconds(rawValue: (description?.interval.nanoseconds ?? .seconds(1)).rawValue * adverts)
  }
}
