import NetworkTypes
import VRRPCore

/// The kinds of things that are tracked, in the order in which trackers are numbered.
public enum TrackerKind: Sendable, Hashable, CaseIterable {
  /// `vrrp_script`.
  case script
  /// A network interface.
  case interface
  /// `bfd_instance`.
  case bfd
  /// `track_file`.
  case file
  /// `vrrp_track_process`.
  case process
  /// `vrrp_probe`.
  case probe
  /// `track_group`: static addresses, routes and rules.
  case group

  /// What it is called in status and logs.
  public var label: String {
    switch self {
    case .script: "script"
    case .interface: "interface"
    case .bfd: "bfd"
    case .file: "file"
    case .process: "process"
    case .probe: "probe"
    case .group: "track_group"
    }
  }

  /// The block that uses it.
  public var block: String { self == .group ? label : "track_\(label)" }

  /// The largest weight it can have. What lowers a priority by more than 253 is a fault.
  public var greatestWeight: Int {
    switch self {
    case .script, .interface, .bfd, .probe, .group: 253
    case .file, .process: 254
    }
  }
}

extension TrackerKind: ImageChoice {}

/// A named tracker with its weight, as a `track_…` block gives it.
public struct TrackerReference: Sendable, Hashable {
  /// What kind of thing it is.
  public var kind: TrackerKind
  /// Its name.
  public var name: String
  /// The weight that counts here, the tracker's own default filled in.
  public var weight: Int
  /// Whether up and down change places.
  public var reverse: Bool

  /// A reference of the given contents.
  public init(_ kind: TrackerKind, _ name: String, weight: Int = 0, reverse: Bool = false) {
    self.kind = kind
    self.name = name
    self.weight = weight
    self.reverse = reverse
  }
}

extension TrackerReference: ImageRecord {
  static var blank: Self { Self(.script, "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&kind)
    try field(&name)
    try field(&weight)
    try field(&reverse)
  }
}

/// A thing that trackers watch.
public enum TrackerDefinition: Sendable, Hashable {
  /// The script at this position of ``Configuration/scripts``.
  case script(Int)
  /// The network interface of this name.
  case interface(String)
  /// The BFD session at this position of ``Configuration/bfdInstances``.
  case bfd(Int)
  /// The file at this position of ``Configuration/trackedFiles``.
  case file(Int)
  /// The processes at this position of ``Configuration/trackedProcesses``.
  case process(Int)
  /// The probe at this position of ``Configuration/probes``.
  case probe(Int)
  /// The static entries of the group at this position of ``Configuration/trackGroups``.
  case group(Int)

  /// What kind of thing it is.
  public var kind: TrackerKind {
    switch self {
    case .script: .script
    case .interface: .interface
    case .bfd: .bfd
    case .file: .file
    case .process: .process
    case .probe: .probe
    case .group: .group
    }
  }
}

extension VirtualRouterDefinition {
  /// All that it follows: what it tracks by name, and the further interfaces that its addresses and routes need. Without one of those
  /// it cannot do its work, also where `track_interface` gives it a weight (keepalived does the same).
  public var followed: [TrackerReference] {
    let carriers = (addresses + excludedAddresses).filter(\.isTracked).compactMap(\.interface)
    let known = tracked.filter { $0.kind == .interface && $0.weight == 0 && !$0.reverse }.map(\.name)
    let needed = Set(carriers + entries.filter(\.isTracked).flatMap(\.interfaces)).subtracting(known + [interface])
    return tracked + needed.sorted().map { TrackerReference(.interface, $0) }
  }
}

extension Configuration {
  /// Every tracker in the order that fixes its `TrackerID`: by kind, interfaces by name, all else as the file has it.
  ///
  /// The engine and the prober both read their numbers from here.
  public var trackers: [TrackerDefinition] {
    TrackerKind.allCases.flatMap { kind in
      switch kind {
      case .script: scripts.indices.map(TrackerDefinition.script)
      case .interface: trackedInterfaces.map(TrackerDefinition.interface)
      case .bfd: bfdInstances.indices.map(TrackerDefinition.bfd)
      case .file: trackedFiles.indices.map(TrackerDefinition.file)
      case .process: trackedProcesses.indices.map(TrackerDefinition.process)
      case .probe: probes.indices.map(TrackerDefinition.probe)
      case .group: trackGroups.indices.map(TrackerDefinition.group)
      }
    }
  }

  private var trackedInterfaces: [String] {
    let references = routers.flatMap(\.followed) + groups.flatMap(\.tracked)
    let members = probes.flatMap(\.question.members).filter { $0.kind == .interface }.map(\.name)
    return Set(references.filter { $0.kind == .interface }.map(\.name) + members).sorted()
  }

  /// The names of all trackers of a kind, in their order.
  public func trackerNames(_ kind: TrackerKind) -> [String] { trackers.filter { $0.kind == kind }.map(name) }

  /// The name of a tracker of ``trackers``.
  public func name(of tracker: TrackerDefinition) -> String {
    switch tracker {
    case .script(let index): scripts[index].name
    case .interface(let name): name
    case .bfd(let index): bfdInstances[index].name
    case .file(let index): trackedFiles[index].name
    case .process(let index): trackedProcesses[index].name
    case .probe(let index): probes[index].name
    case .group(let index): trackGroups[index]
    }
  }
}

/// From the names in `track_…` blocks to positions in ``Configuration/trackers``.
public struct TrackerNumbers: Sendable {
  private struct Key: Hashable {
    var kind: TrackerKind
    var name: String
  }

  private var numbers: [Key: TrackerID] = [:]

  /// The numbers that a configuration gives.
  public init(_ configuration: Configuration) {
    for (position, tracker) in configuration.trackers.enumerated() {
      let key = Key(kind: tracker.kind, name: configuration.name(of: tracker))
      numbers[key] = TrackerID(rawValue: position)
    }
  }

  /// The number of a tracker; `nil` if there is none.
  public subscript(kind: TrackerKind, name: String) -> TrackerID? { numbers[Key(kind: kind, name: name)] }

  /// The bindings that references come to; one to a tracker that does not exist is left out.
  public func bindings(_ references: [TrackerReference]) -> [TrackerBinding] {
    references.compactMap { reference in
      self[reference.kind, reference.name].map {
        TrackerBinding(tracker: $0, weight: reference.weight, reverse: reference.reverse)
      }
    }
  }
}
