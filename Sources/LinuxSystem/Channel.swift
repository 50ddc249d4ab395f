import CLinux
import Glibc

/// Credentials of the process at the other end of a Unix socket (SO_PEERCRED), as they were when the ends were
/// connected.
public struct PeerCredentials: Sendable, Hashable {
  /// Process ID.
  public let processID: Int32
  /// Effective user.
  public let userID: UInt32
  /// Effective group.
  public let groupID: UInt32

  /// Credentials of the process that connected `fd`.
  public init(of fd: Int32) throws(SystemError) {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
    try checked(clinux_peer_credentials(fd, &process, &user, &group), "read peer credentials")
    processID = process
    userID = user
    groupID = group
  }
}

/// One end of a pair of sockets for whole messages and descriptors between two processes of martlet (AF_UNIX,
/// SOCK_SEQPACKET). Neither sending nor receiving ever waits.
public final class Channel {
  /// Result of sending a message.
  public enum SendResult: Sendable, Hashable {
    /// The other end will receive it.
    case sent
    /// There is no room; watch for writability.
    case wouldBlock
    /// The other end is gone.
    case closed
  }

  /// Result of receiving a message.
  public enum Receipt {
    /// A whole message. The bytes are valid until the next receive; the descriptors wait in ``takeDescriptor()``.
    case message(UnsafeRawBufferPointer, descriptors: Int)
    /// The message was longer than ``maximumMessage``. It is lost with its descriptors.
    case truncated
    /// No message waits.
    case wouldBlock
    /// The other end is gone and all its messages have been received.
    case closed
  }

  /// Most descriptors in one message.
  public static let maximumDescriptors = Int(CLINUX_MESSAGE_DESCRIPTORS)
  /// Greatest length of a message that can be received, in bytes.
  public let maximumMessage: Int

  private let descriptor: FileDescriptor
  private let buffer: UnsafeMutableRawBufferPointer
  private var received = clinux_received_message()
  private var taken = 0

  /// Takes over one end of a pair. `maximumMessage` bytes are reserved for receiving.
  public init(_ descriptor: consuming FileDescriptor, maximumMessage: Int = 65_536) {
    self.descriptor = descriptor
    self.maximumMessage = max(1, maximumMessage)
    buffer = .allocate(byteCount: self.maximumMessage, alignment: 16)
  }

  deinit {
    closeUntaken()
    buffer.deallocate()
  }

  /// Two connected ends, both non-blocking and close-on-exec. To give one to a child, map its ``rawValue``.
  public static func pair(maximumMessage: Int = 65_536) throws(SystemError) -> (Channel, Channel) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &ends) { bytes in
      clinux_seqpacket_pair(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    try checked(result, "create channel")
    return (
      Channel(FileDescriptor(owning: ends.0), maximumMessage: maximumMessage),
      Channel(FileDescriptor(owning: ends.1), maximumMessage: maximumMessage)
    )
  }

  /// Descriptor to watch, map into a child, or send over another channel.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Sets the room for queued messages in bytes. The host's limit applies without CAP_NET_ADMIN.
  public func setSendBuffer(_ bytes: Int32) throws(SystemError) {
    try checked(clinux_socket_send_buffer(descriptor.rawValue, bytes), "size channel's buffer")
  }

  /// Sends one message, which must not be empty, with copies of `descriptors`; the sender keeps its own.
  public func send(_ bytes: UnsafeRawBufferPointer, descriptors: [Int32] = []) throws(SystemError) -> SendResult {
    guard !bytes.isEmpty else { throw SystemError(operation: "send empty message", errno: EINVAL) }
    let result = clinux_send_message(
      descriptor.rawValue, bytes.baseAddress, bytes.count, descriptors, descriptors.count)
    switch -result {
    case 0: return .sent
    case EAGAIN, ENOBUFS: return .wouldBlock
    case EPIPE, ECONNRESET, ENOTCONN: return .closed
    case let reason: throw SystemError(operation: "send message", errno: reason)
    }
  }

  /// Sends one message from an array.
  public func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws(SystemError) -> SendResult {
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
      try send(UnsafeRawBufferPointer(buffer), descriptors: descriptors)
    }
  }

  /// Receives one message. Descriptors of the message before that were not taken are closed.
  public func receive() throws(SystemError) -> Receipt {
    closeUntaken()
    let result = clinux_receive_message(descriptor.rawValue, buffer.baseAddress, buffer.count, &received)
    switch -result {
    case 0: break
    case EAGAIN: return .wouldBlock
    case ECONNRESET: return .closed
    case let reason: throw SystemError(operation: "receive message", errno: reason)
    }
    if received.ended { return .closed }
    if received.truncated || received.descriptors_truncated {
      closeUntaken()
      return .truncated
    }
    return .message(UnsafeRawBufferPointer(rebasing: buffer[..<received.count]), descriptors: received.descriptor_count)
  }

  /// Next descriptor of the message just received, close-on-exec; `nil` if there is no further one.
  public func takeDescriptor() -> FileDescriptor? {
    guard taken < received.descriptor_count else { return nil }
    let number = withUnsafeBytes(of: &received.descriptors) {
      $0.loadUnaligned(fromByteOffset: taken * 4, as: Int32.self)
    }
    taken += 1
    return FileDescriptor(owning: number)
  }

  private func closeUntaken() {
    while takeDescriptor() != nil {}
    received.descriptor_count = 0
    taken = 0
  }
}
