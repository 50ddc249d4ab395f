import NetworkTypes

/// Kernel settings that keep addresses from answering on interfaces that martlet does not set up.
package enum KernelSettings {
  /// A setting that keeps an address from answering.
  package struct Finding: Sendable, Hashable {
    /// Name of the affected interface of the configuration.
    package var interface: String
    /// The setting and its effect, in a sentence without a full stop.
    package var message: String
    /// The remedy.
    package var suggestion: String
  }

  /// An interface with addresses.
  private struct Carrier: Hashable {
    var name: String
    /// The interface below, if martlet makes and sets up this one.
    var lower: String?
    var family: AddressFamily
    /// True when an address is alone in its network.
    var isAlone: Bool
  }

  /// The least value of `arp_ignore` that answers for no address; only the lowest bits are defined.
  private static let answersNothing = 4

  /// The settings that keep addresses from answering, each once.
  /// - Parameter setting: Gives the number of a setting by the parts of its name; `nil` if there is no such setting.
  package static func findings(of configuration: Configuration, setting: ([String]) -> Int?) -> [Finding] {
    var seen: Set<Finding> = []
    return carriers(in: configuration).flatMap { carrier in
      switch carrier.family {
      case .ipv4: requests(on: carrier, setting) + filter(on: carrier, setting)
      case .ipv6: disabled(on: carrier, setting)
      }
    }.filter { seen.insert($0).inserted }
  }

  private static func carriers(in configuration: Configuration) -> [Carrier] {
    var seen: Set<Carrier> = []
    return configuration.routers.flatMap { router in
      (router.addresses + router.excludedAddresses).map { address in
        let interface = address.interface ?? router.interface
        let family = address.prefix.address.family
        let own = interface == router.interface && family == router.family ? router.virtualMAC : nil
        let made = address.virtualMAC ?? own
        return Carrier(
          name: made?.interface ?? interface, lower: made == nil ? nil : interface, family: family,
          isAlone: address.prefix.length == family.addressBits)
      }
    }.filter { $0.name != "lo" && !$0.name.isEmpty && seen.insert($0).inserted }
  }

  /// Checks `arp_ignore`: the greater value of all interfaces and of the interface itself counts.
  private static func requests(on carrier: Carrier, _ setting: ([String]) -> Int?) -> [Finding] {
    // martlet sets 1 on interfaces that it makes.
    let names = carrier.lower == nil ? ["all", carrier.name] : ["all"]
    return names.compactMap { name in
      guard let value = setting(["net", "ipv4", "conf", name, "arp_ignore"]) else { return nil }
      let result: String
      if value >= answersNothing {
        result = "nobody is told where an address on \(carrier.name) is"
      } else if value == 2, carrier.isAlone {
        result =
          "only hosts in the network of an address are told where it is, and /32 on \(carrier.name) is not a network"
      } else {
        return nil
      }
      return finding("net.ipv4.conf.\(dotless(name)).arp_ignore", value, result, wanted: 1, carrier)
    }
  }

  /// Checks `arp_filter`: it is on if either value is.
  private static func filter(on carrier: Carrier, _ setting: ([String]) -> Int?) -> [Finding] {
    guard let lower = carrier.lower, let value = setting(["net", "ipv4", "conf", "all", "arp_filter"]), value != 0
    else { return [] }
    return [
      finding(
        "net.ipv4.conf.all.arp_filter", value,
        "\(carrier.name) tells nobody where its address is as long as packets to them leave by \(lower)", wanted: 0,
        carrier)
    ]
  }

  private static func disabled(on carrier: Carrier, _ setting: ([String]) -> Int?) -> [Finding] {
    // martlet sets this on interfaces that it makes, and reports if it cannot.
    guard carrier.lower == nil, let value = setting(["net", "ipv6", "conf", carrier.name, "disable_ipv6"]), value != 0
    else { return [] }
    return [
      finding(
        "net.ipv6.conf.\(dotless(carrier.name)).disable_ipv6", value,
        "the kernel takes no IPv6 address on \(carrier.name)",
        wanted: 0, carrier)
    ]
  }

  private static func finding(
    _ name: String, _ value: Int, _ result: String, wanted: Int, _ carrier: Carrier
  ) -> Finding {
    Finding(
      interface: carrier.lower ?? carrier.name, message: "\(name) is \(value): \(result)",
      suggestion: "set it to \(wanted) (sysctl -w \(name)=\(wanted), and in a file of /etc/sysctl.d)")
  }

  /// A name in the notation of sysctl(8), which has a slash for a dot within a name.
  private static func dotless(_ name: String) -> String { String(name.map { $0 == "." ? "/" : $0 }) }
}
