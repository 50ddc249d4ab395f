import VRRPCore

extension TrackerKind {
  /// The block that uses it.
  package var block: String { self == .group ? label : "track_\(label)" }

  /// The largest weight it can have. What lowers a priority by more than 253 is a fault.
  package var greatestWeight: Int {
    switch self {
    case .script, .interface, .bfd, .probe, .group: 253
    case .file, .process: 254
    }
  }

  /// The prober looks after such trackers, and their verdict goes on by kind and name. The engine looks after the others.
  package var isProbers: Bool {
    switch self {
    case .script, .file, .process, .probe: true
    case .interface, .bfd, .group: false
    }
  }
}

extension TrackerKind: ImageChoice {}

extension TrackerName: ImageRecord {
  static var blank: Self { Self(.script, "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&kind)
    try field(&name)
  }
}

/// A tracker with its weight, as a `track_…` block gives it.
package struct TrackerReference: Sendable, Hashable {
  /// Tracker.
  package var tracker: TrackerName
  /// The weight that counts here, the tracker's own default filled in.
  package var weight: Int
  /// Up and down are exchanged.
  package var reverse: Bool

  /// A reference of the given contents.
  package init(_ kind: TrackerKind, _ name: String, weight: Int = 0, reverse: Bool = false) {
    tracker = TrackerName(kind, name)
    self.weight = weight
    self.reverse = reverse
  }
}

extension TrackerReference: ImageRecord {
  static var blank: Self { Self(.script, "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&tracker)
    try field(&weight)
    try field(&reverse)
  }
}

extension VirtualRouterDefinition {
  /// All that it follows: what it tracks by name, and the further interfaces that its addresses and routes need. Without one of those
  /// it cannot do its work, also where `track_interface` gives it a weight (keepalived does the same).
  package var followed: [TrackerReference] {
    let carriers = (addresses + excludedAddresses).filter(\.isTracked).compactMap(\.interface)
    let known = tracked.filter { $0.tracker.kind == .interface && $0.weight == 0 && !$0.reverse }.map(\.tracker.name)
    let needed = Set(carriers + entries.filter(\.isTracked).flatMap(\.interfaces)).subtracting(known + [interface])
    return tracked + needed.sorted().map { TrackerReference(.interface, $0) }
  }
}

extension Configuration {
  /// Every tracker in the order that fixes its `TrackerID`: by kind, interfaces by name, all else as the file has it.
  ///
  /// The engine and the prober both read their numbers from here.
  package var trackers: [TrackerName] {
    TrackerKind.allCases.flatMap { kind in trackerNames(kind).map { TrackerName(kind, $0) } }
  }

  /// Numbers of all trackers.
  package var trackerNumbers: [TrackerName: TrackerID] {
    Dictionary(trackers.enumerated().map { ($1, TrackerID(rawValue: $0)) }) { $1 }
  }

  /// The names of all trackers of a kind, in their order.
  package func trackerNames(_ kind: TrackerKind) -> [String] {
    switch kind {
    case .script: scripts.map(\.name)
    case .interface: trackedInterfaces
    case .bfd: bfdInstances.map(\.name)
    case .file: trackedFiles.map(\.name)
    case .process: trackedProcesses.map(\.name)
    case .probe: probes.map(\.name)
    case .group: trackGroups
    }
  }

  private var trackedInterfaces: [String] {
    let references = routers.flatMap(\.followed) + groups.flatMap(\.tracked)
    let trackers = references.map(\.tracker) + probes.flatMap(\.question.members)
    return Set(trackers.filter { $0.kind == .interface }.map(\.name)).sorted()
  }
}

extension [TrackerName: TrackerID] {
  /// The bindings that references come to; one to a tracker that does not exist is left out.
  package func bindings(_ references: [TrackerReference]) -> [TrackerBinding] {
    references.compactMap { reference in
      self[reference.tracker].map {
        TrackerBinding(tracker: $0, weight: reference.weight, reverse: reference.reverse)
      }
    }
  }
}
