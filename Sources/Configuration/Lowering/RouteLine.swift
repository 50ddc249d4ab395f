import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// The entries of `virtual_routes` or `static_routes`.
  func routes(_ statement: Statement) -> [KernelEntryDefinition] {
    statement.children.compactMap { line in
      var reader = RouteLine(EntryLine(line, subject: "route", self))
      return (try? reader.read()).map {
        KernelEntryDefinition(.route($0), text: EntryLine.text(of: line), trackGroup: reader.line.trackGroup)
      }
    }
  }
}

/// Reads one line of `virtual_routes` or `static_routes` in the manner of ip-route(8).
private struct RouteLine {
  private(set) var line: EntryLine
  private var route = Route(destination: IPPrefix(host: IPAddress(v4: 0)))
  private var destination: IPPrefix?
  private var isDefault = false
  /// True when `inet` or `inet6` has been read.
  private var saysFamily = false
  private var secondGateway: IPAddress?
  private var originator: Located<UInt8>?

  private static let kinds: [String: UInt8] = [
    "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5, "blackhole": 6, "unreachable": 7,
    "prohibit": 8, "throw": 9, "nat": 10, "xresolve": 11,
  ]

  init(_ line: EntryLine) {
    self.line = line
  }

  mutating func read() throws(LineRefused) -> Route {
    while let word = line.next() {
      if let option = RouteOption(rawValue: word.text) {
        try apply(option, word)
      } else {
        try readDestination(word)
      }
    }
    try resolveDestination()
    try convertSecondGateway()
    try checkFamilyOfOptions()
    route.originator = line.originator(originator, isTracked: route.isTracked)
    return route
  }

  private mutating func readDestination(_ word: Word) throws(LineRefused) {
    guard destination == nil, !isDefault else {
      throw line.unknown(word, among: RouteOption.allCases.map(\.rawValue))
    }
    switch word.text {
    case "default", "any", "all":
      isDefault = true
      noteLateDefault(word)
    case "default6":
      isDefault = true
      line.lowering.diagnostics.report(
        .note, "deprecated", "default6 is deprecated", at: word.span, suggestion: "write ::/0", replacement: "::/0")
      try line.setFamily(.ipv6, at: word)
    default:
      if let kind = Self.kinds[word.text] {
        route.kind = Route.Kind(rawValue: kind)
      } else {
        destination = try line.prefix(word)
      }
    }
  }

  /// Reports `default` after an address: keepalived then reads it as an IPv6 destination.
  private func noteLateDefault(_ word: Word) {
    guard line.family != nil, !saysFamily else { return }
    line.lowering.diagnostics.report(
      .warning, "word-order", "keepalived refuses '\(word.text)' after an address, and so the route", at: word.span,
      suggestion: "write \(word.text) first on the line")
  }

  private mutating func resolveDestination() throws(LineRefused) {
    let family = line.family?.value ?? .ipv4
    guard isDefault else {
      guard let destination else {
        throw line.refused("no-destination", "a route needs a destination", at: line.span)
      }
      route.destination = destination
      return
    }
    let any = family == .ipv4 ? IPAddress(v4: 0) : IPAddress(v6High: 0, low: 0)
    if let prefix = IPPrefix(any, length: 0) { route.destination = prefix }
  }

  /// Refuses options of the other family, as keepalived does.
  private mutating func checkFamilyOfOptions() throws(LineRefused) {
    if route.family == .ipv4, route.preference != nil || route.expiry != nil {
      throw line.refused("ipv6-only-option", "pref and expires are for IPv6 routes only", at: line.span)
    }
    if route.family == .ipv6, route.realms != nil || route.nextHops.contains(where: { $0.realms != nil }) {
      throw line.refused("ipv4-only-option", "realms are for IPv4 routes only", at: line.span)
    }
  }

  /// Turns two gateways into two next hops.
  private mutating func convertSecondGateway() throws(LineRefused) {
    guard let secondGateway else {
      if !route.nextHops.isEmpty, route.gateway != nil {
        throw line.refused(
          "gateway-and-nexthop", "a route has either one gateway or a list of next hops", at: line.span)
      }
      return
    }
    for gateway in [route.gateway, secondGateway].compactMap(\.self) {
      var hop = Route.NextHop()
      hop.gateway = gateway
      hop.interface = route.interface
      route.nextHops.append(hop)
    }
    route.gateway = nil
    route.interface = nil
  }

