import NetworkTypes

/// A whole configuration, read and checked: every default filled in, every name resolved.
package struct Configuration: Sendable, Hashable {
  /// Settings of `global_defs`, which hold for the whole service.
  package var global = GlobalSettings()
  /// `vrrp_script` blocks in the file's order.
  package var scripts: [ScriptCheckDefinition] = []
  /// `bfd_instance` blocks in the file's order.
  package var bfdInstances: [BFDInstanceDefinition] = []
  /// `track_file` and `vrrp_track_file` blocks in the file's order.
  package var trackedFiles: [TrackedFileDefinition] = []
  /// `vrrp_track_process` blocks in the file's order.
  package var trackedProcesses: [TrackedProcessDefinition] = []
  /// `vrrp_probe` blocks in the file's order.
  package var probes: [ProbeDefinition] = []
  /// `vrrp_instance` blocks in the file's order.
  package var routers: [VirtualRouterDefinition] = []
  /// `vrrp_sync_group` blocks in the file's order.
  package var groups: [SyncGroupDefinition] = []
  /// `static_ipaddress`, `static_routes` and `static_rules`: entries that the kernel has as long as the daemon runs.
  package var staticEntries: [KernelEntryDefinition] = []
  /// Names of the `track_group`s of static entries, which routers follow.
  package var trackGroups: [String] = []

  /// Interfaces whose announcements are spaced together (`garp_group`).
  package var announcementGroups: [AnnouncementGroup] = []

  /// Delays of the links that have any, by the link's name (`interface_up_down_delays`).
  package var linkDelays: [String: LinkDelay] = [:]

  package init() {}

  /// True if the configuration has a route or a rule, static or of a router.
  package var hasRouting: Bool {
    (staticEntries + routers.flatMap(\.entries)).contains { if case .address = $0.content { false } else { true } }
  }
}

extension Configuration: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&global)
    try field(&scripts)
    try field(&bfdInstances)
    try field(&trackedFiles)
    try field(&trackedProcesses)
    try field(&probes)
    try field(&routers)
    try field(&groups)
    try field(&staticEntries)
    try field(&trackGroups)
    try field(&announcementGroups)
    try field(&linkDelays)
  }
}

/// `garp_group`: interfaces on one switch, whose announcements are spaced out to protect it.
package struct AnnouncementGroup: Sendable, Hashable {
  /// Names of the interfaces.
  package var interfaces: [String]
  /// Time between two gratuitous ARPs on any of the interfaces; zero for none.
  package var garpInterval: Nanoseconds
  /// Time between two unsolicited neighbour advertisements on any of the interfaces; zero for none.
  package var neighborAdvertisementInterval: Nanoseconds

  package init(
    interfaces: [String], garpInterval: Nanoseconds = .zero, neighborAdvertisementInterval: Nanoseconds = .zero
  ) {
    self.interfaces = interfaces
    self.garpInterval = garpInterval
    self.neighborAdvertisementInterval = neighborAdvertisementInterval
  }

  /// Time between two announcements of addresses of a family.
  package func interval(_ family: AddressFamily) -> Nanoseconds {
    family == .ipv4 ? garpInterval : neighborAdvertisementInterval
  }
}

extension AnnouncementGroup: ImageRecord {
  static var blank: Self { Self(interfaces: []) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&interfaces)
    try field(&garpInterval)
    try field(&neighborAdvertisementInterval)
  }
}

/// Times for which a state of a link must last before it counts.
package struct LinkDelay: Sendable, Hashable {
  /// Time after the link went down.
  package var down: Nanoseconds
  /// Time after the link came up.
  package var up = Nanoseconds.zero

  package init(down: Nanoseconds, up: Nanoseconds = .zero) {
    self.down = down
    self.up = up
  }
}

extension LinkDelay: ImageRecord {
  static var blank: Self { Self(down: .zero) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&down)
    try field(&up)
  }
}
