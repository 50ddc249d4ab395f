import CLinux
import Glibc
import NetworkTypes

/// Sender of VRRP adverts of one family from any interface and any of its addresses.
///
/// Adverts have the precedence "internetwork control" and are never looped back to this host; the socket receives
/// nothing. Every byte of the payload is the caller's, with the checksum. For whole packets so is the IPv4 header, of
/// which the kernel computes the checksum only.
public final class AdvertSender {
  /// Family of the adverts.
  public let family: AddressFamily
  private let descriptor: FileDescriptor
  private let batch: SendBatch

  /// Opens the socket and reserves room for `capacity` messages of together `bytes` bytes. Needs CAP_NET_RAW.
  ///
  /// `wholePackets`: whether messages begin with their IPv4 header. There is no such sender for IPv6.
  public init(
    family: AddressFamily, wholePackets: Bool = false, capacity: Int = 512, bytes: Int = 128 * 1_024,
    sendBuffer: Int32 = 1 << 20
  ) throws(SystemError) {
    self.family = family
    descriptor = FileDescriptor(
      owning: try checked(clinux_advert_send_socket(family == .ipv6, wholePackets, sendBuffer), "open advert socket"))
    batch = try SendBatch(capacity: capacity, bytes: bytes)
  }

  /// Descriptor to watch for writability while messages are pending.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Number of messages that wait to be flushed.
  public var count: Int { batch.count }

  /// Adds one advert. Returns false if the batch is full (flush, then add again) or an address is of the other family.
  ///
  /// `hopLimit` is the IPv4 time to live or the IPv6 hop limit. `tag` is passed to the failure handler if the kernel
  /// refuses the message.
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

  /// Sends the messages in the batch. For a refused message `failure` is called with its tag and errno, and the others
  /// are still sent.
  @discardableResult
  public func flush(_ failure: (_ tag: Int, _ errno: Int32) -> Void = { _, _ in }) -> FlushOutcome {
    batch.flush(descriptor.rawValue, failure)
  }

  /// Drops the messages that have not been sent.
  public func discard() {
    batch.clear()
  }
}

extension IPAddress {
  /// Passes `body` the address in network byte order: 16 bytes, of which IPv4 uses the first four.
  func withNetworkBytes<Result>(_ body: (UnsafePointer<UInt8>?) -> Result) -> Result {
    let words: (UInt64, UInt64) =
      family == .ipv4 ? (UInt64(low.bigEndian >> 32), 0) : (high.bigEndian, low.bigEndian)
    return withUnsafeBytes(of: words) { body($0.assumingMemoryBound(to: UInt8.self).baseAddress) }
  }
}
