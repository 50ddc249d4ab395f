import CLinux
import Glibc
import NetworkTypes

/// Sends VRRP adverts of one family from any interface and any of its addresses.
///
/// Adverts leave with the precedence "internetwork control" and are never looped back to this host; the socket queues
/// nothing that arrives. Every byte of the payload is the caller's, the checksum included; so is the IPv4 header of whole packets, in
/// which the kernel sees to the header checksum alone.
public final class AdvertSender {
  /// The family sent.
  public let family: AddressFamily
  private let descriptor: FileDescriptor
  private let batch: SendBatch

  /// Opens the socket and sets aside room for `capacity` messages of together `bytes` bytes. Needs CAP_NET_RAW.
  ///
  /// `wholePackets` is whether what is sent begins with its IPv4 header; there is no such sender for IPv6.
  public init(
    family: AddressFamily, wholePackets: Bool = false, capacity: Int = 512, bytes: Int = 128 * 1_024,
    sendBuffer: Int32 = 1 << 20
  ) throws(SystemError) {
    self.family = family
    descriptor = FileDescriptor(
      owning: try checked(clinux_advert_send_socket(family == .ipv6, wholePackets, sendBuffer), "open advert socket"))
    batch = try SendBatch(capacity: capacity, bytes: bytes)
  }

  /// The number to watch for writability while messages are pending.
  public var rawValue: Int32 { descriptor.rawValue }

  /// How many messages wait to be flushed.
  public var count: Int { batch.count }

  /// Adds one advert; false when the batch is full (flush, then add again) or an address is of the other family.
  ///
  /// `hopLimit` is the IPv4 time to live or the IPv6 hop limit; `tag` comes back if the kernel refuses the message.
  public func add(
    _ payload: UnsafeRawBufferPointer, to destination: IPAddress, from source: IPAddress, on interface: InterfaceIndex,
    hopLimit: UInt8 = 255, tag: Int = 0
  ) -> Bool {
    guard destination.family == family, source.family == family, let count = UInt32(exactly: payload.count),
      let base = payload.baseAddress
    else { return false }
    let added = destination.withNetworkBytes { destination in
      source.withNetworkBytes { source in
        clinux_send_batch_add_ip(
          batch.shim, family == .ipv6, base, count, destination, source, interface.rawValue, hopLimit)
      }
    }
    if added { batch.added(tag: tag) }
    return added
  }

  /// Sends what was added. A refused message is given to `failure` by tag and errno, and the others still leave.
  @discardableResult
  public func flush(_ failure: (_ tag: Int, _ errno: Int32) -> Void = { _, _ in }) -> FlushOutcome {
    batch.flush(descriptor.rawValue, failure)
  }

  /// Forgets what was added and not sent.
  public func discard() {
    batch.clear()
  }
}

extension IPAddress {
  /// The address in network order, 16 bytes of room of which IPv4 uses the first four.
  func withNetworkBytes<Result>(_ body: (UnsafePointer<UInt8>?) -> Result) -> Result {
    let words: (UInt64, UInt64) =
      family == .ipv4 ? (UInt64(low.bigEndian >> 32), 0) : (high.bigEndian, low.bigEndian)
    return withUnsafeBytes(of: words) { body($0.assumingMemoryBound(to: UInt8.self).baseAddress) }
  }
}
