import Configuration
import NetworkTypes

/// What trackers are by themselves, which decides what has to be written where they are used.
struct TrackerDefaults {
  private var reversed: [TrackerKind: Set<String>] = [:]

  init(_ configuration: Configuration) {
    reversed[.script] = Set(configuration.scripts.filter(\.reverse).map(\.name))
    reversed[.bfd] = Set(configuration.bfdInstances.filter(\.reverse).map(\.name))
    reversed[.file] = Set(configuration.trackedFiles.filter(\.reverse).map(\.name))
    reversed[.process] = Set(configuration.trackedProcesses.filter(\.reverse).map(\.name))
    reversed[.probe] = Set(configuration.probes.filter(\.reverse).map(\.name))
  }

  /// The `track_…` blocks that make up what is tracked, in its order.
  func lists(_ references: [TrackerReference]) -> [ShownList] {
    var lists: [ShownList] = []
    // What a track_group makes of its routers is said by its own block.
    for reference in references where reference.kind != .group {
      let isReversed = reversed[reference.kind]?.contains(reference.name) ?? false
      let entry = ShownEntry(tracker: reference, isReversedByItself: isReversed)
      if lists.last?.keyword == reference.kind.block {
        lists[lists.count - 1].entries.append(entry)
      } else {
        lists.append(ShownList(keyword: reference.kind.block, entries: [entry]))
      }
    }
    return lists
  }
}

extension ShownProperty {
  /// What instances and groups track.
  static func tracking(_ lists: @escaping @Sendable (Owner) -> [ShownList]) -> ShownProperty<Owner> {
    var row = ShownProperty(isByKeyword: true) { subject in
      let lists = lists(subject)
      return lists.isEmpty ? .nothing : .lists(lists)
    }
    row.keywords = TrackerKind.allCases.filter { $0 != .group }.map(\.block)
    return row
  }
}

extension ShownProperty {
  /// The notify scripts that instances and groups have.
  static func notify(_ path: KeyPath<Owner, NotifyDefinition> & Sendable) -> [ShownProperty<Owner>] {
    [
      ShownProperty("notify_master") { .command("notify_master", $0[keyPath: path].master) },
      ShownProperty("notify_backup") { .command("notify_backup", $0[keyPath: path].backup) },
      ShownProperty("notify_fault") { .command("notify_fault", $0[keyPath: path].fault) },
      ShownProperty("notify_stop") { .command("notify_stop", $0[keyPath: path].stop) },
      ShownProperty("notify") { .command("notify", $0[keyPath: path].any) },
    ]
  }
}

extension ShownEntry {
  init(tracker: TrackerReference, isReversedByItself: Bool) {
    self.init(name: tracker.name)
    words += ["weight", .word("\(tracker.weight)")]
    if tracker.reverse != isReversedByItself { words.append(tracker.reverse ? "reverse" : "noreverse") }
  }

  init(peer: UnicastPeer) {
    self.init(name: "\(peer.address)")
    if peer.minimumTTL > 0 { words += ["min_ttl", .word("\(peer.minimumTTL)")] }
    if peer.maximumTTL < 255 { words += ["max_ttl", .word("\(peer.maximumTTL)")] }
  }

  /// An address as `virtual_ipaddress` and `static_ipaddress` list it. One with a peer has no length of its own.
  init(address: VirtualAddress) {
    let prefix = address.prefix
    self.init(
      key: "\(prefix.address)", words: [.word(address.peer == nil ? "\(prefix)" : "\(prefix.address)")])
    func add(_ option: ShownWord, _ value: (some CustomStringConvertible)?) {
      if let value { words += [option, .word("\(value)")] }
    }
    add("dev", address.interface)
    if address.scope != 0 { add("scope", Self.scopes[address.scope] ?? "\(address.scope)") }
    add("label", address.label)
    add("brd", address.broadcast)
    add("peer", address.peer)
    if !address.skipsDuplicateDetection { words.append("-nodad") }
    if address.noPrefixRoute { words.append("noprefixroute") }
    if address.isHome { words.append("home") }
    if address.managesTemporary { words.append("mngtmpaddr") }
    if address.joinsMulticast { words.append("autojoin") }
    if !address.isTracked { words.append("no_track") }
    if address.asksForVirtualMAC { words.append("use_vmac") }
    if address.preferredLifetime != VirtualAddress(prefix: prefix).preferredLifetime {
      add("preferred_lft", address.preferredLifetime.map { "\($0)" } ?? "forever")
    }
  }

  private static let scopes: [UInt8: String] = [200: "site", 253: "link", 254: "host", 255: "nowhere"]

  /// A route as it is written; `nil` for anything else.
  init?(route definition: KernelEntryDefinition) {
    guard case .route = definition.content else { return nil }
    self.init(written: definition.text)
  }

  /// A rule as it is written, with the preference that it has got; `nil` for anything else.
  init?(rule definition: KernelEntryDefinition) {
    guard case .rule(let rule) = definition.content else { return nil }
    self.init(written: definition.text)
    let names: Set<ShownWord> = ["preference", "order", "priority"]
    if names.isDisjoint(with: words) { words += ["preference", .word("\(rule.preference)")] }
  }

  /// A static address; `nil` for anything else.
  init?(staticAddress definition: KernelEntryDefinition) {
    guard case .address(let address) = definition.content else { return nil }
    self.init(address: address)
    if let group = definition.trackGroup { words += ["track_group", .word(group)] }
  }

  private init(written text: String) {
    self.init(key: text, words: text.split(separator: " ").map { .word(String($0)) })
  }
}
