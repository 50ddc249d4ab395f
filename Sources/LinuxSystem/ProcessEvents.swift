import CLinux
import Glibc

/// Event of a process, from the kernel's proc connector (`linux/cn_proc.h`).
public enum ProcessEvent: Sendable, Hashable {
  /// Answer to a subscription with this mark. Events follow from now on.
  case subscribed(mark: UInt32)
  /// A process forked; the child still runs the same program.
  case forked(parent: Int32, child: Int32)
  /// A process executed another program.
  case executed(Int32)
  /// A process changed its name.
  case renamed(Int32)

  /// Bytes in front of the event: a netlink header and a connector header.
  private static let headers = 36

  /// Reads one datagram; `nil` for a kind of event without use here, and for a datagram that is no event.
  public init?(decoding datagram: UnsafeRawBufferPointer) {
    // struct proc_event: kind, processor, time in nanoseconds, then the fields of the kind.
    func word(_ offset: Int) -> UInt32? {
      let end = Self.headers + offset + 4
      return end <= datagram.count ? datagram.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self) : nil
    }
    func process(_ offset: Int) -> Int32? { word(offset).map { Int32(bitPattern: $0) } }
    guard let kind = word(0) else { return nil }
    switch kind {
    case 0:
      // In the connector's acknowledgement: no error, and the mark plus 1.
      guard word(16) == 0 else { return nil }
      self = .subscribed(mark: datagram.loadUnaligned(fromByteOffset: 28, as: UInt32.self) &- 1)
    case 1:
      guard let parent = process(20), let child = process(28), child == process(24) else { return nil }
      self = .forked(parent: parent, child: child)
    case 2:
      guard let number = process(20) else { return nil }
      self = .executed(number)
    case 0x200:
      // Only the name of the main thread is the process's name.
      guard let number = process(20), number == process(16) else { return nil }
      self = .renamed(number)
    default: return nil
    }
  }
}

/// Subscription to process events of the kernel. It needs CAP_NET_ADMIN, and the kernel sends events in its initial
/// network, process and user namespaces only.
public final class ProcessSubscription {
  /// Mark in the kernel's answer.
  public let mark: UInt32
  private let descriptor: FileDescriptor

  /// Room in bytes for about ten thousand events, so that a host that starts many programs loses none.
  private static let receiveBuffer: Int32 = 4 << 20

  /// Subscribes. Throws where the kernel has no proc connector, as in another network namespace.
  public init(mark: UInt32 = .random(in: 1 ..< .max)) throws(SystemError) {
    self.mark = mark
    descriptor = FileDescriptor(
      owning: try checked(clinux_process_events_open(mark, Self.receiveBuffer), "subscribe to process events"))
  }

  deinit { _ = clinux_process_events_end(descriptor.rawValue) }

  /// Descriptor of the socket, to be handed to the process that reads it.
  public var rawValue: Int32 { descriptor.rawValue }
}

/// Reader of the socket of a ``ProcessSubscription``, perhaps in another process.
public final class ProcessEventReader {
  /// Result of a read.
  public enum Reading: Sendable, Hashable {
    /// An event.
    case event(ProcessEvent)
    /// The datagram was no event of interest.
    case other
    /// Events before this were lost for lack of room, so anything may have happened.
    case lost
    /// No datagram waits.
    case wouldBlock
  }

  private let descriptor: FileDescriptor

  /// Takes over the socket.
  public init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// Descriptor to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Reads one datagram without waiting.
  public func next() throws(SystemError) -> Reading {
    try withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { (buffer) throws(SystemError) in
      var sender: UInt32 = 0
      var isTruncated = false
      let count = clinux_netlink_receive(descriptor.rawValue, buffer.baseAddress, buffer.count, &sender, &isTruncated)
      switch count {
      case -EAGAIN: return .wouldBlock
      case -ENOBUFS: return .lost
      case ..<0: throw SystemError(operation: "read process events", errno: -count)
      default: break
      }
      guard sender == 0, !isTruncated else { return .other }
      let datagram = UnsafeRawBufferPointer(rebasing: buffer[..<min(Int(count), buffer.count)])
      return ProcessEvent(decoding: datagram).map(Reading.event) ?? .other
    }
  }
}
