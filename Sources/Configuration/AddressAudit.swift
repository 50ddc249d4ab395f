import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Checks that a host can send the adverts of a configuration and answer for its addresses.
enum AddressAudit {
  static func diagnostics(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    settings(of: loaded, on: host) + sources(of: loaded, on: host)
  }

  private static func settings(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    KernelSettings.findings(of: loaded.configuration, setting: host.kernelSetting).map { finding in
      Diagnostic(
        id: "kernel-setting", severity: .warning, message: finding.message,
        range: place(of: finding.interface, in: loaded), suggestion: finding.suggestion)
    }
  }

  /// The routers that have no address to send from. A router's floating address does not count: every host has it in turn.
  private static func sources(of loaded: LoadedConfiguration, on host: some HostFacts) -> [Diagnostic] {
    let virtual = Set(
      loaded.configuration.routers.flatMap { ($0.addresses + $0.excludedAddresses).map(\.prefix.address) })
    guard let all = host.interfaceNames?.map({ host.addresses(on: $0) ?? [] }) else { return [] }
    return loaded.configuration.routers.compactMap { router in
      guard let own = host.addresses(on: router.interface), router.core.priority != .owner else { return nil }
      let reason: String
      if let source = router.sourceAddress {
        guard !all.contains(where: { $0.contains(source) }) else { return nil }
        let others = own.filter { $0.family == router.family && !virtual.contains($0) }
        let words = others.isEmpty ? "no address of its own" : others.map { "\($0)" }.joined(separator: ", ")
        reason =
          "this host has no address \(source), which \(router.name) is to send from; \(router.interface) has \(words)"
      } else {
        let usable = own.filter {
          $0.family == router.family && (router.family == .ipv4 || router.isUnicast || $0.isLinkLocal)
        }
        guard !usable.contains(where: { !virtual.contains($0) }) else { return nil }
        let floating = usable.map { "\($0) floats, so no host may send from it" }.joined(separator: "; ")
        let kind = router.family == .ipv4 ? "IPv4 address" : router.isUnicast ? "IPv6 address" : "link-local address"
        reason =
          "\(router.interface) has no \(kind) of its own that \(router.name) could send from"
          + (floating.isEmpty ? "" : ": \(floating)")
      }
      return Diagnostic(
        id: "source-absent", severity: .warning, message: "\(reason); the router is in FAULT until there is one",
        range: place(of: router.interface, in: loaded),
        suggestion: "give \(router.interface) an address of this host's own, or write one that it has")
    }
  }

  private static func place(of interface: String, in loaded: LoadedConfiguration) -> SourceRange? {
    loaded.requirements.interfaces.first { $0.name == interface }?.range
  }
}
