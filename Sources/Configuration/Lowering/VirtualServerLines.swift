import ConfigurationSyntax
import NetworkTypes

/// Checks the blocks of LVS load balancing, which martlet does not run, so that one check of the file reports every mistake in it.
extension Lowering {
  /// Checks a statement of LVS outside all blocks or in `global_defs`, and its block.
  func checkLoadBalancing(_ statement: Statement, _ row: Keyword) {
    switch (row.block, row.name) {
    case ("", "virtual_server"): checkVirtualServer(statement)
    case ("", "virtual_server_group"): checkServerGroup(statement)
    case ("global_defs", "lvs_sync_daemon"): checkSyncDaemon(statement)
    case ("global_defs", "lvs_timeouts"): checkTimeouts(statement)
    default: check(statement, row)
    }
  }

  /// Reports a fault in a part of LVS: keepalived goes on without the line or the block, and martlet without all of LVS.
  func reportServer(_ id: String, _ message: String, at span: SourceSpan, suggestion: String? = nil) {
    diagnostics.report(.warning, id, message, at: span, suggestion: suggestion)
  }

  // MARK: Virtual servers

  /// Checks `virtual_server IP [PORT] | fwmark N | group NAME`.
  private func checkVirtualServer(_ statement: Statement) {
    guard let family = serviceFamily(statement) else { return }
    var server = VirtualServer(family: family)
    // Packets of a mark have any protocol, and the services of a group may be marks.
    server.hasProtocol = family == nil
    forEachLine(of: statement) { check($0, $1, in: &server) }
    checkCompleted(server, statement)
  }

  /// The family of a virtual server; `.some(nil)` if its service has none, and `nil` if the block is skipped.
  private func serviceFamily(_ statement: Statement) -> AddressFamily?? {
    let words = statement.arguments
    guard let first = words.first else {
      reportServer(
        "missing-argument", "virtual_server needs an address, fwmark NUMBER or group NAME; the block is skipped",
        at: statement.span)
      return nil
    }
    if first == "fwmark" || first == "group" {
      guard let value = words.dropFirst().first else {
        reportServer("missing-argument", "\(first.text) needs a value after it; the block is skipped", at: first.span)
        return nil
      }
      if first == "group" {
        serverGroupUses.append(Located(value.text, value.span))
      } else if !isNumber(value, 0...4_294_967_295) {
        reportServer(
          "bad-value", "fwmark '\(value.text)' is not a whole number from 0 to 4294967295; the block is skipped",
          at: value.span)
        return nil
      }
      return .some(nil)
    }
    guard let address = endpoint(words, "virtual_server") else { return nil }
    return .some(address.family)
  }

  /// The address of `IP [PORT]`; `nil`, with a finding, for anything else.
  private func endpoint(_ words: ArraySlice<Word>, _ keyword: String) -> IPAddress? {
    guard let first = words.first else { return nil }
    guard let address = IPAddress(first.text) else {
      reportServer(
        "bad-address", "\(keyword): '\(first.text)' is not an IP address; it is skipped", at: first.span,
        suggestion: first.bytes.contains(UInt8(ascii: ":")) && first.bytes.contains(UInt8(ascii: "."))
          ? "write the port after a blank" : nil)
      return nil
    }
    if let port = words.dropFirst().first, !isNumber(port, 0...65_535) {
      reportServer(
        "bad-value", "\(keyword): '\(port.text)' is not a port from 0 to 65535; it is skipped", at: port.span)
      return nil
    }
    return address
  }

  private func check(_ child: Statement, _ row: Keyword, in server: inout VirtualServer) {
    switch row.name {
    case "real_server": checkRealServer(child, in: &server)
    case "sorry_server": _ = endpoint(child.arguments, row.name)
    case "lb_kind", "lvs_method", "sorry_server_lvs_method":
      let isTunnel = checkForwarding(child)
      if row.name != "sorry_server_lvs_method" { server.hasMethod = true }
      if isTunnel { server.isTunnel = true }
    case "persistence_granularity": checkGranularity(child, server.family ?? nil)
    default:
      check(child, row)
      server.note(row.name, child.arguments.first.flatMap { Self.wholeNumber($0.bytes) })
    }
  }

