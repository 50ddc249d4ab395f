import CNetlink
import Glibc
import NetworkTypes

/// Request to add or remove one address, built by libnl and freed with this value.
struct AddressMessage: ~Copyable {
  private let message: OpaquePointer
  private let keepsBroadcast: Bool
  /// Far end of an IPv6 address, for which libnl has no function.
  private let peer: IPAddress?

  /// A request for a change; `nil` if the change contradicts itself (mixed families, label too long) or memory is
  /// short.
  init?(_ change: AddressChange) {
    guard let object = AddressObject(), object.fill(change) else { return nil }
    var built: OpaquePointer?
    let result: Int32
    switch change.operation {
    case .add: result = rtnl_addr_build_add_request(object.handle, Int32(NLM_F_CREATE | NLM_F_EXCL), &built)
    case .replace: result = rtnl_addr_build_add_request(object.handle, Int32(NLM_F_CREATE | NLM_F_REPLACE), &built)
    case .remove: result = rtnl_addr_build_delete_request(object.handle, 0, &built)
    }
    guard result == 0, let built else { return nil }
    message = built
    peer = change.address.peer?.family == .ipv6 ? change.address.peer : nil
    keepsBroadcast = change.address.broadcast != nil && change.operation != .remove
  }

  deinit {
    nlmsg_free(message)
  }

  /// Copies the request with its sequence number, asking for an acknowledgement. Returns its padded length, or `nil` if
  /// it does not fit.
  ///
  /// libnl adds a broadcast address if none is given. An address that the kernel configures has none, so it is left
  /// out.
  func copy(into room: UnsafeMutableRawBufferPointer, sequence: UInt32) -> Int? {
    guard let header = nlmsg_hdr(message) else { return nil }
    let total = Int(header.pointee.nlmsg_len)
    let fixed = MemoryLayout<nlmsghdr>.size + MemoryLayout<ifaddrmsg>.size
    guard total >= fixed, Self.aligned(total) <= room.count else { return nil }
    room.copyMemory(from: UnsafeRawBufferPointer(start: header, count: fixed))
    var length = fixed
    NetlinkMessage(header: header).forEachAttribute(afterFixedBytes: MemoryLayout<ifaddrmsg>.size) { type, attribute in
      guard type != Int(IFA_BROADCAST) || keepsBroadcast else { return }
      let size = Int(attribute.attribute.pointee.nla_len)
      let end = length + size
      UnsafeMutableRawBufferPointer(rebasing: room[length..<end])
        .copyMemory(from: UnsafeRawBufferPointer(start: attribute.attribute, count: size))
      if type == Int(IFA_ADDRESS), let peer, size == MemoryLayout<nlattr>.size + peer.family.addressLength {
        UnsafeMutableRawBufferPointer(rebasing: room[length + MemoryLayout<nlattr>.size..<end]).copyBytes(
          from: peer.bytes)
      }
      length = Self.aligned(end)
      for padding in end..<length { room[padding] = 0 }
    }
    var written = header.pointee
    written.nlmsg_len = UInt32(length)
    written.nlmsg_flags |= UInt16(NLM_F_REQUEST | NLM_F_ACK)
    written.nlmsg_seq = sequence
    room.storeBytes(of: written, as: nlmsghdr.self)
    return length
  }

  /// Request without a sequence number.
  func request() -> [UInt8]? {
    let capacity = (nlmsg_hdr(message).map { Int($0.pointee.nlmsg_len) } ?? 0) + 4
    var bytes: [UInt8] = Array(repeating: 0, count: capacity)
    let length = bytes.withUnsafeMutableBytes { copy(into: $0, sequence: 0) }
    return length.map { Array(bytes.prefix($0)) }
  }

  private static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

/// Address object of libnl, freed with this value.
private struct AddressObject: ~Copyable {
  let handle: OpaquePointer

  init?() {
    guard let handle = rtnl_addr_alloc() else { return nil }
    self.handle = handle
  }

  deinit {
    rtnl_addr_put(handle)
  }

  borrowing func fill(_ change: AddressChange) -> Bool {
    let address = change.address
    guard Self.setAddresses(handle, address, withBroadcast: change.operation != .remove) else { return false }
    rtnl_addr_set_ifindex(handle, address.interface.rawValue)
    guard change.operation != .remove else { return true }
    if let label = address.label, rtnl_addr_set_label(handle, label) != 0 { return false }
    if let scope = address.scope { rtnl_addr_set_scope(handle, Int32(scope.rawValue)) }
    var flags = address.flags
    if address.prefix.address.family == .ipv6, !address.runsDuplicateDetection { flags.insert(.noDuplicateDetection) }
    if !flags.isEmpty { rtnl_addr_set_flags(handle, flags.rawValue) }
    if address.validLifetime != nil || address.preferredLifetime != nil {
      let valid = address.validLifetime ?? .max
      rtnl_addr_set_valid_lifetime(handle, valid)
      rtnl_addr_set_preferred_lifetime(handle, min(valid, address.preferredLifetime ?? valid))
    }
    return true
  }

  private static func setAddresses(
    _ handle: OpaquePointer, _ address: AddressSpecification, withBroadcast: Bool
  ) -> Bool {
    let local = address.prefix.address
    // The peer has the prefix length if there is a peer.
    let hasPeer = address.peer != nil
    guard set(handle, local, hasPeer ? local.family.addressBits : address.prefix.length, rtnl_addr_set_local) else {
      return false
    }
    if let peer = address.peer {
      guard peer.family == local.family else { return false }
      if peer.family == .ipv4, !set(handle, peer, address.prefix.length, rtnl_addr_set_peer) { return false }
      rtnl_addr_set_prefixlen(handle, Int32(address.prefix.length))
    }
    if withBroadcast, let broadcast = address.broadcast {
      guard broadcast.family == .ipv4, local.family == .ipv4 else { return false }
      return set(handle, broadcast, 32, rtnl_addr_set_broadcast)
    }
    return true
  }

  private static func set(
    _ handle: OpaquePointer, _ address: IPAddress, _ length: UInt8,
    _ setter: (OpaquePointer?, OpaquePointer?) -> Int32
  ) -> Bool {
    let bytes = address.bytes
    guard let object = nl_addr_build(address.family.kernelNumber, bytes, bytes.count) else { return false }
    defer { nl_addr_put(object) }
    nl_addr_set_prefixlen(object, Int32(length))
    return setter(handle, object) == 0
  }
}
