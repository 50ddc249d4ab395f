import CLinux
import Glibc

/// What the kernel tells of a process (the proc connector, `linux/cn_proc.h`).
public enum ProcessEvent: Sendable, Hashable {
  /// The answer to a subscription with this mark: what happens from now on is told.
  case subscribed(mark: UInt32)
  /// A process made another, which still is the same program.
  case forked(parent: Int32, child: Int32)
  /// A process became another program.
  case executed(Int32)
  /// A process took another name.
  case renamed(Int32)

  /// Bytes before the event itself: a netlink header and a connector header.
  private static let headers = 36

  /// Reads one datagram; `nil` for a kind of event that nobody looks at, and for what is no event at all.
  public init?(decoding datagram: UnsafeRawBufferPointer) {
    // struct proc_event: what, processor, time in nanoseconds, and then what the kind of event has to say.
    func word(_ offset: Int) -> UInt32? {
      let end = Self.headers + offset + 4
      return end <= datagram.count ? datagram.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self) : nil
    }
    func process(_ offset: Int) -> Int32? { word(offset).map { Int32(bitPattern: $0) } }
    guard let kind = word(0) else { return nil }
    switch kind {
    case 0:
      // No error, and the mark plus 1 in the connector's acknowledgement.
      guard word(16) == 0 else { return nil }
      self = .subscribed(mark: datagram.loadUnaligned(fromByteOffset: 28, as: UInt32.self) &- 1)
    case 1:
      guard let parent = process(20), let child = process(28), child == process(24) else { return nil }
      self = .forked(parent: parent, child: child)
    case 2:
      guard let number = process(20) else { return nil }
      self = .executed(number)
    case 0x200:
      // A thread's name is not its process's.
      guard let number = process(20), number == process(16) else { return nil }
      self = .renamed(number)
    default: return nil
    }
  }
}

/// A subscription to what the kernel tells of processes. It needs CAP_NET_ADMIN, and the kernel tells in its first network, process
/// and user namespaces only.
public final class ProcessSubscription {
  /// What the kernel's answer is marked with.
  public let mark: UInt32
  private let descriptor: FileDescriptor

  /// Room for some ten thousand events, so that a host that starts many programs loses none.
  private static let receiveBuffer: Int32 = 4 << 20

  /// Subscribes; throws where there is nobody to tell, as in another network namespace.
  public init(mark: UInt32 = .random(in: 1 ..< .max)) throws(SystemError) {
    self.mark = mark
    descriptor = FileDescriptor(
      owning: try checked(clinux_process_events_open(mark, Self.receiveBuffer), "subscribe to process events"))
  }

  deinit { _ = clinux_process_events_end(descriptor.rawValue) }

  /// The socket, to hand to whoever reads it.
  public var rawValue: Int32 { descriptor.rawValue }
}

/// Reads the socket of a ``ProcessSubscription``, wherever that was made.
public final class ProcessEventReader {
  /// What a read gave.
  public enum Reading: Sendable, Hashable {
    /// An event.
    case event(ProcessEvent)
    /// A datagram that says nothing of interest.
    case other
    /// Events were lost before this, since there was no room for them: anything may have happened.
    case lost
    /// Nothing now.
    case wouldBlock
  }

  private let descriptor: FileDescriptor

  /// Takes over the socket.
  public init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// The number to watch for readability.
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
