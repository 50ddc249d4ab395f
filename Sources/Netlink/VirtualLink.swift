import CNetlink
import NetworkTypes

/// Macvlan with a virtual router's MAC address (RFC 9568 section 7.3).
package struct VirtualLink: Sendable, Hashable {
  package var name: String
  /// Interface below.
  package var lower: InterfaceIndex
  /// Link-layer address of the link.
  package var mac: MACAddress

  package init(name: String, lower: InterfaceIndex, mac: MACAddress) {
    self.name = name
    self.lower = lower
    self.mac = mac
  }

  /// Beginning of the alias by which links of martlet are recognised.
  static let mark = "martlet"

  /// Whether `link` is this one, made by an earlier engine.
  package func matches(_ link: LinkState) -> Bool {
    link.name == name && link.isMartlets && link.lower == lower && link.mac == mac
  }

  /// Reason for which an existing link of the same name, which martlet did not make, cannot be used; `nil` if it can,
  /// such as one that a killed keepalived left.
  package func obstacle(in link: LinkState, lowerName: String) -> String? {
    if link.kind != "macvlan" { return "it is \(link.kind.map { "a \($0)" } ?? "hardware") and no macvlan" }
    if link.lower != lower { return "it is not above \(lowerName)" }
    if link.mac != mac { return "its MAC address is \(link.mac.map { "\($0)" } ?? "none") and not \(mac)" }
    return nil
  }
}

extension LinkState {
  /// Whether martlet made the link.
  package var isMartlets: Bool { kind == "macvlan" && alias?.hasPrefix(VirtualLink.mark) == true }
}

/// ARP settings of an interface (ip-sysctl of Linux).
struct ARPTreatment: Hashable {
  /// `arp_ignore`: 1 answers for its own addresses only, 0 for all addresses of the host.
  var ignore: UInt32
  /// `arp_filter`: 1 answers only if the reply would leave by this interface.
  var filter: UInt32
  /// `arp_announce`: 2 asks with its own addresses as source only, 0 with the packet's source.
  var announce: UInt32

  /// Settings of an interface below a virtual MAC address: it neither answers for an address of the virtual one nor
  /// asks with it as source, since both would teach neighbours the interface's own MAC address.
  static let belowVirtualMAC = ARPTreatment(ignore: 1, filter: 1, announce: 2)

  init(ignore: UInt32, filter: UInt32, announce: UInt32) {
    self.ignore = ignore
    self.filter = filter
    self.announce = announce
  }

  /// Settings recorded in a link's alias, to be restored when the link is removed.
  init?(alias: String) {
    let words = alias.split(separator: " ")
    let values = words.dropFirst().compactMap { UInt32($0) }
    guard words.first == VirtualLink.mark[...], words.count == 4, values.count == 3 else { return nil }
    self.init(ignore: values[0], filter: values[1], announce: values[2])
  }

  var alias: String { "\(VirtualLink.mark) \(ignore) \(filter) \(announce)" }
}
