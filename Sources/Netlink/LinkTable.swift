import CLinux
import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// Adding and removing of the links that carry virtual MAC addresses.
package final class LinkTable {
  private let socket: NetlinkSocket
  private static let answerMilliseconds: Int32 = 1_000
  /// `enum in6_addr_gen_mode`: the kernel gives the link no address by itself.
  private static let noGeneratedAddress: UInt8 = 1

  /// Opens the socket. This needs no privilege; changes need CAP_NET_ADMIN.
  package init() throws(SystemError) {
    socket = try NetlinkSocket(receiveBuffer: 1 << 18)
  }

  /// Adds a link and brings it up. Until the link is removed, the interface below no longer answers for addresses that it does
  /// not have itself.
  ///
  /// The link is in bridge mode, so that a peer's adverts from the same MAC address reach the interface below.
  /// - Parameter sibling: the alias of another such link above the same interface, which records the interface's earlier settings.
  /// - Returns: The link's alias.
  package func add(_ link: VirtualLink, sibling: String?) throws(SystemError) -> String {
    let now = try treatment(of: link.lower)
    let before = sibling.flatMap(ARPTreatment.init(alias:)) ?? now
    try change("make \(link.name)") { object in
      guard rtnl_link_set_type(object, "macvlan") == 0 else { return nil }
      rtnl_link_set_link(object, link.lower.rawValue)
      rtnl_link_set_name(object, link.name)
      rtnl_link_macvlan_set_mode(object, UInt32(rtnl_link_macvlan_str2mode("bridge")))
      let bytes = link.mac.bytes
      guard let address = nl_addr_build(AF_LLC, bytes, bytes.count) else { return nil }
      rtnl_link_set_addr(object, address)
      nl_addr_put(address)
      var message: OpaquePointer?
      guard rtnl_link_build_add_request(object, Int32(NLM_F_CREATE | NLM_F_EXCL), &message) == 0 else { return nil }
      return message
    }
    do throws(SystemError) {
      // The kernel ignores an alias in the request that adds a link.
      try configure(link.name) { object in rtnl_link_set_ifalias(object, before.alias) }
      // Only the master may send from this MAC address, so the kernel must have no reason to send by itself.
      try configure(link.name) { object in
        rtnl_link_inet6_set_addr_gen_mode(object, Self.noGeneratedAddress)
      }
      try allowAnswers(link.name)
      if now != .belowVirtualMAC { try set(.belowVirtualMAC, on: link.lower) }
      try bringUp(link.name)
      return before.alias
    } catch {
      try? remove(named: link.name)
      if now != .belowVirtualMAC { try? set(now, on: link.lower) }
      throw error
    }
  }

  /// Sets a link's sysctls so that it answers for its addresses, whatever the host sets for new interfaces
  /// (net.ipv4.conf.default) and, as far as an interface can override it, for all (net.ipv4.conf.all).
  ///
  /// Packets come in by the link, and answers leave by the interface below, which has the route. A strict reverse-path
  /// filter drops such packets. The greater of the values for all interfaces and for the link counts, so 2 (any
  /// interface will do) overrides 1.
  private func allowAnswers(_ name: String) throws(SystemError) {
    try configure(name) { object in
      rtnl_link_inet_set_conf(object, UInt32(IPV4_DEVCONF_ARP_IGNORE), 1)
      rtnl_link_inet_set_conf(object, UInt32(IPV4_DEVCONF_ARPFILTER), 0)
      rtnl_link_inet_set_conf(object, UInt32(IPV4_DEVCONF_ACCEPT_LOCAL), 1)
      rtnl_link_inet_set_conf(object, UInt32(IPV4_DEVCONF_RP_FILTER), 2)
    }
  }

  /// Changes a link that another program made into one as ``add(_:sibling:)`` makes it, and keeps its addresses.
  /// - Parameters:
  ///   - link: a macvlan above the right interface and with the right MAC address.
  ///   - sibling: as for ``add(_:sibling:)``.
  /// - Returns: The link's alias.
  package func adopt(_ link: LinkState, above lower: InterfaceIndex, sibling: String?) throws(SystemError) -> String {
    let now = try treatment(of: lower)
    let before = sibling.flatMap(ARPTreatment.init(alias:)) ?? now
    try change("adopt \(link.name)") { object in
      rtnl_link_set_ifindex(object, link.index.rawValue)
      let changes = rtnl_link_alloc()
      defer { rtnl_link_put(changes) }
      guard rtnl_link_set_type(changes, "macvlan") == 0 else { return nil }
      rtnl_link_macvlan_set_mode(changes, UInt32(rtnl_link_macvlan_str2mode("bridge")))
      return Self.changeRequest(object, changes)
    }
    try configure(link.name) { object in
      rtnl_link_inet6_set_addr_gen_mode(object, Self.noGeneratedAddress)
    }
    // This comes last: a link that was adopted only in part has no alias of martlet's, and is adopted again.
    try configure(link.name) { object in rtnl_link_set_ifalias(object, before.alias) }
    return before.alias
  }

  /// Changes an existing link back to what ``add(_:sibling:)`` makes.
  /// - Parameter alias: the alias to set; `nil` to leave it.
  package func restore(_ link: LinkState, mac: MACAddress, alias: String? = nil) throws(SystemError) {
    if let alias, link.alias != alias { try configure(link.name) { object in rtnl_link_set_ifalias(object, alias) } }
    if let lower = link.lower, try treatment(of: lower) != .belowVirtualMAC { try set(.belowVirtualMAC, on: lower) }
    if link.mac != mac { try setAddress(mac, of: link.name) }
    try allowAnswers(link.name)
    if !link.isUp { try bringUp(link.name) }
  }

  /// Restores the ARP settings of the interface below a link, after another program removed the link.
  /// - Parameter alias: the alias of the link.
  package func restoreInterface(below alias: String, _ lower: InterfaceIndex) throws(SystemError) {
    if let before = ARPTreatment(alias: alias) { try set(before, on: lower) }
  }

  private func setAddress(_ mac: MACAddress, of name: String) throws(SystemError) {
    let bytes = mac.bytes
    guard let address = nl_addr_build(AF_LLC, bytes, bytes.count) else {
      throw SystemError(operation: "set up \(name)", errno: ENOMEM)
    }
    defer { nl_addr_put(address) }
    try configure(name) { object in rtnl_link_set_addr(object, address) }
  }

  /// Renames a link; before Linux 6.2 it is down for a moment.
  package func rename(_ link: LinkState, to name: String) throws(SystemError) {
    func rename() throws(SystemError) {
      try change("rename \(link.name)") { object in
        rtnl_link_set_ifindex(object, link.index.rawValue)
        let changes = rtnl_link_alloc()
        defer { rtnl_link_put(changes) }
        rtnl_link_set_name(changes, name)
        return Self.changeRequest(object, changes)
      }
    }
    do throws(SystemError) {
      try rename()
    } catch {
      guard error.errno == EBUSY else { throw error }
      try configure(link.name) { object in rtnl_link_unset_flags(object, UInt32(IFF_UP)) }
      try rename()
      try bringUp(name)
    }
  }

  private func bringUp(_ name: String) throws(SystemError) {
    try configure(name) { object in rtnl_link_set_flags(object, UInt32(IFF_UP)) }
  }

  /// Removes a link. If it `isLast` above its interface, that interface gets its earlier ARP settings back.
  package func remove(_ link: LinkState, isLast: Bool) throws(SystemError) {
    guard link.isMartlets else { return }
    // This order is needed because the link's alias records the earlier settings.
    if isLast, let lower = link.lower, let before = link.alias.flatMap(ARPTreatment.init(alias:)) {
      try set(before, on: lower)
    }
    try remove(named: link.name)
  }

  private func remove(named name: String) throws(SystemError) {
    try change("remove \(name)") { object in
      rtnl_link_set_name(object, name)
      var message: OpaquePointer?
      guard rtnl_link_build_delete_request(object, &message) == 0 else { return nil }
      return message
    }
  }

  /// Sets net.ipv4.conf.*.promote_secondaries, so that the other addresses of a network stay when the first is removed.
  package func promoteSecondaries(on index: InterfaceIndex) throws(SystemError) {
    try change("promote secondary addresses on interface \(index)") { object in
      rtnl_link_set_ifindex(object, index.rawValue)
      let changes = rtnl_link_alloc()
      defer { rtnl_link_put(changes) }
      rtnl_link_inet_set_conf(changes, UInt32(IPV4_DEVCONF_PROMOTE_SECONDARIES), 1)
      return Self.changeRequest(object, changes)
    }
  }

  private func set(_ treatment: ARPTreatment, on index: InterfaceIndex) throws(SystemError) {
    try change("set up ARP on interface \(index)") { object in
      rtnl_link_set_ifindex(object, index.rawValue)
      let changes = rtnl_link_alloc()
      defer { rtnl_link_put(changes) }
      rtnl_link_inet_set_conf(changes, UInt32(IPV4_DEVCONF_ARP_IGNORE), treatment.ignore)
      rtnl_link_inet_set_conf(changes, UInt32(IPV4_DEVCONF_ARPFILTER), treatment.filter)
      rtnl_link_inet_set_conf(changes, UInt32(IPV4_DEVCONF_ARP_ANNOUNCE), treatment.announce)
      return Self.changeRequest(object, changes)
    }
  }

  private func configure(_ name: String, _ body: (OpaquePointer?) -> Void) throws(SystemError) {
    try change("set up \(name)") { object in
      let changes = rtnl_link_alloc()
      defer { rtnl_link_put(changes) }
      // Without a number in the request, the name selects the link and does not change it.
      rtnl_link_set_name(changes, name)
      body(changes)
      return Self.changeRequest(object, changes)
    }
  }

  private static func changeRequest(_ object: OpaquePointer?, _ changes: OpaquePointer?) -> OpaquePointer? {
    var message: OpaquePointer?
    guard rtnl_link_build_change_request(object, changes, 0, &message) == 0 else { return nil }
    return message
  }

  /// Present ARP settings of an interface.
  private func treatment(of index: InterfaceIndex) throws(SystemError) -> ARPTreatment {
    var treatment = ARPTreatment(ignore: 0, filter: 0, announce: 0)
    var message: OpaquePointer?
    guard rtnl_link_build_get_request(index.rawValue, nil, &message) == 0, let message else {
      throw SystemError(operation: "ask for interface \(index)", errno: ENOMEM)
    }
    defer { nlmsg_free(message) }
    try exchange(message, "ask for interface \(index)") { answer in
      answer.forEachAttribute(afterFixedBytes: MemoryLayout<ifinfomsg>.size) { type, attribute in
        guard type == Int(IFLA_AF_SPEC) else { return }
        attribute.forEachNested { family, values in
          guard family == Int(AF_INET) else { return }
          values.forEachNested { kind, configuration in
            guard kind == Int(IFLA_INET_CONF) else { return }
            treatment.ignore = configuration.word(at: Int(IPV4_DEVCONF_ARP_IGNORE) - 1) ?? 0
            treatment.filter = configuration.word(at: Int(IPV4_DEVCONF_ARPFILTER) - 1) ?? 0
            treatment.announce = configuration.word(at: Int(IPV4_DEVCONF_ARP_ANNOUNCE) - 1) ?? 0
          }
        }
      }
    }
    return treatment
  }

  /// Builds a request on a new link object, sends it and waits for the kernel's answer.
  private func change(_ operation: String, _ build: (OpaquePointer?) -> OpaquePointer?) throws(SystemError) {
    guard let object = rtnl_link_alloc() else { throw SystemError(operation: operation, errno: ENOMEM) }
    defer { rtnl_link_put(object) }
    guard let message = build(object) else { throw SystemError(operation: operation, errno: EINVAL) }
    defer { nlmsg_free(message) }
    try exchange(message, operation) { _ in }
  }

  private func exchange(
    _ message: OpaquePointer, _ operation: String, _ body: (NetlinkMessage) -> Void
  ) throws(SystemError) {
    guard let header = nlmsg_hdr(message) else { throw SystemError(operation: operation, errno: EINVAL) }
    let sequence = socket.nextSequence()
    header.pointee.nlmsg_seq = sequence
    header.pointee.nlmsg_flags |= UInt16(NLM_F_REQUEST | NLM_F_ACK)
    try socket.send(UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len)))
    while true {
      switch try socket.receive() {
      case .ignored: continue
      case .overrun: throw SystemError(operation: operation, errno: ENOBUFS)
      case .wouldBlock:
        guard try socket.waitReadable(milliseconds: Self.answerMilliseconds) else {
          throw SystemError(operation: operation, errno: ETIMEDOUT)
        }
      case .messages(let messages):
        for message in messages where message.sequence == sequence {
          guard let error = message.acknowledgedError else {
            body(message)
            continue
          }
          guard error == 0 else { throw SystemError(operation: operation, errno: error) }
          return
        }
      }
    }
  }
}

extension NetlinkAttribute {
  /// 32-bit word at a position of an array.
  fileprivate func word(at position: Int) -> UInt32? {
    let offset = position * 4
    guard position >= 0, bytes.count >= offset + 4 else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }
}
