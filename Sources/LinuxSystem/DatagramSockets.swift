import CLinux
import Glibc
import NetworkTypes

/// UDP datagram as it arrived. `payload` is valid only during the call that it is passed to.
public struct ReceivedDatagram {
  /// Bytes after the UDP header.
  public let payload: UnsafeRawBufferPointer
  /// Address of the sender.
  public let source: IPAddress
  /// Destination address, which is one of this host's.
  public let destination: IPAddress
  /// IPv4 time to live or IPv6 hop limit on arrival; `nil` only if the kernel did not report it.
  public let hopLimit: UInt8?
  /// Interface by which it arrived.
  public let interface: InterfaceIndex
}

/// Receiver of UDP datagrams to one port on all addresses of one family, with the TTL of each.
public final class DatagramReceiver {
  /// Family of the socket.
  public let family: AddressFamily
  /// Port of the socket.
  public let port: UInt16
  private let descriptor: FileDescriptor
  private let buffer: UnsafeMutableRawBufferPointer

  /// Binds the port. If another socket of this host shares the port, only the one bound last receives.
  /// - Parameter capacity: bytes kept of each datagram; the rest of a longer one is cut off.
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

  /// Descriptor to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Passes at most `most` waiting datagrams to `body`. Returns their number.
  @discardableResult
  public func receive(most: Int = 64, _ body: (ReceivedDatagram) -> Void) throws(SystemError) -> Int {
    var datagram = clinux_datagram()
    for count in 0..<most {
      let result = clinux_datagram_receive(
        descriptor.rawValue, family == .ipv6, buffer.baseAddress, buffer.count, &datagram)
      if result == -EAGAIN { return count }
      // The error belongs to a datagram sent earlier, which was refused, and not to a waiting one.
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

/// Sender of UDP datagrams to one destination from one port, with a fixed TTL or hop limit and the precedence
/// "internetwork control".
public final class DatagramSender {
  private let descriptor: FileDescriptor
  private let family: AddressFamily
  private let destination: [UInt8]
  private let port: UInt16

  /// Binds the source port, and the source address if there is one. The address need not be on an interface yet.
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

  /// Sends one datagram now. Returns the errno if the kernel refuses it.
  public func send(_ payload: UnsafeRawBufferPointer) -> Int32? {
    let result = clinux_datagram_send(
      descriptor.rawValue, family == .ipv6, payload.baseAddress, payload.count, destination, port)
    return result < 0 ? -result : nil
  }
}
