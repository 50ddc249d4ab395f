import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A host's configuration beside those of others.
struct ComparedHost {
  var path: String
  var lowering: Lowering
}

/// One virtual router as two hosts have it.
struct RouterPair {
  /// A host's part in it.
  struct Half {
    var host: ComparedHost
    var draft: InstanceReading

    /// What a finding calls it.
    var name: String { draft.name.value }
    /// A place of the host's files, ready to be shown.
    func range(_ span: SourceSpan) -> SourceRange { host.lowering.diagnostics.shownRange(of: span) }
  }

  var first: Half
  var second: Half
}

/// A rule about one virtual router on two hosts.
protocol PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings)
}

/// What is found between hosts; both places stand in each finding.
struct PairFindings {
  private(set) var diagnostics: [Diagnostic] = []
  private var dropped = 0

  /// As many as one configuration shows.
  private static let limit = 2000

  /// Adds a finding that is placed in the second host's files, with a note in the first one's.
  mutating func report(
    _ severity: Severity, _ id: String, _ message: String, _ pair: RouterPair, at second: SourceSpan?,
    and first: SourceSpan?, note: String, suggestion: String
  ) {
    guard hasRoom(for: severity) else { return }
    diagnostics.append(
      Diagnostic(
        id: id, severity: severity, message: message, range: pair.second.range(second ?? pair.second.draft.name.span),
        notes: [.init(message: note, range: pair.first.range(first ?? pair.first.draft.name.span))],
        suggestion: suggestion))
  }

  /// Adds a finding about one host.
  mutating func report(
    _ severity: Severity, _ id: String, _ message: String, in host: ComparedHost, at span: SourceSpan,
    suggestion: String
  ) {
    guard hasRoom(for: severity) else { return }
    diagnostics.append(
      Diagnostic(
        id: id, severity: severity, message: message, range: host.lowering.diagnostics.shownRange(of: span),
        suggestion: suggestion))
  }

  private mutating func hasRoom(for severity: Severity) -> Bool {
    guard diagnostics.count >= (severity == .error ? 2 * Self.limit : Self.limit) else { return true }
    dropped += 1
    return false
  }

  /// All of them, with a last one that says how many more there were.
  func finish() -> [Diagnostic] {
    guard dropped > 0 else { return diagnostics }
    return diagnostics + [
      Diagnostic(id: "more-findings", severity: .note, message: "\(dropped) more findings are not shown")
    ]
  }
}

/// Compares the configurations of hosts that share virtual routers.
///
/// Two instances are one virtual router if they have an address in common, or else if VRID and name are the same; the family
/// is always.
struct HostComparison {
  private let hosts: [ComparedHost]
  private let pairs: [RouterPair]
  /// Positions of the instances that another host has too, by host.
  private let shared: [Set<Int>]

  private static var rules: [any PairRule.Type] {
    [
      PairNumbers.self, PairVersions.self, PairTransports.self, PairAuthentication.self, PairIntervals.self,
      PairAddresses.self, PairPriorities.self, PairWeights.self,
    ]
  }

  init(_ hosts: [ComparedHost]) {
    self.hosts = hosts
    var pairs: [RouterPair] = []
    var shared = hosts.map { _ in Set<Int>() }
    for second in hosts.indices {
      for first in 0..<second {
        for (left, right) in Self.matches(hosts[first].lowering.instances, hosts[second].lowering.instances) {
          shared[first].insert(left)
          shared[second].insert(right)
          pairs.append(
            RouterPair(
              first: .init(host: hosts[first], draft: hosts[first].lowering.instances[left]),
              second: .init(host: hosts[second], draft: hosts[second].lowering.instances[right])))
        }
      }
    }
    self.pairs = pairs
    self.shared = shared
  }

  /// Whether two hosts have a router in common.
  var hasCommonRouters: Bool { !pairs.isEmpty }

  /// Everything that is found.
  func check() -> [Diagnostic] {
    var findings = PairFindings()
    for pair in pairs {
      for rule in Self.rules { rule.check(pair, &findings) }
    }
    reportLoneRouters(&findings)
    return findings.finish()
  }

  /// A host that shares routers may have others that nobody would take over.
  private func reportLoneRouters(_ findings: inout PairFindings) {
    for (host, positions) in zip(hosts, shared) where !positions.isEmpty {
      for (position, draft) in host.lowering.instances.enumerated() where !positions.contains(position) {
        findings.report(
          .warning, "pair-lone-router", "no other host has \(draft.name.value), so nobody takes over from this one",
          in: host, at: draft.name.span,
          suggestion: "write a vrrp_instance with the same virtual_router_id and addresses on another host")
      }
    }
  }

  private struct NumberAndName: Hashable {
    var number: VirtualRouterID?
    var name: String
    var family: AddressFamily
  }

  /// Positions of instances that are one router; each is matched once.
  private static func matches(_ first: [InstanceReading], _ second: [InstanceReading]) -> [(Int, Int)] {
    var byAddress: [IPAddress: Int] = [:]
    var byName: [NumberAndName: Int] = [:]
    for (position, draft) in first.enumerated() {
      for address in draft.allAddresses where byAddress[address] == nil { byAddress[address] = position }
      byName[key(draft)] = position
    }
    var taken: Set<Int> = []
    var matches: [Int: Int] = [:]
    for (position, draft) in second.enumerated() {
      let match = draft.allAddresses.lazy.compactMap { byAddress[$0] }.first {
        first[$0].family == draft.family && !taken.contains($0)
      }
      guard let match else { continue }
      taken.insert(match)
      matches[position] = match
    }
    for (position, draft) in second.enumerated() where matches[position] == nil && draft.number != nil {
      guard let match = byName[key(draft)], taken.insert(match).inserted else { continue }
      matches[position] = match
    }
    return matches.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
  }

  private static func key(_ draft: InstanceReading) -> NumberAndName {
    NumberAndName(number: draft.number?.value, name: draft.name.value, family: draft.family)
  }
}

extension InstanceReading {
  /// The addresses that move with the router.
  fileprivate var allAddresses: [IPAddress] { (notes.addresses + notes.excludedAddresses).map(\.value.prefix.address) }
}