  /// Checks `NAT | DR | TUN [type TYPE] …`; true for a tunnel.
  private func checkForwarding(_ statement: Statement) -> Bool {
    var words = statement.arguments[...]
    guard let kind = words.popFirst() else { return false }
    guard ["NAT", "DR", "TUN"].contains(kind.text) else {
      let upper = kind.text.uppercased()
      reportServer(
        "bad-value", "'\(kind.text)' is not a way of forwarding; the line is ignored", at: kind.span,
        suggestion: ["NAT", "DR", "TUN"].contains(upper) ? "write \(upper), in capitals" : "write NAT, DR or TUN")
      return false
    }
    while let word = words.popFirst() {
      switch word.text {
      case "type", "port":
        let value = words.popFirst()
        let isGood =
          word == "type"
          ? ["ipip", "gue", "gre"].contains(value?.text ?? "") : value.map { isNumber($0, 1...65_535) } ?? false
        if !isGood {
          reportServer("bad-value", "\(word.text) \(value?.text ?? "") is not an option of a tunnel", at: word.span)
        }
      case "csum", "nocsum", "remcsum": break
      default:
        reportServer("unknown-option", "'\(word.text)' is not an option of a tunnel; it is ignored", at: word.span)
      }
    }
    return kind == "TUN"
  }

  private func checkGranularity(_ statement: Statement, _ family: AddressFamily?) {
    guard let word = statement.arguments.first else { return }
    let isMask = IPAddress(word.text)?.family == .ipv4
    let isLength = isNumber(word, 1...(family == .ipv4 ? 32 : 128))
    guard !(family == .ipv6 ? isLength : isMask || isLength) else { return }
    reportServer(
      "bad-value",
      "persistence_granularity: '\(word.text)' is neither a netmask nor a prefix length; the line is ignored",
      at: word.span)
  }

  /// Reports what keepalived fills in or changes in a complete block.
  private func checkCompleted(_ server: VirtualServer, _ statement: Statement) {
    guard server.realServers > 0 else {
      reportServer("no-real-servers", "the virtual_server has no real_server; it is ignored", at: statement.span)
      return
    }
    var missing: [String] = []
    if !server.hasProtocol { missing.append("protocol, which becomes UDP") }
    if !server.hasScheduler { missing.append("lb_algo, which becomes wlc") }
    if !server.hasMethod { missing.append("lb_kind, which becomes NAT") }
    if !missing.isEmpty {
      reportServer(
        "virtual-server-defaults", "the virtual_server does not say its \(missing.joined(separator: ", nor its "))",
        at: statement.span)
    }
    if let quorum = server.quorum, quorum > server.weights {
      reportServer(
        "quorum-range", "quorum \(quorum) is above the weights of all real servers; it becomes \(server.weights)",
        at: child("quorum", of: statement)?.span ?? statement.span)
    }
    if let hysteresis = server.hysteresis, hysteresis >= server.quorum ?? 1 {
      reportServer(
        "quorum-range", "hysteresis \(hysteresis) is not below quorum \(server.quorum ?? 1)",
        at: child("hysteresis", of: statement)?.span ?? statement.span)
    }
  }

  // MARK: Real servers

  private func checkRealServer(_ statement: Statement, in server: inout VirtualServer) {
    guard let address = endpoint(statement.arguments, "real_server") else { return }
    if let family = server.family, address.family != family, !server.isTunnel, child("lvs_method", of: statement) == nil
    {
      reportServer(
        "mixed-families",
        "\(address) is \(address.family.name) and the virtual_server \(family.name); the real_server is skipped",
        at: statement.span)
      return
    }
    server.realServers += 1
    server.addWeight(number(after: "weight", of: statement))
    forEachLine(of: statement) { line, row in
      switch row.form {
      case .block: checkChecker(line, row)
      case _ where row.name == "lvs_method": _ = checkForwarding(line)
      default: check(line, row)
      }
    }
  }

  /// Calls `judge` for each line of an LVS block that is a keyword with the words that it needs.
  func forEachLine(of statement: Statement, _ judge: (Statement, Keyword) -> Void) {
    withSiblings(statement.children) {
      for line in statement.children {
        guard let row = row(of: line) else { continue }
        // The only deprecated keyword of LVS that keepalived warns of.
        if row.name == "nb_get_retry" { noteDeprecation(line, row) }
        if checkWords(line, row) { judge(line, row) }
      }
    }
  }

  /// The whole number after a keyword of a block.
  func number(after keyword: StaticString, of statement: Statement) -> Int? {
    child(keyword, of: statement)?.arguments.first.flatMap { Self.wholeNumber($0.bytes) }
  }

  /// True when a word is a whole number in a range.
  func isNumber(_ word: Word, _ range: ClosedRange<Int>) -> Bool {
    Self.wholeNumber(word.bytes).map(range.contains) ?? false
  }

  // MARK: Groups and global settings

  /// Checks the entries of `virtual_server_group`.
  private func checkServerGroup(_ statement: Statement) {
    guard let name = name(of: statement) else { return }
    serverGroups.insert(name.value)
    if statement.children.isEmpty {
      reportServer(
        "no-real-servers", "virtual_server_group \(name.value) has no entries; it is left out", at: name.span)
    }
    for line in statement.children { checkGroupEntry(line) }
  }

