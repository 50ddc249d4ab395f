import ConfigurationModel
import NetworkTypes

/// Lines of blocks of values, in the notation of the file.
extension ShownEntry {
  package init(peer: UnicastPeer) {
    self.init(name: "\(peer.address)")
    if peer.minimumTTL > 0 { words += ["min_ttl", .word("\(peer.minimumTTL)")] }
    if peer.maximumTTL < 255 { words += ["max_ttl", .word("\(peer.maximumTTL)")] }
  }

  /// An address in the notation of `virtual_ipaddress` and `static_ipaddress`. With a peer it has no prefix length of its own.
  package init(address: VirtualAddress) {
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

  /// A route as written; `nil` for any other entry.
  package init?(route definition: KernelEntryDefinition) {
    guard case .route = definition.content else { return nil }
    self.init(written: definition.text)
  }

  /// A rule as written, with its preference; `nil` for any other entry.
  package init?(rule definition: KernelEntryDefinition) {
    guard case .rule(let rule) = definition.content else { return nil }
    self.init(written: definition.text)
    let names: Set<ShownWord> = ["preference", "order", "priority"]
    if names.isDisjoint(with: words) { words += ["preference", .word("\(rule.preference)")] }
  }

  /// A static address; `nil` for any other entry.
  package init?(staticAddress definition: KernelEntryDefinition) {
    guard case .address(let address) = definition.content else { return nil }
    self.init(address: address)
    if let group = definition.trackGroup { words += ["track_group", .word(group)] }
  }

  private init(written text: String) {
    self.init(key: text, words: text.split(separator: " ").map { .word(String($0)) })
  }
}
