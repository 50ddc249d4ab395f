import NetworkTypes

/// What a tracker comes to for one router.
enum TrackerBearing: Sendable, Hashable {
  /// Nobody knows yet whether it is a fault.
  case undecided
  /// It is a fault.
  case fault
  /// It changes the priority by so much.
  case adds(Int)
}

extension TrackerBinding {
  /// The largest change a single tracker can make; what would lower a priority further is a fault.
  private static let greatestChange = 253

  /// What a status comes to.
  ///
  /// A positive weight is added while the tracker is up, a negative one while it is down, and a level is multiplied by it.
  /// A tracker without a verdict adds nothing either way: a priority must not move on what nobody has measured yet.
  func bearing(of status: TrackerStatus) -> TrackerBearing {
    switch status {
    case .unknown: weight == 0 ? .undecided : .adds(0)
    case .untracked: .adds(0)
    case .up: reverse ? failure : success
    case .down: reverse ? success : failure
    case .level(let level) where weight == 0: (level != 0) == reverse ? .adds(0) : .fault
    case .level(let level): change(Int(level) * (reverse ? -weight : weight))
    }
  }

  /// Whether a status is a fault of every router that is bound like this.
  public func isFault(under status: TrackerStatus) -> Bool { bearing(of: status) == .fault }

  private var success: TrackerBearing { change(max(weight, 0)) }

  private var failure: TrackerBearing { weight == 0 ? .fault : change(min(weight, 0)) }

  private func change(_ sum: Int) -> TrackerBearing {
    sum < -Self.greatestChange ? .fault : .adds(min(sum, Self.greatestChange))
  }
}

extension [TrackerStatus] {
  /// What `binding`'s tracker comes to.
  func bearing(on binding: TrackerBinding) -> TrackerBearing {
    binding.bearing(of: indices.contains(binding.tracker.rawValue) ? self[binding.tracker.rawValue] : .unknown)
  }
}

/// What the configured priority becomes under the weights of trackers.
///
/// The sum stays within 1 to 254, and a router that owns the addresses stays at 255 whatever its trackers say (RFC 9568
/// section 5.2.4).
struct EffectivePriority: Sendable {
  /// The configured priority.
  let base: Priority
  /// The bindings that have a weight; the router's own and its group's.
  let weighted: [TrackerBinding]

  /// The bindings of `bindings` that have a weight, on top of `base`.
  init(base: Priority, bindings: [TrackerBinding]) {
    self.base = base
    weighted = bindings.filter { $0.weight != 0 }
  }

  /// The priority under the given statuses.
  func value(under statuses: [TrackerStatus]) -> Priority {
    guard base != .owner else { return .owner }
    var sum = Int(base.rawValue)
    for binding in weighted {
      if case .adds(let change) = statuses.bearing(on: binding) { sum += change }
    }
    return Priority(rawValue: UInt8(min(max(sum, 1), 254)))
  }
}

/// The trackers that can be a fault: those without a weight when they are down, those with one when they lower the priority
/// by more than there is.
struct FaultTrackers: Sendable {
  /// The bindings, in the order in which they were written.
  let bindings: [TrackerBinding]

  /// All of `bindings`.
  init(_ bindings: [TrackerBinding]) {
    self.bindings = bindings
  }

  /// The first tracker that has failed.
  func firstFailed(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.bearing(on: $0) == .fault }?.tracker
  }

  /// The first tracker that has not given a verdict.
  func firstUndecided(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.bearing(on: $0) == .undecided }?.tracker
  }
}
