import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Reads the entries of `virtual_ipaddress` and `virtual_ipaddress_excluded`.
extension Lowering {
  func readAddresses(_ statement: Statement, into block: inout InstanceReading, excluded: Bool) -> SourceSpan? {
    for line in statement.children {
      guard let address = virtualAddress(line) else {
        block.notes.lostAddress = true
        continue
      }
      if excluded {
        block.notes.excludedAddresses.append(Located(address, line.span))
      } else if setFamily(address.prefix.address.family, at: line.span, in: &block) {
        block.notes.addresses.append(Located(address, line.span))
      } else {
        block.notes.lostAddress = true
      }
    }
    return statement.span
  }

  /// The entries of `static_ipaddress`.
  func staticAddresses(_ statement: Statement) -> [KernelEntryDefinition] {
    statement.children.compactMap { line in
      let uses = trackGroupUses.count
      guard var address = virtualAddress(line) else { return nil }
      let trackGroup = trackGroupUses.dropFirst(uses).last?.value
      address.interface = address.interface ?? global.defaultInterface
      return KernelEntryDefinition(.address(address), text: EntryLine.text(of: line), trackGroup: trackGroup)
    }
  }

  private func virtualAddress(_ line: Statement) -> VirtualAddress? {
    guard let (prefix, hasLength) = prefix(line.words[0]) else { return nil }
    var address = VirtualAddress(prefix: prefix)
    var rest = line.words.dropFirst()
    var repeated = RepeatedOptions()
    while let word = rest.popFirst() {
      guard let option = AddressOption(rawValue: word.text) else {
        reportUnknown(word)
        continue
      }
      if option.needsValue, rest.isEmpty {
        diagnostics.report(
          .warning, "missing-argument", "\(word.text) needs a value after it; the address is left out", at: word.span
        )
        return nil
      }
      let value = option.needsValue ? rest.popFirst() : nil
      guard mayRepeat(option, word, value, &repeated) else { return nil }
      guard apply(option, word, value, hasLength, to: &address) else { return nil }
    }
    return address
  }

  /// Reports an option that stands twice; false when the address cannot be used because of it.
  private func mayRepeat(
    _ option: AddressOption, _ word: Word, _ value: Word?, _ repeated: inout RepeatedOptions
  ) -> Bool {
    // Flags mean the same twice, and a second peer is refused with what it names.
    guard let value, option != .peer else { return true }
    let meaning = option == .broadcast ? AddressOption.brd.rawValue : option.rawValue
    guard option == .dev, let earlier = repeated.earlier(meaning) else {
      repeated.note(word, as: meaning, value: value, self)
      return true
    }
    diagnostics.report(
      .warning, "option-twice", "an address is on one interface; with dev twice it is left out", at: word.span,
      notes: [("the first one is here", earlier)], suggestion: "take one of the two out")
    return false
  }

