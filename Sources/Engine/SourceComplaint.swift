import NetworkTypes

extension InterfaceTable {
  /// Reason for which a router has no source address: which one is missing, and why the existing ones cannot be used.
  /// - Parameter virtual: the addresses that routers of this configuration claim.
  func complaint(of router: PlannedRouter, virtual: Set<IPAddress>) -> String {
    SourceComplaint(
      configured: router.configuredSource, family: router.family,
      needsLinkLocal: router.family == .ipv6 && !router.isUnicast,
      interface: router.interfaceName
    ).sentence(
      for: self[router.interface]?.addresses ?? [], virtual: virtual,
      isElsewhere: router.configuredSource.map(isKnown) ?? false)
  }

  /// True if any interface has the address, ready for use or not.
  private func isKnown(_ address: IPAddress) -> Bool {
    interfaces.values.contains { $0.addresses.contains { $0.prefix.address == address } }
  }
}

/// Reason for which a router has no source address.
struct SourceComplaint {
  /// Address in `unicast_src_ip` or `mcast_src_ip`.
  let configured: IPAddress?
  let family: AddressFamily
  /// True if only a link-local address can be used.
  let needsLinkLocal: Bool
  /// Name of the router's interface.
  let interface: String

  /// Sentence with the reason.
  /// - Parameters:
  ///   - addresses: all addresses of the interface.
  ///   - isElsewhere: whether any interface has the configured address, though not ready for use.
  func sentence(for addresses: [InterfaceAddress], virtual: Set<IPAddress>, isElsewhere: Bool) -> String {
    let own = addresses.filter { $0.prefix.address.family == family }
    guard let configured else {
      let kind = needsLinkLocal ? "link-local address" : "\(family == .ipv4 ? "IPv4" : "IPv6") address"
      let reasons = own.map { reason(against: $0, virtual) }
      return "no \(kind) on \(interface) to send from" + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", "))
    }
    if isElsewhere {
      return "the source address \(configured) is not ready: duplicate address detection runs, or has found a duplicate"
    }
    let names = own.map { "\($0.prefix.address)" }
    return "no interface has the source address \(configured)"
      + (names.isEmpty ? "" : "; \(interface) has \(names.joined(separator: ", ")), from which no peer expects adverts")
  }

  private func reason(against address: InterfaceAddress, _ virtual: Set<IPAddress>) -> String {
    let name = "\(address.prefix.address)"
    if virtual.contains(address.prefix.address) { return "\(name) is a virtual address, which any host may have" }
    if address.isTentative { return "\(name) is not ready (duplicate address detection)" }
    return "\(name) is not link-local"
  }
}
