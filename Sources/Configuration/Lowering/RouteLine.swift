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
    try settleDestination()
    try settleGateways()
    dropIPv6Properties()
    route.originator = line.originator(originator, isTracked: route.isTracked)
    return route
  }

  private mutating func readDestination(_ word: Word) throws(LineRefused) {
    guard destination == nil, !isDefault else {
      throw line.unknown(word, among: RouteOption.allCases.map(\.rawValue))
    }
    switch word.text {
    case "default", "any", "all": isDefault = true
    case "default6":
      isDefault = true
      line.lowering.diagnostics.report(
        .note, "deprecated", "default6 is deprecated", at: word.span, suggestion: "write inet6 default",
        replacement: "inet6 default")
      try line.settle(.ipv6, at: word)
    default:
      if let kind = Self.kinds[word.text] {
        route.kind = Route.Kind(rawValue: kind)
      } else {
        destination = try line.prefix(word)
      }
    }
  }

  private mutating func settleDestination() throws(LineRefused) {
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

  private mutating func dropIPv6Properties() {
    guard route.family == .ipv4, route.preference != nil || route.expiry != nil else { return }
    line.lowering.diagnostics.report(
      .warning, "ipv6-only-option", "pref and expires are for IPv6 routes only; they are ignored", at: line.span)
    route.preference = nil
    route.expiry = nil
  }

  /// A second gateway makes a route of two ways.
  private mutating func settleGateways() throws(LineRefused) {
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
    switch option {
    case .to: break
    case .inet: try line.settle(.ipv4, at: word)
    case .inet6: try line.settle(.ipv6, at: word)
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

  /// A gateway may be of the other family than the destination, if it says so before or the destination is given.
  private mutating func gateway(_ word: Word) throws(LineRefused) -> IPAddress {
    let says: AddressFamily? = line.takes("inet6") ? .ipv6 : line.takes("inet") ? .ipv4 : nil
    let value = try line.value(of: word)
    guard let address = IPAddress(value.text), says.map({ $0 == address.family }) ?? true else {
      throw line.bad(value, "not an \(says?.name ?? "IP") address")
    }
    // `default via inet6 ADDRESS` is how an IPv6 default route is written.
    if line.family == nil { try line.settle(address.family, at: value) }
    guard line.family?.value == address.family || line.family?.value == .ipv4 else {
      throw line.refused("mixed-families", "an IPv6 route has no IPv4 gateway", at: value.span)
    }
    return address
  }

  private mutating func readPreference(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    let names: [String: UInt8] = ["low": 3, "medium": 0, "high": 1]
    guard let preference = names[value.text] ?? KernelNames.number(value.bytes).flatMap({ UInt8(exactly: $0) }) else {
      throw line.bad(value, "neither low, medium, high nor a number from 0 to 255")
    }
    route.preference = preference
  }

  private mutating func readPropagation(_ word: Word) throws(LineRefused) {
    let value = try line.value(of: word)
    guard value == "enabled" || value == "disabled" else { throw line.bad(value, "neither enabled nor disabled") }
    route.propagatesTimeToLive = value == "enabled"
  }

  private mutating func readNextHops() throws(LineRefused) {
    var hop = Route.NextHop()
    while let word = line.next() {
      switch word.text {
      case "nexthop":
        route.nextHops.append(hop)
        hop = Route.NextHop()
      case "via": hop.gateway = try gateway(word)
      case "dev": hop.interface = try line.interface(of: word)
      case "weight": hop.weight = try line.number(of: word, in: 1...256)
      case "onlink": hop.isOnLink = true
      case "realms": hop.realms = try line.realms(of: word)
      case "encap": hop.encapsulation = try line.encapsulation(of: word)
      default:
        throw line.refused(
          "unknown-option", "'\(word.text)' is no option of a next hop", at: word.span,
          suggestion: "options of the route itself stand before the first nexthop")
      }
    }
    route.nextHops.append(hop)
  }

  /// A property of connections, by the kernel's number and unit.
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
      guard feature == "ecn" else { throw line.bad(feature, "no feature of a route; there is ecn") }
      value = .number(1)
    default: value = .number(try line.number(of: word, in: 0...UInt32.max))
    }
    route.metrics.append(Route.Metric(kind: kind, value: value, isLocked: isLocked))
  }

  /// A time with `s` or `ms` after it, or a plain number of the kernel's unit.
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
      throw line.bad(value, "no time; write milliseconds as 200ms, or seconds as 3s")
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

/// The words of a route.
private enum RouteOption: String, CaseIterable {
  case to, inet, inet6, src, via, gw, or, from, `as`, tos, dsfield, table, `protocol`, scope, metric, priority,
    preference
  case dev, oif, onlink, encap, vrf, expires, realms, pref, add, append, prepend, nexthop
  case mtu, hoplimit, advmss, rtt, rttvar, reordering, window, cwnd, ssthresh, initcwnd, initrwnd, features, quickack,
    congctl
  case ttlPropagate = "ttl-propagate"
  case rtoMin = "rto_min"
  case fastopen = "fastopen_no_cookie"
  case noTrack = "no_track"
  case trackGroup = "track_group"

  var mayBeLocked: Bool {
    switch self {
    case .mtu, .advmss, .rtt, .rttvar, .reordering, .cwnd, .ssthresh, .rtoMin, .congctl: true
    default: false
    }
  }

  /// The kernel's number of a property (`RTAX_*`).
  var metric: UInt8 {
    switch self {
    case .mtu: 2
    case .window: 3
    case .rtt: 4
    case .rttvar: 5
    case .ssthresh: 6
    case .cwnd: 7
    case .advmss: 8
    case .reordering: 9
    case .hoplimit: 10
    case .initcwnd: 11
    case .features: 12
    case .rtoMin: 13
    case .initrwnd: 14
    case .quickack: 15
    case .congctl: 16
    case .fastopen: 17
    default: 0
    }
  }
}
