import NetworkTypes

/// Effect of a tracker's status on one router.
enum TrackerEffect: Sendable, Hashable {
  /// The status is not known yet, and it may be a fault.
  case undecided
  /// The status is a fault.
  case fault
  /// The status changes the priority by this amount, which may be 0.
  case adds(Int)
}

extension TrackerBinding {
  /// Largest change of priority by a single tracker. A change below its negative is a fault.
  private static let greatestChange = 253

  /// Effect of `status` under this binding.
  ///
  /// A positive weight is added while the tracker is up, a negative one while it is down, and a level is multiplied by
  /// the weight. A tracker without a verdict adds nothing, since a priority must not change before anything was
  /// measured.
  func effect(of status: TrackerStatus) -> TrackerEffect {
    switch status {
    case .unknown: weight == 0 ? .undecided : .adds(0)
    case .untracked: .adds(0)
    case .up: reverse ? failure : success
    case .down: reverse ? success : failure
    case .level(let level) where weight == 0: (level != 0) == reverse ? .adds(0) : .fault
    case .level(let level): change(Int(level) * (reverse ? -weight : weight))
    }
  }

  /// True if `status` is a fault of every router with this binding.
  public func isFault(under status: TrackerStatus) -> Bool { effect(of: status) == .fault }

  private var success: TrackerEffect { change(max(weight, 0)) }

  private var failure: TrackerEffect { weight == 0 ? .fault : change(min(weight, 0)) }

  private func change(_ sum: Int) -> TrackerEffect {
    sum < -Self.greatestChange ? .fault : .adds(min(sum, Self.greatestChange))
  }
}

extension [TrackerStatus] {
  /// Effect of the status of the binding's tracker.
  func effect(on binding: TrackerBinding) -> TrackerEffect {
    binding.effect(of: indices.contains(binding.tracker.rawValue) ? self[binding.tracker.rawValue] : .unknown)
  }
}

/// Configured priority of a router with the weights of trackers that change it.
///
/// The sum stays within 1 to 254, and a router that owns the addresses stays at 255 whatever its trackers report (RFC
/// 9568 section 5.2.4).
struct EffectivePriority: Sendable {
  /// Configured priority.
  let base: Priority
  /// Bindings with a weight, both the router's own and those of its group.
  let weighted: [TrackerBinding]

  /// Keeps the bindings of `bindings` that have a weight.
  init(base: Priority, bindings: [TrackerBinding]) {
    self.base = base
    weighted = bindings.filter { $0.weight != 0 }
  }

  /// Effective priority under the given statuses.
  func value(under statuses: [TrackerStatus]) -> Priority {
    guard base != .owner else { return .owner }
    var sum = Int(base.rawValue)
    for binding in weighted {
      if case .adds(let change) = statuses.effect(on: binding) { sum += change }
    }
    return Priority(rawValue: UInt8(min(max(sum, 1), 254)))
  }
}

/// Trackers that can be a fault: those without a weight when they are down, those with a weight when they would lower
/// the priority by more than 253.
struct FaultTrackers: Sendable {
  /// The bindings, in the order in which they were written.
  let bindings: [TrackerBinding]

  /// Keeps all of `bindings`.
  init(_ bindings: [TrackerBinding]) {
    self.bindings = bindings
  }

  /// The first tracker that has failed.
  func firstFailed(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.effect(on: $0) == .fault }?.tracker
  }

  /// The first tracker without a verdict.
  func firstUndecided(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.effect(on: $0) == .undecided }?.tracker
  }
}