  private func prefix(_ word: Word) -> (IPPrefix, hasLength: Bool)? {
    let parts = word.bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(decoding: first, as: UTF8.self)) else {
      let meant = Self.withoutLeadingZeros(word)
      diagnostics.report(
        .warning, "bad-address", "'\(word.text)' is not an IP address; the line is left out",
        at: word.span,
        suggestion: Self.advice(for: meant)
          ?? (word.bytes.contains(UInt8(ascii: "$")) ? nil : "write ADDRESS/LENGTH, as 192.0.2.10/24"),
        replacement: meant)
      return nil
    }
    guard parts.count > 1 else { return (IPPrefix(host: address), false) }
    if let value = Self.wholeNumber(parts[1]), let length = UInt8(exactly: value),
      let prefix = IPPrefix(address, length: length)
    {
      return (prefix, true)
    }
    let mask = String(decoding: parts[1], as: UTF8.self)
    let bits = address.family.addressBits
    let meant = IPAddress(mask).flatMap(Self.maskLength).map { "\($0)" }
    diagnostics.report(
      .warning, "bad-prefix-length", "'\(mask)' is not a prefix length from 0 to \(bits); \(address)/\(bits) is used",
      at: word.part(after: parts[0].count + 1),
      suggestion: meant.map { "write \(address)/\($0)" }
        ?? "write the length of the network's prefix, as \(address)/\(bits == 32 ? 24 : 64)",
      replacement: meant)
    return (IPPrefix(host: address), true)
  }

  /// The prefix length of a dotted mask; `nil` for a mask that is none.
  private static func maskLength(_ mask: IPAddress) -> Int? {
    guard mask.family == .ipv4 else { return nil }
    let bits = UInt32(truncatingIfNeeded: mask.low)
    let length = (~bits).leadingZeroBitCount
    return bits == (length == 0 ? 0 : ~0 << (32 - UInt32(length))) ? length : nil
  }

  private func reportUnknown(_ word: Word) {
    let isAddress = IPPrefix(word.text) != nil
    let nearest = isAddress ? nil : diagnostics.option(word.text, among: AddressOption.allCases.map(\.rawValue))
    diagnostics.report(
      .warning, isAddress ? "two-addresses" : "unknown-option",
      isAddress
        ? "\(word.text) follows another address on its line; it is ignored"
        : "'\(word.text)' is not an option of an address; it is ignored",
      at: word.span,
      suggestion: isAddress
        ? "put each address on a line of its own"
        : nearest.map { "did you mean \($0)?" } ?? "take it out", replacement: Spelling.sure(nearest, for: word.text),
      changes: isAddress ? [.breakLine(before: word.span)] : [])
  }

  /// Applies one option; false when the address cannot be used with it.
  private func apply(
    _ option: AddressOption, _ word: Word, _ value: Word?, _ hasLength: Bool, to address: inout VirtualAddress
  ) -> Bool {
    let isIPv6 = address.prefix.address.family == .ipv6
    switch option {
    case .dev:
      guard let value, isInterfaceName(value) else { return false }
      noteInterface(value.text, at: value.span)
      address.interface = value.text
    case .scope, .label:
      guard let value else { return false }
      if isIPv6 {
        diagnostics.report(
          .warning, "ipv4-only-option", "\(word.text) has no meaning for an IPv6 address; it is ignored", at: word.span,
          suggestion: "take it out", changes: [.remove(word.span, through: value.span)])
        return true
      }
      return option == .label ? applyLabel(value, to: &address) : applyScope(value, to: &address)
    case .brd, .broadcast:
      guard let value else { return false }
      return applyBroadcast(value, to: &address)
    case .peer:
      guard let value else { return false }
      applyPeer(value, hasLength, to: &address)
    case .noDAD: address.skipsDuplicateDetection = false
    case .noprefixroute: address.noPrefixRoute = true
    case .preferredLifetime:
      guard let value else { return false }
      applyLifetime(value, to: &address)
    case .home: address.isHome = true
    case .mngtmpaddr: address.managesTemporary = true
    case .autojoin: address.joinsMulticast = true
    case .noTrack: address.isTracked = false
    case .trackGroup:
      if let value { trackGroupUses.append(Located(value.text, value.span)) }
    case .useVMAC: address.asksForVirtualMAC = true
    }
    return true
  }

  private func applyLabel(_ value: Word, to address: inout VirtualAddress) -> Bool {
    guard value.bytes.count <= 15 else {
      diagnostics.report(
        .warning, "label-too-long", "a label has at most 15 characters; the address is left out", at: value.span,
        suggestion: "write a shorter one; ip(8) wants the interface's name, a colon and a few letters")
      return false
    }
    address.label = value.text
    return true
  }

  private func applyScope(_ value: Word, to address: inout VirtualAddress) -> Bool {
    if let number = kernelNames.number(value, .scopes), let scope = UInt8(exactly: number) {
      noteOctal(value, is: number)
      address.scope = scope
    } else {
      diagnostics.report(
        .warning, "bad-value", "'\(value.text)' is not a scope; global is used", at: value.span,
        suggestion: "write global, link or host")
    }
    return true
  }

  private func applyBroadcast(_ value: Word, to address: inout VirtualAddress) -> Bool {
    let prefix = address.prefix
    guard prefix.address.family == .ipv4 else {
      diagnostics.report(
        .warning, "ipv4-only-option", "an IPv6 address has no broadcast; the address is left out", at: value.span)
      return false
    }
    if value == "+" || value == "-" {
      guard prefix.length <= 30, address.peer == nil else {
        diagnostics.report(
          .warning, "broadcast-prefix",
          "there is no broadcast in a network of /\(prefix.length) or with a peer; it is ignored",
          at: value.span)
        return true
      }
      let host = UInt32.max >> UInt32(prefix.length)
      let bits = UInt32(truncatingIfNeeded: prefix.address.low)
      address.broadcast = IPAddress(v4: value == "+" ? bits | host : bits & ~host)
      return true
    }
    guard address.peer == nil else {
      reportBroadcastWithPeer(value.span)
      return true
    }
    guard let broadcast = IPAddress(value.text), broadcast.family == .ipv4 else {
      diagnostics.report(
        .warning, "bad-address", "'\(value.text)' is not a broadcast address; the whole address is left out",
        at: value.span, suggestion: "write brd + for the network's own", replacement: Self.withoutLeadingZeros(value))
      return false
    }
    address.broadcast = broadcast
    return true
  }

  private func applyPeer(_ value: Word, _ hasLength: Bool, to address: inout VirtualAddress) {
    let family = address.prefix.address.family
    guard let peer = IPAddress(value.text), peer.family == family, address.peer == nil else {
      let meant = Self.withoutLeadingZeros(value) ?? value.text
      let plain = meant.split(separator: "/").first.map(String.init) ?? ""
      let isMeant = address.peer == nil && plain != value.text && IPAddress(plain)?.family == family
      diagnostics.report(
        .warning, "bad-value",
        "'\(value.text)' cannot be the peer of \(address.prefix.address); the address is put on without a peer",
        at: value.span, suggestion: isMeant ? "write peer \(plain), the address alone" : nil,
        replacement: isMeant ? plain : nil)
      return
    }
    if hasLength {
      diagnostics.report(
        .warning, "peer-with-prefix", "an address with a peer has no prefix length of its own; it is ignored",
        at: value.span)
      address.prefix = IPPrefix(host: address.prefix.address)
    }
    if address.broadcast != nil {
      reportBroadcastWithPeer(value.span)
      address.broadcast = nil
    }
    address.peer = peer
  }

  private func reportBroadcastWithPeer(_ span: SourceSpan) {
    diagnostics.report(
      .warning, "broadcast-prefix", "an address with a peer has no broadcast, which is ignored", at: span)
  }

  private func applyLifetime(_ value: Word, to address: inout VirtualAddress) {
    if value == "forever" {
      address.preferredLifetime = nil
    } else if let seconds = Self.wholeNumber(value.bytes).flatMap({ UInt32(exactly: $0) }) {
      address.preferredLifetime = seconds
    } else {
      diagnostics.report(
        .warning, "bad-value", "'\(value.text)' is neither a number of seconds nor forever; it is ignored",
        at: value.span)
    }
  }
}

/// The words that may follow an address.
private enum AddressOption: String, CaseIterable {
  case dev, scope, brd, broadcast, label, peer, home, mngtmpaddr, noprefixroute, autojoin
  case noDAD = "-nodad"
  case noTrack = "no_track"
  case trackGroup = "track_group"
  case preferredLifetime = "preferred_lft"
  case useVMAC = "use_vmac"

  var needsValue: Bool {
    switch self {
    case .dev, .scope, .brd, .broadcast, .label, .peer, .preferredLifetime, .trackGroup: true
    case .home, .mngtmpaddr, .noprefixroute, .autojoin, .noDAD, .noTrack, .useVMAC: false
    }
  }
}
