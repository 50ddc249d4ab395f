import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// The entries of `virtual_rules` or `static_rules`.
  func rules(_ statement: Statement) -> [KernelEntryDefinition] {
    statement.children.compactMap { line in
      var reader = RuleLine(EntryLine(line, subject: "rule", self))
      return (try? reader.read()).map {
        KernelEntryDefinition(.rule($0), text: EntryLine.text(of: line), trackGroup: reader.line.trackGroup)
      }
    }
  }

  /// Takes the next preference for a rule without one: keepalived counts down from here.
  fileprivate func takeRulePreference() -> UInt32 {
    let preference = nextRulePreference
    if nextRulePreference > 1 { nextRulePreference -= 1 }
    return preference
  }
}

/// Reads one line of `virtual_rules` or `static_rules` in the manner of ip-rule(8).
private struct RuleLine {
  private(set) var line: EntryLine
  private var rule = RoutingRule(family: .ipv4, action: .nothing, preference: 0)
  private var action: Located<RoutingRule.Action>?
  private var preference: UInt32?
  private var originator: Located<UInt8>?
  /// The first word that has a meaning only with a table.
  private var needsTable: Word?

  init(_ line: EntryLine) {
    self.line = line
  }

  mutating func read() throws(LineRefused) -> RoutingRule {
    while let word = line.next() {
      guard let option = RuleOption(rawValue: word.text) else {
        throw line.unknown(word, among: RuleOption.allCases.map(\.rawValue))
      }
      try apply(option, word)
    }
    guard let action else {
      throw line.refused(
        "no-action", "a rule needs something to do", at: line.span, suggestion: "write table NAME, or what else it does"
      )
    }
    rule.family = line.family?.value ?? .ipv4
    if rule.family == .ipv6, rule.realms != nil {
      throw line.refused("ipv4-only-option", "realms are for IPv4 rules only", at: line.span)
    }
    rule.action = action.value
    try checkTable(action)
    choosePreference()
    if case .goTo(let target) = action.value, target <= rule.preference {
      throw line.refused(
        "goto-backwards",
        "goto \(target) does not lead to a rule after this one, which has preference \(rule.preference)",
        at: action.span)
    }
    rule.originator = line.originator(originator, isTracked: rule.isTracked)
    return rule
  }

  private mutating func choosePreference() {
    if let preference {
      rule.preference = preference
      return
    }
    rule.preference = line.lowering.takeRulePreference()
    line.lowering.diagnostics.report(
      .warning, "no-preference", "the rule names no preference and gets \(rule.preference)", at: line.span,
      suggestion: "write preference NUMBER; the rule with the lowest comes first")
  }

  private func checkTable(_ action: Located<RoutingRule.Action>) throws(LineRefused) {
    if case .lookUp(let table) = action.value {
      guard table == 0 else { return }
      throw line.refused("bad-value", "0 is not a table", at: action.span)
    }
    if let needsTable {
      throw line.refused("needs-table", "\(needsTable.text) has a meaning only with table", at: needsTable.span)
    }
  }

  private mutating func set(_ new: RoutingRule.Action, _ word: Word) throws(LineRefused) {
    guard action == nil else {
      throw line.refused("two-actions", "the rule has something to do already", at: word.span)
    }
    action = Located(new, word.span)
  }

  private mutating func apply(_ option: RuleOption, _ word: Word) throws(LineRefused) {
    if let meaning = option.meaning { line.noteRepetition(of: word, as: meaning) }
    switch option {
    case .inet, .inet6:
      line.noteFamilyWord(word)
      try line.setFamily(option == .inet ? .ipv4 : .ipv6, at: word)
    case .from: rule.from = try network(word)
    case .to: rule.to = try network(word)
    case .not: rule.isInverted = true
    case .table, .lookup: try set(.lookUp(table: try line.named(.tables, of: word)), word)
    case .l3mdev: try set(.lookUpMaster, word)
    case .goto: try set(.goTo(preference: try line.number(of: word, in: 0...UInt32.max)), word)
    case .nop: try set(.nothing, word)
    case .blackhole: try set(.blackhole, word)
    case .unreachable: try set(.unreachable, word)
    case .prohibit: try set(.prohibit, word)
    case .type: try readType(word)
    case .preference, .order, .priority: preference = try line.numberOfAnyBase(of: word)
    case .noTrack: rule.isTracked = false
    case .protocol: try readOriginator(word)
    case .trackGroup: try line.readTrackGroup(word)
    default: try readSelector(option, word)
    }
  }

