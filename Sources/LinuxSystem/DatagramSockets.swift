import CLinux
import Glibc
import NetworkTypes

/// One UDP datagram as it arrived. `payload` is valid only within the call it was given to.
public struct ReceivedDatagram {
  /// What follows the UDP header.
  public let payload: UnsafeRawBufferPointer
  /// The sender's address.
  public let source: IPAddress
  /// The address of ours that it was sent to.
  public let destination: IPAddress
  /// The IPv4 time to live or IPv6 hop limit on arrival; `nil` only if the kernel did not say.
  public let hopLimit: UInt8?
  /// The interface it came in by.
  public let interface: InterfaceIndex
}

/// Hears one UDP port on all addresses of one family, and of each datagram how far it may have come.
public final class DatagramReceiver {
  /// The family heard.
  public let family: AddressFamily
  /// The port heard.
  public let port: UInt16
  private let descriptor: FileDescriptor
  private let buffer: UnsafeMutableRawBufferPointer

  /// Binds the port. A socket of this host's that has bound it before hears nothing any more if it shares the port too.
  /// - Parameter capacity: bytes kept of a datagram; the rest of a longer one is cut off.
  public init(family: AddressFamily, port: UInt16, capacity: Int = 256) throws(SystemError) {
    self.family = family
    self.port = port
    descriptor = FileDescriptor(
      owning: try checked(clinux_datagram_receive_socket(family == .ipv6, port), "listen on UDP port", "\(port)"))
    buffer = .allocate(byteCount: max(1, capacity), alignment: 8)
  }

  deinit {
    buffer.deallocate()
  }

  /// The number to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Gives at most `most` waiting datagrams to `body`; how many there were.
  @discardableResult
  public func receive(most: Int = 64, _ body: (ReceivedDatagram) -> Void) throws(SystemError) -> Int {
    var datagram = clinux_datagram()
    for count in 0..<most {
      let result = clinux_datagram_receive(
        descriptor.rawValue, family == .ipv6, buffer.baseAddress, buffer.count, &datagram)
      if result == -EAGAIN { return count }
      // An earlier datagram of ours that nobody wanted; it says nothing of what waits.
      if result == -ECONNREFUSED { continue }
      try checked(result, "receive on UDP port", "\(port)")
      body(
        ReceivedDatagram(
          payload: UnsafeRawBufferPointer(rebasing: buffer[..<min(Int(datagram.count), buffer.count)]),
          source: address(datagram.source), destination: address(datagram.destination),
          hopLimit: UInt8(exactly: datagram.hop_limit), interface: InterfaceIndex(rawValue: datagram.interface)))
    }
    return most
  }

  private typealias Bytes16 = (
    UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
  )

  private func address(_ bytes: Bytes16) -> IPAddress {
    withUnsafeBytes(of: bytes) { raw in
      switch family {
      case .ipv4: IPAddress(v4: UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self)))
      case .ipv6:
        IPAddress(
          v6High: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
          low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      }
    }
  }
}

/// Sends UDP datagrams to one destination from one port with a fixed TTL or hop limit, with the precedence "internetwork control".
public final class DatagramSender {
  private let descriptor: FileDescriptor
  private let family: AddressFamily
  private let destination: [UInt8]
  private let port: UInt16

  /// Binds the source port, and the source address if there is one; it need not be on an interface yet.
  public init(
    to destination: IPAddress, port: UInt16, from source: IPAddress?, sourcePort: UInt16, hopLimit: UInt8
  ) throws(SystemError) {
    family = destination.family
    self.destination = destination.bytes
    self.port = port
    guard source == nil || source?.family == family else {
      throw SystemError(operation: "send from", errno: EAFNOSUPPORT, object: "\(source ?? destination)")
    }
    let opened = clinux_datagram_send_socket(family == .ipv6, source?.bytes, sourcePort, Int32(hopLimit))
    descriptor = FileDescriptor(owning: try checked(opened, "send from UDP port", "\(sourcePort)"))
  }

  /// Sends one datagram now; the kernel's reason if it would not.
  public func send(_ payload: UnsafeRawBufferPointer) -> Int32? {
    let result = clinux_datagram_send(
      descriptor.rawValue, family == .ipv6, payload.baseAddress, payload.count, destination, port)
    return result < 0 ? -result : nil
  }
}