  private mutating func apply(_ option: RouteOption, _ word: Word) throws(LineRefused) {
    if let meaning = option.meaning { line.noteRepetition(of: word, as: meaning) }
    switch option {
    case .to: break
    case .inet, .inet6:
      saysFamily = true
      line.noteFamilyWord(word)
      try line.setFamily(option == .inet ? .ipv4 : .ipv6, at: word)
    case .src: route.source = try line.address(of: word)
    case .via: route.gateway = try gateway(word)
    case .gw:
      line.lowering.diagnostics.report(
        .warning, "deprecated", "gw is deprecated", at: word.span, suggestion: "write via", replacement: "via")
      route.gateway = try gateway(word)
    case .or:
      line.lowering.diagnostics.report(
        .warning, "deprecated", "or is deprecated", at: word.span,
        suggestion: "write nexthop via ADDRESS for each gateway"
      )
      secondGateway = try gateway(word)
    case .from:
      route.from = try line.prefix(try line.value(of: word))
      guard route.from?.address.family == .ipv6 else {
        throw line.refused("ipv6-only-option", "from is for IPv6 routes only", at: word.span)
      }
    case .as: try skipMapping(word)
    case .tos, .dsfield: route.typeOfService = UInt8(try line.named(.services, of: word, through: 255))
    case .table:
      // The kernel takes 0 for the main table too.
      let table = try line.named(.tables, of: word)
      route.table = table == 0 ? RoutingTable.main : table
    case .protocol:
      originator = Located(UInt8(try line.named(.protocols, of: word, through: 255)), word.span)
    case .scope: route.scope = UInt8(try line.named(.scopes, of: word, through: 255))
    case .metric, .priority, .preference: route.priority = try line.number(of: word, in: 0...UInt32.max)
    case .dev, .oif: route.interface = try line.interface(of: word)
    case .onlink: route.isOnLink = true
    case .expires: route.expiry = try line.number(of: word, in: 0...UInt32.max)
    case .realms: route.realms = try line.realms(of: word)
    case .pref: try readPreference(word)
    case .ttlPropagate: try readPropagation(word)
    case .add: route.placement = .only
    case .append: route.placement = .last
    case .prepend: route.placement = .first
    case .nexthop: try readNextHops()
    case .noTrack: route.isTracked = false
    case .trackGroup: try line.readTrackGroup(word)
    case .encap: route.encapsulation = try line.encapsulation(of: word)
    case .vrf:
      throw line.refused(
        "not-yet", "martlet does not have vrf of a route yet", at: word.span,
        suggestion: Keyword.Advice.routeDomain.text)
    default: try readMetric(option, word)
    }
  }

  private mutating func skipMapping(_ word: Word) throws(LineRefused) {
    _ = line.takes("to")
    _ = try line.value(of: word)
    line.lowering.diagnostics.report(
      .warning, "no-effect", "as has no meaning in a route; it is ignored, as keepalived does", at: word.span)
  }

  private mutating func gateway(_ word: Word) throws(LineRefused) -> IPAddress {
    let says: AddressFamily? = line.takes("inet6") ? .ipv6 : line.takes("inet") ? .ipv4 : nil
    let value = try line.value(of: word)
    guard let address = IPAddress(value.text), says.map({ $0 == address.family }) ?? true else {
      throw line.badAddress(value, "not an \(says?.name ?? "IP") address")
    }
    // `default via inet6 ADDRESS` is how an IPv6 default route is written.
    try line.setFamily(address.family, at: value)
    return address
  }

  private mutating func readPreference(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    let names: [String: UInt8] = ["low": 3, "medium": 0, "high": 1]
    guard let preference = names[value.text] ?? KernelNames.decimal(value.bytes).flatMap({ UInt8(exactly: $0) }) else {
      throw line.bad(value, "neither low, medium, high nor a number from 0 to 255")
    }
    route.preference = preference
  }

  private mutating func readPropagation(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    guard value == "enabled" || value == "disabled" else { throw line.bad(value, "neither enabled nor disabled") }
    route.propagatesTimeToLive = value == "enabled"
  }

