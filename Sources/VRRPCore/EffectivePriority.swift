import NetworkTypes

extension TrackerBinding {
  /// The status with up and down exchanged where the binding says so; an unknown one stays unknown.
  func bearing(of status: TrackerStatus) -> TrackerStatus {
    guard reverse else { return status }
    switch status {
    case .unknown: return .unknown
    case .up: return .down
    case .down: return .up
    }
  }
}

extension [TrackerStatus] {
  /// What `binding`'s tracker says, reversed where the binding says so.
  func bearing(on binding: TrackerBinding) -> TrackerStatus {
    indices.contains(binding.tracker.rawValue) ? binding.bearing(of: self[binding.tracker.rawValue]) : .unknown
  }
}

/// What the configured priority becomes under the weights of trackers.
///
/// A positive weight is added while its tracker is up, a negative one while it is down. A tracker without a verdict adds
/// nothing either way: a priority must not move on what nobody has measured yet. The sum stays within 1 to 254, and a
/// router that owns the addresses stays at 255 whatever its trackers say (RFC 9568 section 5.2.4).
struct EffectivePriority: Sendable {
  /// The configured priority.
  let base: Priority
  /// The bindings that have a weight; the router's own and its group's.
  let weighted: [TrackerBinding]

  /// The largest change a single tracker can make.
  private static let greatestWeight = 253

  /// The bindings of `bindings` that have a weight, on top of `base`.
  init(base: Priority, bindings: [TrackerBinding]) {
    self.base = base
    weighted = bindings.filter { $0.weight != 0 }.map { binding in
      var binding = binding
      binding.weight = min(max(binding.weight, -Self.greatestWeight), Self.greatestWeight)
      return binding
    }
  }

  /// The priority under the given statuses.
  func value(under statuses: [TrackerStatus]) -> Priority {
    guard base != .owner else { return .owner }
    var sum = Int(base.rawValue)
    for binding in weighted {
      switch statuses.bearing(on: binding) {
      case .unknown: continue
      case .up: sum += max(binding.weight, 0)
      case .down: sum += min(binding.weight, 0)
      }
    }
    return Priority(rawValue: UInt8(min(max(sum, 1), 254)))
  }
}

/// The trackers without a weight: one of them down is a fault.
struct FaultTrackers: Sendable {
  /// The bindings whose weight is 0.
  let bindings: [TrackerBinding]

  /// The bindings of `bindings` that have no weight.
  init(_ bindings: [TrackerBinding]) {
    self.bindings = bindings.filter { $0.weight == 0 }
  }

  /// The first tracker that has failed.
  func firstFailed(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.bearing(on: $0) == .down }?.tracker
  }

  /// The first tracker that has not given a verdict.
  func firstUndecided(under statuses: [TrackerStatus]) -> TrackerID? {
    bindings.first { statuses.bearing(on: $0) == .unknown }?.tracker
  }
}
