import CLinux
import CNetlink
import Glibc
import LinuxSystem

/// Socket of libnl to the kernel, with a buffer to receive into.
final class NetlinkSocket {
  /// Result of one receive.
  enum Receipt {
    /// Messages from the kernel; valid until the next receive.
    case messages(NetlinkMessages)
    /// Message that was ignored: it came from another process, or it was cut off.
    case ignored
    /// No message waits.
    case wouldBlock
    /// The kernel dropped messages.
    case overrun
  }

  let handle: OpaquePointer
  let rawValue: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var sequence: UInt32 = 0

  /// The kernel never sends more than 32 KiB at once to a receiver of a dump.
  private static let bufferSize = 64 * 1_024

  init(protocol: Int32 = NETLINK_ROUTE, groups: [Int32] = [], receiveBuffer: Int32) throws(SystemError) {
    guard let handle = nl_socket_alloc() else {
      throw SystemError(operation: "allocate netlink socket", errno: ENOMEM)
    }
    let connected = nl_connect(handle, `protocol`)
    guard connected == 0 else {
      let reason = Glibc.errno
      nl_socket_free(handle)
      throw SystemError(operation: "open netlink socket", errno: reason)
    }
    self.handle = handle
    rawValue = nl_socket_get_fd(handle)
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 16)
    try Self.check(clinux_socket_receive_buffer(rawValue, receiveBuffer), "size netlink socket's buffer")
    try Self.check(clinux_netlink_explained_acknowledgements(rawValue), "set up netlink socket")
    for group in groups {
      guard nl_socket_add_membership(handle, group) == 0 else {
        throw SystemError(operation: "join netlink group", errno: EPERM, object: "\(group)")
      }
    }
  }

  deinit {
    nl_socket_free(handle)
    buffer.deallocate()
  }

  /// Number for the next request. Numbers repeat only after four thousand million requests, so that a late answer is
  /// not taken for another request's.
  func nextSequence() -> UInt32 {
    sequence &+= 1
    // Zero marks messages that the kernel sends without a request.
    if sequence == 0 { sequence = 1 }
    return sequence
  }

  func receive() throws(SystemError) -> Receipt {
    var sender: UInt32 = 0
    var isTruncated = false
    let count = clinux_netlink_receive(rawValue, buffer.baseAddress, buffer.count, &sender, &isTruncated)
    switch -count {
    case EAGAIN: return .wouldBlock
    case ENOBUFS: return .overrun
    case 1...: throw SystemError(operation: "receive from netlink", errno: -count)
    default: break
    }
    // Port 0 is the kernel. Any process may send to this socket's port.
    guard sender == 0 else { return .ignored }
    guard !isTruncated else { return .overrun }
    return .messages(NetlinkMessages(buffer, count: Int(count)))
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try Self.check(clinux_netlink_send(rawValue, bytes.baseAddress, bytes.count), "send to netlink")
  }

  /// Whether something to receive came within `milliseconds`.
  func waitReadable(milliseconds: Int32) throws(SystemError) -> Bool {
    try Self.check(clinux_wait_readable(rawValue, milliseconds), "wait for netlink") > 0
  }

  @discardableResult
  static func check(_ result: Int32, _ operation: String) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    throw SystemError(operation: operation, errno: -result)
  }
}

/// Messages of one received datagram in order, up to the first that does not fit in it.
struct NetlinkMessages: Sequence, IteratorProtocol {
  private var upcoming: UnsafeMutablePointer<nlmsghdr>?
  private var remaining: Int32

  init(_ buffer: UnsafeMutableRawBufferPointer, count: Int) {
    upcoming = buffer.baseAddress?.assumingMemoryBound(to: nlmsghdr.self)
    remaining = Int32(truncatingIfNeeded: count)
  }

  mutating func next() -> NetlinkMessage? {
    guard let header = upcoming, nlmsg_ok(header, remaining) != 0 else { return nil }
    upcoming = nlmsg_next(header, &remaining)
    return NetlinkMessage(header: header)
  }
}

/// Message whose header lies wholly in the datagram.
struct NetlinkMessage {
  let header: UnsafeMutablePointer<nlmsghdr>

  var type: Int { Int(header.pointee.nlmsg_type) }
  var flags: UInt16 { header.pointee.nlmsg_flags }
  var sequence: UInt32 { header.pointee.nlmsg_seq }

  /// Fixed part of the payload; `nil` if the message is too short for it.
  func payload<Fixed>(as _: Fixed.Type) -> Fixed? {
    guard Int(nlmsg_datalen(header)) >= MemoryLayout<Fixed>.size, let data = nlmsg_data(header) else { return nil }
    return UnsafeRawPointer(data).loadUnaligned(as: Fixed.self)
  }

  /// Errno of an acknowledgement, 0 for success; `nil` if this is none.
  var acknowledgedError: Int32? {
    guard type == Int(NLMSG_ERROR), let error = payload(as: Int32.self) else { return nil }
    return error == .min ? EIO : abs(error)
  }

  /// Explanation of the kernel in an acknowledgement that refuses; empty if it has none.
  var explanation: String {
    guard type == Int(NLMSG_ERROR), flags & UInt16(NLM_F_ACK_TLVS) != 0, let error = payload(as: nlmsgerr.self) else {
      return ""
    }
    // The refused request comes first, or only its header.
    let request = flags & UInt16(NLM_F_CAPPED) != 0 ? 0 : max(0, Int(error.msg.nlmsg_len) - MemoryLayout<nlmsghdr>.size)
    var text = ""
    forEachAttribute(afterFixedBytes: MemoryLayout<nlmsgerr>.size + request) { type, attribute in
      if type == Int(NLMSGERR_ATTR_MSG.rawValue) { text = attribute.text }
    }
    return text
  }

  /// Passes each attribute that lies wholly in the message to `body`, with its type.
  func forEachAttribute(afterFixedBytes fixed: Int, _ body: (Int, NetlinkAttribute) -> Void) {
    guard Int(nlmsg_datalen(header)) >= fixed else { return }
    var remaining = nlmsg_attrlen(header, Int32(fixed))
    var next = nlmsg_attrdata(header, Int32(fixed))
    while let attribute = next, nla_ok(attribute, remaining) != 0 {
      body(Int(nla_type(attribute)), NetlinkAttribute(attribute: attribute))
      next = nla_next(attribute, &remaining)
    }
  }
}
