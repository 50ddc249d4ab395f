/// Kind of thing that a tracker watches, in the order in which trackers are numbered. The raw value stands on the board.
public enum TrackerKind: UInt8, Sendable, Hashable, CaseIterable {
  /// Script (`vrrp_script`).
  case script = 1
  /// Network interface.
  case interface
  /// BFD session (`bfd_instance`).
  case bfd
  /// File that holds a number (`track_file`).
  case file
  /// Processes of which enough must run (`vrrp_track_process`).
  case process
  /// Check that the prober makes by itself (`vrrp_probe`).
  case probe
  /// Static addresses, routes and rules (`track_group`).
  case group

  /// Word for it in status and logs.
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
}

/// Name of a tracker: no other tracker of its kind has it.
public struct TrackerName: Sendable, Hashable, CustomStringConvertible {
  /// Kind of the tracked thing.
  public var kind: TrackerKind
  /// Name among those of its kind.
  public var name: String

  /// A name of the given parts.
  public init(_ kind: TrackerKind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// Kind and name as a sentence has them: `script chk`.
  public var description: String { "\(kind.label) \(name)" }
}
