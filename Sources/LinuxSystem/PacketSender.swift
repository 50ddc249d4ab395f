import CLinux
import NetworkTypes

/// Sender of whole Ethernet frames: gratuitous ARP and unsolicited neighbour advertisements. It never receives.
public final class PacketSender {
  private let descriptor: FileDescriptor
  private let batch: SendBatch

  /// Opens a packet socket and reserves room for `capacity` frames of together `bytes` bytes. Needs CAP_NET_RAW.
  public init(capacity: Int = 512, bytes: Int = 64 * 1_024, sendBuffer: Int32 = 1 << 20) throws(SystemError) {
    descriptor = FileDescriptor(owning: try checked(clinux_packet_send_socket(sendBuffer), "open packet socket"))
    batch = try SendBatch(capacity: capacity, bytes: bytes)
  }

  /// Descriptor to watch for writability while frames are pending.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Number of frames that wait to be flushed.
  public var count: Int { batch.count }

  /// Adds one frame with its Ethernet header. Returns false if the batch is full or the frame has no whole header.
  public func add(_ frame: UnsafeRawBufferPointer, on interface: InterfaceIndex, tag: Int = 0) -> Bool {
    guard let count = UInt32(exactly: frame.count), let base = frame.baseAddress,
      clinux_send_batch_add_frame(batch.shim, base, count, interface.rawValue)
    else { return false }
    batch.added(tag: tag)
    return true
  }

  /// Sends the frames in the batch. For a refused frame `failure` is called with its tag and errno, and the others are
  /// still sent.
  @discardableResult
  public func flush(_ failure: (_ tag: Int, _ errno: Int32) -> Void = { _, _ in }) -> FlushOutcome {
    batch.flush(descriptor.rawValue, failure)
  }

  /// Drops the frames that have not been sent.
  public func discard() {
    batch.clear()
  }
}
