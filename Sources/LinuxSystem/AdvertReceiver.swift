import CLinux
import Glibc
import NetworkTypes

/// Buffers for the datagrams of one receive, allocated once and shared by all receivers of a process.
public final class ReceiveBatch {
  /// Most datagrams received at once.
  public let capacity: Int
  let shim: OpaquePointer

  /// Buffers for `capacity` datagrams of at most `maximumDatagram` bytes each, with their IPv4 headers.
  ///
  /// The default holds an IPv6 VRRPv3 advert with 255 addresses (4,088 bytes).
  public init(capacity: Int = 64, maximumDatagram: Int = 4_608) throws(SystemError) {
    self.capacity = max(1, min(capacity, 1_024))
    guard
      let shim = clinux_receive_batch_create(UInt32(self.capacity), UInt32(max(64, min(maximumDatagram, 65_536))))
    else { throw SystemError(operation: "allocate receive buffers", errno: ENOMEM) }
    self.shim = shim
  }

  deinit {
    clinux_receive_batch_destroy(shim)
  }
}

/// Datagram as it arrived. `payload` and `packet` are valid only during the call that they are passed to.
public struct ReceivedAdvert {
  /// Bytes after the IP header.
  public let payload: UnsafeRawBufferPointer
  /// Whole packet with its IPv4 header; `nil` for IPv6, whose header the kernel does not pass on.
  public let packet: UnsafeRawBufferPointer?
  /// Address of the sender.
  public let source: IPAddress
  /// Destination address: a group, or an address of this host.
  public let destination: IPAddress
  /// IPv4 time to live or IPv6 hop limit on arrival; `nil` only if the kernel did not report it.
  public let hopLimit: UInt8?
  /// Interface by which it arrived.
  public let interface: InterfaceIndex
  /// Instant at which the kernel received it; `nil` if it was not reported. The kernel stamps packets by the wall
  /// clock, so the instant is wrong by as much as that clock was set between then and the reading.
  public let arrival: MonotonicInstant?
  /// Whether it was longer than the buffer or than its header says, so that `payload` is incomplete.
  public let isTruncated: Bool
}

/// Receiver of VRRP adverts (IP protocol 112, or 51 when they are signed) of one family on one interface, multicast and
/// unicast.
public final class AdvertReceiver {
  /// Interface of the socket.
  public let interface: InterfaceIndex
  /// Family of the socket.
  public let family: AddressFamily
  private let descriptor: FileDescriptor
  /// Groups joined. The kernel passes a raw IPv6 socket the packets of groups that any socket of the host joined, so
  /// the group is checked here.
  private var groups: [IPAddress] = []

  /// Opens a socket bound to the interface; no group is joined yet. Needs CAP_NET_RAW.
  ///
  /// `receiveBuffer` is the room for waiting packets in bytes. `protocolNumber` is the protocol in the IP header.
  public init(
    interface: InterfaceIndex, name: String, family: AddressFamily, protocolNumber: UInt8 = 112,
    receiveBuffer: Int32 = 1 << 20
  ) throws(SystemError) {
    self.interface = interface
    self.family = family
    descriptor = FileDescriptor(
      owning: try checked(
        clinux_advert_receive_socket(
          family == .ipv6, Int32(protocolNumber), interface.rawValue, name, receiveBuffer), "open advert socket on",
        name))
  }

  /// Descriptor to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Joins `group` on this interface. Joining twice throws EADDRINUSE.
  public func join(_ group: IPAddress) throws(SystemError) {
    try change(group, clinux_join_group, "join multicast group")
    groups.append(group)
  }

  /// Leaves `group`.
  public func leave(_ group: IPAddress) throws(SystemError) {
    try change(group, clinux_leave_group, "leave multicast group")
    groups.removeAll { $0 == group }
  }

  private func change(
    _ group: IPAddress, _ call: (Int32, Bool, UnsafePointer<UInt8>?, Int32) -> Int32, _ operation: String
  ) throws(SystemError) {
    guard group.family == family else {
      throw SystemError(operation: operation, errno: EAFNOSUPPORT, object: "\(group)")
    }
    try checked(call(descriptor.rawValue, family == .ipv6, group.bytes, interface.rawValue), operation, "\(group)")
  }

  /// Receives waiting datagrams, at most one batch, and passes each to `body`. Returns the number of datagrams.
  ///
  /// A result equal to the batch's capacity means that more may wait. For an IPv4 datagram with an invalid header
  /// `malformed` is called with its source. Throws the error of the socket, such as ENETDOWN when the interface went
  /// down; the socket stays usable.
  @discardableResult
  public func receive(
    into batch: ReceiveBatch, malformed: (IPAddress) -> Void = { _ in }, _ body: (ReceivedAdvert) -> Void
  ) throws(SystemError) -> Int {
    let count = Int(try checked(clinux_receive_batch_fill(batch.shim, descriptor.rawValue), "receive adverts"))
    let datagrams = UnsafeBufferPointer(start: clinux_receive_batch_datagrams(batch.shim), count: count)
    for datagram in datagrams {
      switch family {
      case .ipv4: deliverIPv4(datagram, malformed, body)
      case .ipv6: deliverIPv6(datagram, body)
      }
    }
    return count
  }

  private func deliverIPv4(
    _ datagram: clinux_datagram, _ malformed: (IPAddress) -> Void, _ body: (ReceivedAdvert) -> Void
  ) {
    let bytes = UnsafeRawBufferPointer(start: datagram.bytes, count: Int(datagram.count))
    guard let header = IPv4Header(bytes) else {
      malformed(IPv4Header.source(in: bytes) ?? IPAddress(v4: 0))
      return
    }
    body(
      ReceivedAdvert(
        payload: UnsafeRawBufferPointer(rebasing: bytes[header.payload]), packet: bytes, source: header.source,
        destination: header.destination, hopLimit: header.timeToLive, interface: interface,
        arrival: Self.arrival(of: datagram), isTruncated: datagram.truncated || header.isTruncated))
  }

  private func deliverIPv6(_ datagram: clinux_datagram, _ body: (ReceivedAdvert) -> Void) {
    let destination = Self.address(datagram.destination)
    guard !destination.isMulticast || groups.contains(destination) else { return }
    let link = datagram.interface > 0 ? InterfaceIndex(rawValue: datagram.interface) : interface
    body(
      ReceivedAdvert(
        payload: UnsafeRawBufferPointer(start: datagram.bytes, count: Int(datagram.count)), packet: nil,
        source: Self.address(datagram.source), destination: destination,
        hopLimit: UInt8(exactly: datagram.hop_limit), interface: link, arrival: Self.arrival(of: datagram),
        isTruncated: datagram.truncated))
  }

  private static func arrival(of datagram: clinux_datagram) -> MonotonicInstant? {
    datagram.arrival == 0 ? nil : MonotonicInstant(nanoseconds: datagram.arrival)
  }

  private typealias Bytes16 = (
    UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
  )

  private static func address(_ bytes: Bytes16) -> IPAddress {
    withUnsafeBytes(of: bytes) { raw in
      IPAddress(
        v6High: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }
}