  private mutating func readSelector(_ option: RuleOption, _ word: Word) throws(LineRefused) {
    switch option {
    case .tos, .dsfield: rule.typeOfService = UInt8(try line.named(.services, of: word, through: 255))
    case .fwmark: rule.mark = try mark(word)
    case .realms:
      needsTable = needsTable ?? word
      rule.realms = try line.realms(of: word)
    case .suppressPrefixLength, .suppressPrefixLengthShort:
      needsTable = needsTable ?? word
      rule.suppressedPrefixLength = try line.number(of: word, in: 0...128)
    case .suppressGroup, .suppressGroupShort:
      needsTable = needsTable ?? word
      rule.suppressedInterfaceGroup = try line.named(.groups, of: word)
    case .iif, .dev: rule.inputInterface = try line.interface(of: word)
    case .oif: rule.outputInterface = try line.interface(of: word)
    case .tunnelID: rule.tunnelKey = try line.number(of: word, in: 0...UInt64.max)
    case .uidrange: rule.users = try line.range(of: word)
    case .ipproto: rule.ipProtocol = try ipProtocol(word)
    case .sport: rule.sourcePorts = try line.ports(of: word)
    case .dport: rule.destinationPorts = try line.ports(of: word)
    default: break
    }
  }

  /// A network; `nil` for every one.
  private mutating func network(_ word: Word) throws(LineRefused) -> IPPrefix? {
    let value = try line.value(of: word)
    return value == "all" || value == "any" || value == "default" ? nil : try line.prefix(value)
  }

  private mutating func mark(_ word: Word) throws(LineRefused) -> RoutingRule.Mark {
    let value = try line.value(of: word)
    let numbers = value.bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
      .map { KernelNames.number($0) }
    guard let mark = numbers.first ?? nil, numbers.count == 1 || numbers[1] != nil else {
      throw line.bad(value, "not a mark; write VALUE or VALUE/MASK")
    }
    line.lowering.noteOctal(value, is: mark)
    return RoutingRule.Mark(value: mark, mask: numbers.count == 2 ? numbers[1] : nil)
  }

  /// Reads a number; keepalived takes no names here and leaves the rule out.
  private mutating func readOriginator(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    if let number = KernelNames.decimal(value.bytes).flatMap({ UInt8(exactly: $0) }) {
      originator = Located(number, word.span)
      return
    }
    let meant = line.lowering.kernelNames.number(value, .protocols).flatMap { UInt8(exactly: $0) }.map { "\($0)" }
    throw line.refused(
      "bad-value", "'\(value.text)' is not a number from 0 to 255, and the protocol of a rule cannot be a name",
      at: value.span,
      suggestion: meant.map { "write protocol \($0)" }, replacement: meant)
  }

  private mutating func readType(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    switch value.text {
    case "blackhole": try set(.blackhole, value)
    case "unreachable": try set(.unreachable, value)
    case "prohibit": try set(.prohibit, value)
    default: throw line.bad(value, "neither blackhole, unreachable nor prohibit")
    }
  }

  private mutating func ipProtocol(_ word: Word) throws(LineRefused) -> UInt8 {
    let names: [String: UInt8] = [
      "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58,
      "icmpv6": 58,
      "vrrp": 112, "sctp": 132,
    ]
    let value = try line.value(of: word)
    if value == "icmpv6" {
      line.lowering.diagnostics.report(
        .warning, "bad-value", "keepalived knows no icmpv6, so that its rule is for every protocol; ipv6-icmp is used",
        at: value.span, suggestion: "write ipv6-icmp", replacement: "ipv6-icmp")
    }
    guard let number = names[value.text] ?? KernelNames.decimal(value.bytes).flatMap({ UInt8(exactly: $0) }) else {
      throw line.bad(value, "neither a protocol's name nor its number")
    }
    return number
  }
}

/// The words of a rule.
private enum RuleOption: String, CaseIterable {
  case inet, inet6, from, to, not, table, lookup, preference, order, priority, tos, dsfield, fwmark, realms
  case iif, dev, oif, uidrange, l3mdev, `protocol`, ipproto, sport, dport, type, goto, nop, blackhole, unreachable,
    prohibit
  case suppressPrefixLength = "suppress_prefixlength"
  case suppressPrefixLengthShort = "sup_pl"
  case suppressGroup = "suppress_ifgroup"
  case suppressGroupShort = "sup_group"
  case tunnelID = "tunnel-id"
  case noTrack = "no_track"
  case trackGroup = "track_group"

  /// The name shared by options that replace each other; `nil` for options that may be repeated, and for actions.
  var meaning: String? {
    switch self {
    case .inet, .inet6, .not, .noTrack, .table, .lookup, .l3mdev, .type, .goto, .nop, .blackhole, .unreachable,
      .prohibit:
      nil
    case .dev: "iif"
    case .dsfield: "tos"
    case .order, .priority: "preference"
    case .suppressPrefixLengthShort: "suppress_prefixlength"
    case .suppressGroupShort: "suppress_ifgroup"
    default: rawValue
    }
  }
}
