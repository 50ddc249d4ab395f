import CNetlink
import NetworkTypes

/// A macvlan that carries a virtual router's MAC address (RFC 9568 section 7.3).
public struct VirtualLink: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// The interface below.
  public var lower: InterfaceIndex
  /// Its link-layer address.
  public var mac: MACAddress

  /// A link from its parts.
  public init(name: String, lower: InterfaceIndex, mac: MACAddress) {
    self.name = name
    self.lower = lower
    self.mac = mac
  }

  /// How links of martlet's making are known again.
  static let mark = "martlet"

  /// Whether `link` is this one, made by an engine before.
  public func matches(_ link: LinkState) -> Bool {
    link.name == name && link.isMartlets && link.lower == lower && link.mac == mac
  }

  /// What keeps a link of this one's name, which martlet did not make, from being used in its place; `nil` if nothing does, as with
  /// one that a killed keepalived left.
  public func obstacle(in link: LinkState, lowerName: String) -> String? {
    if link.kind != "macvlan" { return "it is \(link.kind.map { "a \($0)" } ?? "hardware") and no macvlan" }
    if link.lower != lower { return "it is not above \(lowerName)" }
    if link.mac != mac { return "its MAC address is \(link.mac.map { "\($0)" } ?? "none") and not \(mac)" }
    return nil
  }
}

extension LinkState {
  /// Whether martlet made it.
  public var isMartlets: Bool { kind == "macvlan" && alias?.hasPrefix(VirtualLink.mark) == true }
}

/// How an interface treats ARP (Linux' ip-sysctl).
struct ARPTreatment: Hashable {
  /// `arp_ignore`: 1 answers for its own addresses only, 0 for all of the host's.
  var ignore: UInt32
  /// `arp_filter`: 1 answers only if the reply would leave by it.
  var filter: UInt32
  /// `arp_announce`: 2 asks in the name of its own addresses only, 0 in that of the packet's source.
  var announce: UInt32

  /// What an interface below a virtual MAC address needs: neither answers nor questions of its own for an address that the
  /// virtual one has, since both would teach neighbours its own MAC address.
  static let belowVirtualMAC = ARPTreatment(ignore: 1, filter: 1, announce: 2)

  init(ignore: UInt32, filter: UInt32, announce: UInt32) {
    self.ignore = ignore
    self.filter = filter
    self.announce = announce
  }

  /// From a link's alias, which keeps it for the day when the link goes.
  init?(alias: String) {
    let words = alias.split(separator: " ")
    let values = words.dropFirst().compactMap { UInt32($0) }
    guard words.first == VirtualLink.mark[...], words.count == 4, values.count == 3 else { return nil }
    self.init(ignore: values[0], filter: values[1], announce: values[2])
  }

  var alias: String { "\(VirtualLink.mark) \(ignore) \(filter) \(announce)" }
}
