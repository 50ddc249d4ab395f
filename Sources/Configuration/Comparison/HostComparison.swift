import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A host's configuration beside those of others.
struct ComparedHost {
  var path: String
  var lowering: Lowering
}

/// One virtual router on two hosts.
struct RouterPair {
  /// The instance of one host.
  struct Half {
    var host: ComparedHost
    var router: InstanceReading

    /// The name that findings use.
    var name: String { router.name.value }
    /// A place in the host's files, in the form that findings show.
    func range(_ span: SourceSpan?) -> SourceRange {
      host.lowering.diagnostics.shownRange(of: span ?? router.name.span)
    }
  }

  var first: Half
  var second: Half

  /// The pair with the hosts exchanged.
  var turned: RouterPair { RouterPair(first: second, second: first) }
}

/// The findings of a comparison; each names a place of both hosts.
struct PairFindings {
  private(set) var diagnostics: [Diagnostic] = []
  private var dropped = 0

  /// The most findings kept, as many as one configuration shows.
  private static let limit = 2000

  /// Adds a finding placed in the second host's files, with a note in the first one's.
  mutating func report(
    _ severity: Severity, _ id: String, _ message: String, _ pair: RouterPair, at second: SourceSpan?,
    and first: SourceSpan?, note: String, suggestion: String? = nil
  ) {
    guard hasRoom(for: severity) else { return }
    diagnostics.append(
      Diagnostic(
        id: id, severity: severity, message: message, range: pair.second.range(second),
        notes: [.init(message: note, range: pair.first.range(first))], suggestion: suggestion
      ).withRemedy)
  }

  /// Adds a finding about a keyword of both hosts.
  mutating func report(
    _ severity: Severity, _ id: String, _ message: String, _ pair: RouterPair, at keyword: String, note: String,
    suggestion: String? = nil
  ) {
    report(
      severity, id, message, pair, at: pair.second.router.places[keyword], and: pair.first.router.places[keyword],
      note: note, suggestion: suggestion)
  }

  /// Adds the finding that no other host has the router.
  mutating func report(lone router: InstanceReading, of host: ComparedHost) {
    guard hasRoom(for: .warning) else { return }
    diagnostics.append(
      Diagnostic(
        id: "pair-lone-router", severity: .warning,
        message: "no other host has \(router.name.value), so nobody takes over from this one",
        range: host.lowering.diagnostics.shownRange(of: router.name.span)
      ).withRemedy)
  }

  private mutating func hasRoom(for severity: Severity) -> Bool {
    guard diagnostics.count >= (severity == .error ? 2 * Self.limit : Self.limit) else { return true }
    dropped += 1
    return false
  }

  /// All findings, with a last one that says how many more there were.
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
/// must be the same in any case.
struct HostComparison {
  private let hosts: [ComparedHost]
  private let pairs: [RouterPair]
  /// Positions of the instances that another host has too, by host.
  private let shared: [Set<Int>]

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
              first: .init(host: hosts[first], router: hosts[first].lowering.instances[left]),
              second: .init(host: hosts[second], router: hosts[second].lowering.instances[right])))
        }
      }
    }
    self.pairs = pairs
    self.shared = shared
  }

  /// True when two hosts have a router in common.
  var hasCommonRouters: Bool { !pairs.isEmpty }

  /// All findings.
  func check() -> [Diagnostic] {
    var findings = PairFindings()
    for pair in pairs { findings.check(pair) }
    // A host that shares some routers may have others that no host would take over.
    for (host, positions) in zip(hosts, shared) where !positions.isEmpty {
      for (position, router) in host.lowering.instances.enumerated() where !positions.contains(position) {
        findings.report(lone: router, of: host)
      }
    }
    return findings.finish()
  }

  private struct NumberAndName: Hashable {
    var number: VirtualRouterID?
    var name: String
    var family: AddressFamily

    init(_ router: InstanceReading) {
      (number, name, family) = (router.number?.value, router.name.value, router.family)
    }
  }

  /// Positions of instances that are one router; each instance is matched once.
  private static func matches(_ first: [InstanceReading], _ second: [InstanceReading]) -> [(Int, Int)] {
    var byAddress: [IPAddress: Int] = [:]
    var byName: [NumberAndName: Int] = [:]
    for (position, router) in first.enumerated() {
      for address in router.allAddresses.map(\.value.prefix.address) where byAddress[address] == nil {
        byAddress[address] = position
      }
      byName[NumberAndName(router)] = position
    }
    var taken: Set<Int> = []
    var matches: [Int: Int] = [:]
    for (position, router) in second.enumerated() {
      let match = router.allAddresses.lazy.compactMap { byAddress[$0.value.prefix.address] }.first {
        first[$0].family == router.family && !taken.contains($0)
      }
      guard let match else { continue }
      taken.insert(match)
      matches[position] = match
    }
    for (position, router) in second.enumerated() where matches[position] == nil && router.number != nil {
      guard let match = byName[NumberAndName(router)], taken.insert(match).inserted else { continue }
      matches[position] = match
    }
    return matches.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
  }
}

extension InstanceReading {
  /// The addresses that move with the router.
  var allAddresses: [Located<VirtualAddress>] { notes.addresses + notes.excludedAddresses }
}
