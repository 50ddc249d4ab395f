import CNetlink
import NetworkTypes

extension KernelEntry {
  /// A route; `nil` if one of its interfaces does not exist.
  /// - Parameter interfaces: returns the interface of a name.
  package init?(_ route: Route, interfaces: (String) -> InterfaceIndex?) {
    let names = [route.interface].compactMap { $0 } + route.nextHops.compactMap(\.interface)
    guard names.allSatisfy({ interfaces($0) != nil }) else { return nil }
    func index(_ name: String?) -> Int32? { name.flatMap { interfaces($0)?.rawValue } }
    var addition = route.begun(Int(RTM_NEWROUTE), flags: route.placementFlags, interface: index(route.interface))
    route.addProperties(to: &addition, index)
    self.init(
      addition: addition.finished(),
      removal: route.begun(Int(RTM_DELROUTE), flags: 0, interface: index(route.interface)).finished())
  }
}

extension Route {
  fileprivate var placementFlags: Int32 {
    switch placement {
    case .first: NLM_F_CREATE
    case .last: NLM_F_CREATE | NLM_F_APPEND
    case .only: NLM_F_CREATE | NLM_F_EXCL
    }
  }

  /// Request with the parts that identify the route, which are enough to remove it.
  fileprivate func begun(_ type: Int, flags: Int32, interface: Int32?) -> RequestWriter {
    var fixed = rtmsg()
    fixed.rtm_family = UInt8(truncatingIfNeeded: family.kernelNumber)
    fixed.rtm_dst_len = destination.length
    fixed.rtm_src_len = from?.length ?? 0
    fixed.rtm_tos = typeOfService
    fixed.rtm_table = table <= 255 ? UInt8(table) : UInt8(RT_TABLE_UNSPEC.rawValue)
    fixed.rtm_protocol = originator
    fixed.rtm_scope = scope
    fixed.rtm_type = kind.rawValue
    fixed.rtm_flags = isOnLink ? UInt32(RTNH_F_ONLINK) : 0
    var writer = RequestWriter(type, flags: flags, fixed)
    if destination.length > 0 { writer.add(Int(RTA_DST.rawValue), destination.address.bytes) }
    if let from { writer.add(Int(RTA_SRC.rawValue), from.address.bytes) }
    writer.add(Int(RTA_TABLE.rawValue), table)
    if let priority { writer.add(Int(RTA_PRIORITY.rawValue), priority) }
    if let source { writer.add(Int(RTA_PREFSRC.rawValue), source.bytes) }
    if let gateway { writer.addGateway(gateway, of: family) }
    if let interface { writer.add(Int(RTA_OIF.rawValue), UInt32(bitPattern: interface)) }
    return writer
  }

  fileprivate func addProperties(to writer: inout RequestWriter, _ index: (String?) -> Int32?) {
    if let realms { writer.add(Int(RTA_FLOW.rawValue), realms) }
    if let preference { writer.add(Int(RTA_PREF.rawValue), preference) }
    if let expiry { writer.add(Int(RTA_EXPIRES.rawValue), expiry) }
    if let propagatesTimeToLive { writer.add(Int(RTA_TTL_PROPAGATE.rawValue), UInt8(propagatesTimeToLive ? 1 : 0)) }
    encapsulation?.write(to: &writer)
    if !metrics.isEmpty { writer.nest(Int(RTA_METRICS.rawValue)) { addMetrics(to: &$0) } }
    if !nextHops.isEmpty {
      writer.nest(Int(RTA_MULTIPATH.rawValue)) { writer in
        for hop in nextHops { hop.write(to: &writer, index(hop.interface), family) }
      }
    }
  }

  private func addMetrics(to writer: inout RequestWriter) {
    var locks: UInt32 = 0
    for metric in metrics {
      switch metric.value {
      case .number(let number): writer.add(Int(metric.kind), number)
      case .name(let name): writer.add(Int(metric.kind), text: name)
      }
      if metric.isLocked { locks |= 1 << UInt32(metric.kind & 31) }
    }
    if locks != 0 { writer.add(Int(RTAX_LOCK), locks) }
  }
}

extension Route.NextHop {
  fileprivate func write(to writer: inout RequestWriter, _ interface: Int32?, _ family: AddressFamily) {
    var fixed = rtnexthop()
    fixed.rtnh_flags = isOnLink ? UInt8(RTNH_F_ONLINK) : 0
    fixed.rtnh_hops = UInt8(clamping: weight - 1)
    fixed.rtnh_ifindex = interface ?? 0
    writer.addCounted(fixed) { writer in
      if let gateway { writer.addGateway(gateway, of: family) }
      if let realms { writer.add(Int(RTA_FLOW.rawValue), realms) }
      encapsulation?.write(to: &writer)
    }
  }
}

extension Route.Encapsulation {
  fileprivate func write(to writer: inout RequestWriter) {
    writer.add(Int(RTA_ENCAP_TYPE.rawValue), UInt16(truncatingIfNeeded: kind.rawValue))
    writer.nest(Int(RTA_ENCAP.rawValue)) { writer in
      switch self {
      case .tunnel(let tunnel): tunnel.write(to: &writer)
      case .labels(let labels):
        // The last label has the bottom-of-stack bit (RFC 3032 section 2.1).
        let entries = labels.enumerated().map { $0.element << 12 | ($0.offset == labels.count - 1 ? 1 << 8 : 0) }
        let bytes = entries.flatMap { entry in withUnsafeBytes(of: entry.bigEndian, Array.init) }
        writer.add(Int(MPLS_IPTUNNEL_DST), bytes)
      case .locator(let locator): writer.add(Int(ILA_ATTR_LOCATOR), locator.bigEndian)
      }
    }
  }

  private var kind: lwtunnel_encap_types {
    switch self {
    case .tunnel(let tunnel): tunnel.family == .ipv4 ? LWTUNNEL_ENCAP_IP : LWTUNNEL_ENCAP_IP6
    case .labels: LWTUNNEL_ENCAP_MPLS
    case .locator: LWTUNNEL_ENCAP_ILA
    }
  }
}

extension Route.Tunnel {
  /// Writes the tunnel's attributes. They have the same numbers in both families, except for two that have changed
  /// places.
  fileprivate func write(to writer: inout RequestWriter) {
    if let id { writer.add(Int(LWTUNNEL_IP_ID.rawValue), id.bigEndian) }
    if let destination { writer.add(Int(LWTUNNEL_IP_DST.rawValue), destination.bytes) }
    if let source { writer.add(Int(LWTUNNEL_IP_SRC.rawValue), source.bytes) }
    if let hopLimit {
      writer.add(Int(family == .ipv4 ? LWTUNNEL_IP_TTL.rawValue : LWTUNNEL_IP6_HOPLIMIT.rawValue), hopLimit)
    }
    if let trafficClass {
      writer.add(Int(family == .ipv4 ? LWTUNNEL_IP_TOS.rawValue : LWTUNNEL_IP6_TC.rawValue), trafficClass)
    }
    if let flags { writer.add(Int(LWTUNNEL_IP_FLAGS.rawValue), flags) }
  }
}

extension RequestWriter {
  /// Adds a gateway of the route's own family or of the other one (RFC 5549).
  fileprivate mutating func addGateway(_ gateway: IPAddress, of family: AddressFamily) {
    guard gateway.family != family else { return add(Int(RTA_GATEWAY.rawValue), gateway.bytes) }
    let number = UInt16(truncatingIfNeeded: gateway.family.kernelNumber)
    add(Int(RTA_VIA.rawValue), withUnsafeBytes(of: number) { Array($0) } + gateway.bytes)
  }
}
