import CNetlink
import Glibc
import NetworkTypes

/// Change reported by the kernel.
package enum NetlinkEvent: Sendable, Hashable {
  /// An interface appeared or changed.
  case link(LinkState)
  /// An interface was removed, with all its addresses.
  case linkRemoved(InterfaceIndex, name: String)
  /// An address appeared or changed.
  case addressAdded(AddressState)
  /// An address was removed.
  case addressRemoved(AddressState)
  /// A route was removed. Reported only by a monitor that watches routing.
  case routeRemoved(RouteIdentity)
  /// A rule was removed. Reported only by a monitor that watches routing.
  case ruleRemoved
  /// Changes were lost. Known state is out of date until ``NetlinkMonitor/snapshot()`` has been taken.
  case overrun
}

extension NetlinkEvent {
  /// Event of a message; `nil` if it is of no interest or incomplete.
  init?(_ message: NetlinkMessage) {
    switch message.type {
    case Int(RTM_NEWLINK):
      guard let link = LinkState(message) else { return nil }
      self = .link(link)
    case Int(RTM_DELLINK):
      guard let link = LinkState(message) else { return nil }
      self = .linkRemoved(link.index, name: link.name)
    case Int(RTM_NEWADDR):
      guard let address = AddressState(message) else { return nil }
      self = .addressAdded(address)
    case Int(RTM_DELADDR):
      guard let address = AddressState(message) else { return nil }
      self = .addressRemoved(address)
    case Int(RTM_DELROUTE):
      guard let route = RouteIdentity(message) else { return nil }
      self = .routeRemoved(route)
    case Int(RTM_DELRULE):
      self = .ruleRemoved
    default:
      return nil
    }
  }
}

/// Properties by which most routes can be told apart.
package struct RouteIdentity: Sendable, Hashable {
  /// Destination network.
  package var destination: IPPrefix
  /// Routing table.
  package var table: UInt32

  package init(destination: IPPrefix, table: UInt32) {
    self.destination = destination
    self.table = table
  }

  init?(_ message: NetlinkMessage) {
    guard let fixed = message.payload(as: rtmsg.self), let family = AddressFamily(kernelNumber: Int32(fixed.rtm_family))
    else { return nil }
    // A message about the default route has no destination.
    var address = family == .ipv4 ? IPAddress(v4: 0) : IPAddress(v6High: 0, low: 0)
    var table = UInt32(fixed.rtm_table)
    message.forEachAttribute(afterFixedBytes: MemoryLayout<rtmsg>.size) { type, attribute in
      switch type {
      case Int(RTA_DST.rawValue): address = attribute.address(family) ?? address
      case Int(RTA_TABLE.rawValue): table = attribute.uint32 ?? table
      default: break
      }
    }
    guard let prefix = IPPrefix(address, length: fixed.rtm_dst_len) else { return nil }
    destination = prefix
    self.table = table
  }
}

extension LinkState {
  init?(_ message: NetlinkMessage) {
    // A bridge reports its ports with the same message types but its own family. They are no links of their own.
    guard let fixed = message.payload(as: ifinfomsg.self), fixed.ifi_family == UInt8(AF_UNSPEC), fixed.ifi_index > 0
    else { return nil }
    var link = LinkState(
      index: InterfaceIndex(rawValue: fixed.ifi_index), name: "", mtu: 0, flags: LinkFlags(rawValue: fixed.ifi_flags),
      hardwareType: fixed.ifi_type)
    message.forEachAttribute(afterFixedBytes: MemoryLayout<ifinfomsg>.size) { type, attribute in
      switch type {
      case Int(IFLA_IFNAME): link.name = attribute.text
      case Int(IFLA_ADDRESS): link.mac = attribute.mac
      case Int(IFLA_MTU): link.mtu = attribute.uint32 ?? 0
      case Int(IFLA_LINK): link.lower = Self.index(attribute)
      case Int(IFLA_IFALIAS): link.alias = attribute.text
      case Int(IFLA_MASTER): link.master = Self.index(attribute)
      case Int(IFLA_LINKINFO):
        attribute.forEachNested { if $0 == Int(IFLA_INFO_KIND) { link.kind = $1.text } }
      default: break
      }
    }
    guard !link.name.isEmpty else { return nil }
    self = link
  }

  private static func index(_ attribute: NetlinkAttribute) -> InterfaceIndex? {
    attribute.uint32.flatMap { Int32(exactly: $0) }.flatMap { $0 > 0 ? InterfaceIndex(rawValue: $0) : nil }
  }
}

extension AddressState {
  init?(_ message: NetlinkMessage) {
    guard let fixed = message.payload(as: ifaddrmsg.self), let index = Int32(exactly: fixed.ifa_index), index > 0,
      let family = AddressFamily(kernelNumber: Int32(fixed.ifa_family))
    else { return nil }
    var local: IPAddress?
    var address: IPAddress?
    var rest = AddressState(
      prefix: IPPrefix(host: IPAddress(v4: 0)), interface: InterfaceIndex(rawValue: index),
      scope: AddressScope(rawValue: fixed.ifa_scope), flags: AddressFlags(rawValue: UInt32(fixed.ifa_flags)))
    message.forEachAttribute(afterFixedBytes: MemoryLayout<ifaddrmsg>.size) { type, attribute in
      switch type {
      case Int(IFA_LOCAL): local = attribute.address(family)
      case Int(IFA_ADDRESS): address = attribute.address(family)
      case Int(IFA_LABEL): rest.label = attribute.text
      case Int(IFA_BROADCAST): rest.broadcast = attribute.address(family)
      case Int(IFA_FLAGS): rest.flags = AddressFlags(rawValue: attribute.uint32 ?? rest.flags.rawValue)
      case Int(IFA_CACHEINFO):
        guard let times = attribute.fixed(as: ifa_cacheinfo.self) else { break }
        rest.validLifetime = times.ifa_valid == .max ? nil : times.ifa_valid
        rest.preferredLifetime = times.ifa_prefered == .max ? nil : times.ifa_prefered
      default: break
      }
    }
    guard let own = local ?? address, let prefix = IPPrefix(own, length: fixed.ifa_prefixlen) else { return nil }
    rest.prefix = prefix
    rest.peer = address == own ? nil : address
    self = rest
  }
}

extension AddressFamily {
  init?(kernelNumber: Int32) {
    switch kernelNumber {
    case AF_INET: self = .ipv4
    case AF_INET6: self = .ipv6
    default: return nil
    }
  }

  var kernelNumber: Int32 { self == .ipv4 ? AF_INET : AF_INET6 }
}