  private func checkGroupEntry(_ line: Statement) {
    let first = line.words[0]
    if first == "fwmark" {
      guard let mark = line.words.dropFirst().first, isNumber(mark, 0...4_294_967_295) else {
        reportServer(
          "bad-value", "fwmark needs a whole number from 0 to 4294967295; the line is ignored", at: first.span)
        return
      }
      return
    }
    let parts = first.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let start = parts.first.flatMap { IPAddress(String($0)) ?? IPPrefix(String($0))?.address }
    guard let start else {
      reportServer(
        "bad-address", "'\(first.text)' is neither an address nor a range of addresses; it is skipped", at: first.span)
      return
    }
    if parts.count == 2, !Self.isRangeEnd(String(parts[1]), after: start) {
      reportServer(
        "address-range", "the end of '\(first.text)' is not an address above its start; the line is skipped",
        at: first.span
      )
    }
    if let port = line.words.dropFirst().first, !isNumber(port, 0...65_535) {
      reportServer("bad-value", "'\(port.text)' is not a port from 0 to 65535; the line is skipped", at: port.span)
    }
  }

  /// True when a text is an address above `start`, or a greater last part for it.
  private static func isRangeEnd(_ text: String, after start: IPAddress) -> Bool {
    if let end = IPAddress(text) { return end.family == start.family && start < end }
    let radix = start.family == .ipv4 ? 10 : 16
    let last = start.family == .ipv4 ? start.low & 0xFF : start.low & 0xFFFF
    guard let number = UInt64(text, radix: radix) else { return false }
    return number > last && number <= (start.family == .ipv4 ? 0xFF : 0xFFFF)
  }

  private func checkTimeouts(_ statement: Statement) {
    var words = statement.arguments[...]
    if words.isEmpty {
      reportServer(
        "missing-argument", "lvs_timeouts needs tcp, tcpfin or udp with a number of seconds", at: statement.span)
    }
    while let word = words.popFirst() {
      let isKnown = ["tcp", "tcpfin", "udp"].contains(word.text)
      guard isKnown, let value = words.popFirst(), isNumber(value, 0...2_678_400) else {
        reportServer(
          "bad-value",
          "lvs_timeouts: '\(word.text)' needs to be tcp, tcpfin or udp, and a number from 0 to 2678400 after it",
          at: word.span)
        return
      }
    }
  }

  /// Checks `lvs_sync_daemon IFNAME [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]`.
  private func checkSyncDaemon(_ statement: Statement) {
    var words = statement.arguments[...]
    guard let interface = words.popFirst() else { return }
    if !Self.canNameInterface(interface) {
      reportServer("interface-name", "'\(interface.text)' cannot be the name of an interface", at: interface.span)
    }
    let ranges = ["id": 0...255, "maxlen": 1...65_507, "port": 1...65_535, "ttl": 1...255]
    while let word = words.popFirst() {
      if let range = ranges[word.text] {
        guard let value = words.popFirst(), isNumber(value, range) else {
          reportServer(
            "bad-value", "\(word.text) needs a number from \(range.lowerBound) to \(range.upperBound) after it",
            at: word.span)
          return
        }
      } else if word == "group" {
        guard let value = words.popFirst(), IPAddress(value.text)?.isMulticast == true else {
          reportServer("not-multicast", "group needs a multicast address after it", at: word.span)
          return
        }
      } else {
        let name = word == "inst" ? words.popFirst() ?? word : word
        if !isNumber(name, 0...255) { syncDaemonInstance = Located(name.text, name.span) }
      }
    }
  }
}

/// Facts about a virtual server, collected while its lines are checked.
private struct VirtualServer {
  var family: AddressFamily?
  var isTunnel = false
  var hasProtocol = false
  var hasScheduler = false
  var hasMethod = false
  var realServers = 0
  var quorum: Int?
  var hysteresis: Int?
  private var defaultWeight = 1
  private(set) var weights = 0

  init(family: AddressFamily?) { self.family = family }

  mutating func note(_ keyword: String, _ number: Int?) {
    switch keyword {
    case "protocol": hasProtocol = true
    case "lb_algo", "lvs_sched": hasScheduler = true
    case "quorum": quorum = number
    case "hysteresis": hysteresis = number
    case "weight": defaultWeight = min(2_147_483_647, max(1, number ?? 1))
    default: break
    }
  }

  mutating func addWeight(_ weight: Int?) {
    weights = min(Int.max / 4, weights + min(2_147_483_647, max(0, weight ?? defaultWeight)))
  }
}
