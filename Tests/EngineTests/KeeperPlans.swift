import Configuration
import ConfigurationModel
import NetworkTypes
import Testing
import VRRPCore

@testable import Engine

/// A router of a plan for keepers.
struct KeptRouter: Sendable {
  var addresses: [String] = []
  var ownsAddresses = false
  var entries: [KernelEntryDefinition] = []
}

extension Plan {
  static let eth0 = InterfaceIndex(rawValue: 2)
  static let eth1 = InterfaceIndex(rawValue: 3)

  /// A plan of routers on `eth0`; an address that ends in `%eth1` is on that one.
  init(_ routers: [KeptRouter], entries: [KernelEntryDefinition] = []) throws {
    var configuration = Configuration()
    configuration.staticEntries = entries
    configuration.routers = try routers.enumerated().map { number, router in
      let core = VirtualRouterConfiguration(
        virtualRouterID: try #require(VirtualRouterID(UInt8(number + 1))), version: .v3,
        priority: router.ownsAddresses ? .owner : .standard, interval: .seconds(1))
      let family: AddressFamily = router.addresses.first?.contains(":") == true ? .ipv6 : .ipv4
      var definition = VirtualRouterDefinition(name: "VI_\(number + 1)", interface: "eth0", core: core, family: family)
      let addresses = try router.addresses.map { text in
        let parts = text.split(separator: "%")
        var address = VirtualAddress(prefix: try #require(IPPrefix(String(parts[0]))))
        address.interface = parts.count > 1 ? String(parts[1]) : nil
        return address
      }
      // An advert has room for so many.
      definition.addresses = Array(addresses.prefix(20))
      definition.excludedAddresses = Array(addresses.dropFirst(20))
      definition.entries = router.entries
      return definition
    }
    try self.init(configuration, interfaces: ["eth0": Self.eth0, "eth1": Self.eth1])
  }
}
