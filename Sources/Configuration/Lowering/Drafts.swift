import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A value with the place that says it.
struct Located<Value> {
  var value: Value
  var span: SourceSpan

  init(_ value: Value, _ span: SourceSpan) {
    self.value = value
    self.span = span
  }
}

/// A line of `track_script`, `track_interface` or their like.
struct TrackEntry {
  var kind: TrackerKind
  var name: Located<String>
  var weight: Located<Int>?
  var reverse: Bool?

  /// What tells two of them apart.
  struct Key: Hashable {
    var kind: TrackerKind
    var name: String
  }

  var key: Key { Key(kind: kind, name: name.value) }
}

/// What a block tracks.
struct TrackEntries {
  /// They in their order.
  var list: [TrackEntry] = []
  /// Where each stands, while the block is read.
  private var known: [TrackEntry.Key: SourceSpan] = [:]

  /// Adds an entry, unless there is one of its kind and name: then it gives that one's place.
  mutating func append(_ entry: TrackEntry) -> SourceSpan? {
    if let earlier = known[entry.key] { return earlier }
    known[entry.key] = entry.name.span
    list.append(entry)
    return nil
  }

  /// Forgets what only serves reading.
  mutating func finish() { known = [:] }
}

/// When addresses are announced, as far as the file says.
struct AnnouncementDraft {
  var delay: Int?
  var repeats: Int?
  var refresh: Int?
  var refreshRepeats: Int?
  /// Seconds between refreshes that a virtual MAC address asks for, or everybody.
  var extraRefresh: ExtraRefresh?
  var lowerPriorityDelay: Int?
  var lowerPriorityRepeats: Int?
}

/// `garp_extra_if [all] SECONDS`.
struct ExtraRefresh {
  var seconds = 0
  var isForAll = false
}

/// `global_defs` as far as the file says.
struct GlobalDraft {
  var settings = GlobalSettings()
  var announcements = AnnouncementDraft()
  var minimalAnnouncements = false
  var downTimerAdverts = 3
  var lowerPriorityNoAdvert = false
  var higherPrioritySendAdvert = false
  var checksumWithoutPseudoHeader = false
  var skipsAddressCheck = false
  var ownerIgnoresAdverts = false
  var checksUnicastSource = true
  var isStrict = false
  var notifiesPriorityChanges = false
  var virtualMACPrefix = "vrrp"
  var addressVirtualMACPrefix: String?
  var vrrpFIFOSpan: SourceSpan?
  var scriptUserSpan: SourceSpan?
  var scriptUserLine: [String: SourceSpan] = [:]
  var fifoScriptSpan: SourceSpan?
  var vrrpFIFOScriptSpan: SourceSpan?
  var fifoScript: Located<CommandDefinition>?
  var startupScript: Located<CommandDefinition>?
  var startupTimeout: Int?
  var shutdownScript: Located<CommandDefinition>?
  var shutdownTimeout: Int?
  var vrrpFIFOScript: Located<CommandDefinition>?
}

/// A `vrrp_sync_group` block.
struct SyncGroupDraft {
  var name: Located<String>
  var members: [Located<String>] = []
  var hasMembers = false
  var tracked = TrackEntries()
  var allowsWeights = false
  var notify = NotifyDefinition()
  var notifiesPriorityChanges: Bool?
}

/// `old_unicast_checksum [never]`.
enum OldChecksum {
  case sent, refused
}

/// `use_vmac` as far as the file says.
struct VirtualMACDraft {
  var span: SourceSpan
  var name: Located<String>?
  /// The words' six octets, or five to which the VRID is added.
  var octets: [UInt8]?
  /// What the rules settle.
  var settledName = ""

  /// The address of a router's number and a family: its own, or that of RFC 9568 section 7.3.
  func mac(_ number: UInt8, _ family: AddressFamily) -> MACAddress {
    octets.flatMap { MACAddress(bytes: $0.count == 5 ? $0 + [number] : $0) }
      ?? MACAddress(virtualRouter: number, family)
  }
}