  /// Reads the next hops, which end the line. Hops before an unusable one stay, as with keepalived.
  private mutating func readNextHops() throws(LineRefused) {
    let whole = line.leftOut
    var goesOn = true
    while goesOn {
      if !route.nextHops.isEmpty { line.leftOut = "this next hop and what follows it are left out" }
      line.forgetRepetitions()
      do {
        var hop = Route.NextHop()
        goesOn = try readNextHop(into: &hop)
        route.nextHops.append(hop)
      } catch {
        guard !route.nextHops.isEmpty else { throw error }
        while line.next() != nil {}
        goesOn = false
      }
    }
    line.leftOut = whole
  }

  /// Reads one next hop; true when another one follows.
  private mutating func readNextHop(into hop: inout Route.NextHop) throws(LineRefused) -> Bool {
    while let word = line.next() {
      if word == "nexthop" { return true }
      if word == "via" || word == "dev" || word == "weight" || word == "realms" {
        line.noteRepetition(of: word, as: word.text)
      }
      switch word.text {
      case "via": hop.gateway = try gateway(word)
      case "dev": hop.interface = try line.interface(of: word)
      case "weight": hop.weight = try line.number(of: word, in: 1...256)
      case "onlink": hop.isOnLink = true
      case "realms": hop.realms = try line.realms(of: word)
      case "encap": hop.encapsulation = try line.encapsulation(of: word)
      default:
        // keepalived keeps the hop and ignores what follows.
        line.leftOut = "it and what follows it are ignored"
        _ = line.refused(
          "unknown-option", "'\(word.text)' is not an option of a next hop", at: word.span,
          suggestion: "options of the route itself stand before the first nexthop")
        while line.next() != nil {}
      }
    }
    return false
  }

  /// Reads a metric (`RTAX_*`), in the kernel's unit.
  private mutating func readMetric(_ option: RouteOption, _ word: Word) throws(LineRefused) {
    let isLocked = option.mayBeLocked && line.takes("lock")
    let kind = option.metric
    let value: Route.Metric.Value
    switch option {
    case .rtt: value = .number(try time(word, perMillisecond: 8))
    case .rttvar: value = .number(try time(word, perMillisecond: 4))
    case .rtoMin: value = .number(try time(word, perMillisecond: 1))
    case .hoplimit: value = .number(try line.number(of: word, in: 0...255))
    case .quickack, .fastopen: value = .number(try line.number(of: word, in: 0...1))
    case .congctl: value = .name(try line.value(of: word).text)
    case .features:
      let feature = try line.value(of: word)
      guard feature == "ecn" else { throw line.bad(feature, "not a feature of a route; the only one is ecn") }
      value = .number(1)
    default: value = .number(try line.number(of: word, in: 0...UInt32.max))
    }
    route.metrics.append(Route.Metric(kind: kind, value: value, isLocked: isLocked))
  }

  /// Reads a time with `s` or `ms`, or a plain number in the kernel's unit.
  private mutating func time(_ word: Word, perMillisecond: UInt64) throws(LineRefused)
    -> UInt32
  {
    let value = try line.value(of: word)
    let text = value.text
    let units: [(suffix: String, factor: UInt64)] = [("ms", perMillisecond), ("s", perMillisecond * 1000)]
    let unit = units.first { text.hasSuffix($0.suffix) }
    let digits = value.bytes.dropLast(unit?.suffix.count ?? 0)
    // A time with a unit may have a fraction.
    guard let millionths = Lowering.millionths(digits), unit != nil || millionths % 1_000_000 == 0,
      case let (scaled, false) = UInt64(millionths).multipliedReportingOverflow(by: unit?.factor ?? 1),
      let time = UInt32(exactly: scaled / 1_000_000)
    else {
      throw line.bad(value, "not a time; write milliseconds as 200ms, or seconds as 3s")
    }
    let bounds = UInt32(200 * perMillisecond)...UInt32(120_000 * perMillisecond)
    guard bounds.contains(time) else {
      let used = min(max(time, bounds.lowerBound), bounds.upperBound)
      line.lowering.diagnostics.report(
        .warning, "route-time",
        "\(word.text) \(value.text) is outside 200 ms to 120 s; \(UInt64(used) / perMillisecond) ms is used",
        at: value.span)
      return used
    }
    return time
  }
}