/// `auth_hmac` as far as the file says.
struct TrailerDraft {
  /// A `key` line.
  struct Key {
    var id: Located<Int>
    var value: Word
  }

  var span: SourceSpan
  var keys: [Key] = []
  var activeKey: Located<Int>?
  var window: Located<Int>?
  var isMonotonic = false
  var mode: Located<TrailerDefinition.Mode>?

  // What the rules settle.
  var settledKeys: [TrailerDefinition.Key] = []
  var settled: TrailerDefinition?
}

/// A `vrrp_instance` block: what the file says, before defaults and rules.
struct InstanceDraft {
  var name: Located<String>
  var state: Located<RouterState>?
  var interface: Located<String>?
  var virtualRouterID: Located<Int>?
  /// Whether there is a line for the number or the interface, even one that is wrong.
  var saysVirtualRouterID = false
  var saysInterface = false
  var saysPassword = false
  var priority: Located<Int>?
  var version: Located<ProtocolVersion>?
  /// Millionths of a second.
  var interval: Located<Int>?
  var family: Located<AddressFamily>?
  /// The keyword that fixed it, if that was no address.
  var familyKeyword: String?
  /// Scripts that it tracks with a weight that can change nothing.
  var scriptsWithoutEffect: [String] = []
  var nativeIPv6 = false
  /// Where `auth_type` stands.
  var authenticationType: SourceSpan?
  /// Whether it names no way that there is.
  var hasUnknownAuthentication = false
  /// Whether it is AH.
  var usesHeader = false
  var password: Located<[UInt8]>?
  var trailer: TrailerDraft?
  var addresses: [Located<VirtualAddress>] = []
  var excludedAddresses: [Located<VirtualAddress>] = []
  var routes: [KernelEntryDefinition] = []
  var rules: [KernelEntryDefinition] = []
  var lostAddress = false
  var mayLackAddresses = false
  var sourceAddress: Located<IPAddress>?
  var multicastGroup: Located<IPAddress>?
  var unicastKeyword: SourceSpan?
  var peers: [Located<UnicastPeer>] = []
  /// Where each of them stands, while the block is read.
  var knownPeers: [IPAddress: SourceSpan] = [:]
  var faultsWithoutPeers: SourceSpan?
  var unicastTTL: Located<Int>?
  var nopreempt: SourceSpan?
  var preemptDelay: Located<Nanoseconds>?
  var successorPriority: Located<Int>?
  var downTimerAdverts: Int?
  var lowerPriorityNoAdvert: Bool?
  var higherPrioritySendAdvert: Bool?
  var checksumWithoutPseudoHeader: Bool?
  var oldChecksum: Located<OldChecksum>?
  var skipsAddressCheck: Bool?
  var ownerIgnoresAdverts: Located<Bool>?
  var heartbeatInterfaces: [Located<String>] = []
  /// Their names, while the block is read.
  var knownHeartbeats: Set<String> = []
  var promotesSecondaries: SourceSpan?
  var checksUnicastSource: Located<Bool>?
  var isStrict: Bool?
  var ignoresInterfaceFaults = false
  var accepts: Bool?
  var virtualMAC: VirtualMACDraft?
  var sendsAdvertsBelow: SourceSpan?
  var announcements = AnnouncementDraft()
  var tracked = TrackEntries()
  @Boxed var notify: NotifyDefinition
  var notifiesPriorityChanges: Bool?
  var routingDomain: Located<String>?
  var usesIPVLAN = false
  /// Where an address asks for a virtual MAC address.
  var putsAddressesOnVirtualMACs = false

  // What the rules settle.
  var settledVersion = ProtocolVersion.v2
  var settledFamily = AddressFamily.ipv4
  var settledPriority = 100
  var settledInterval = Centiseconds.seconds(1)

  /// Forgets what only serves reading.
  mutating func finish() {
    tracked.finish()
    knownPeers = [:]
    knownHeartbeats = []
  }

  var isUnicast: Bool { !peers.isEmpty || faultsWithoutPeers != nil }
  var isOwner: Bool { settledPriority == 255 }
}
