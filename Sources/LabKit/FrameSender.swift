import Glibc

/// Sends frames as they are from a host's interface: what an attacker on the LAN can do.
public final class FrameSender: Sendable {
  private let descriptor: Int32
  private let address: [UInt8]

  /// A packet socket on the host's `eth0`.
  public init(on host: Host) throws(LabError) {
    let opened = try inNamespace(host.namespace) { () throws(LabError) -> (Int32, Int32) in
      let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let descriptor = socket(AF_PACKET, kind, 0)
      guard descriptor >= 0 else { throw LabError(call: "packet socket", on: host.name) }
      return (descriptor, Int32(if_nametoindex("eth0")))
    }
    descriptor = opened.0
    var address = [UInt8](repeating: 0, count: 20)
    address.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
      $0.storeBytes(of: opened.1, toByteOffset: 4, as: Int32.self)
    }
    self.address = address
  }

  deinit {
    close(descriptor)
  }

  /// Sends a frame, Ethernet header and all.
  public func send(_ frame: [UInt8]) throws(LabError) {
    let count = address.withUnsafeBytes {
      sendto(
        descriptor, frame, frame.count, 0, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t($0.count))
    }
    guard count == frame.count else { throw LabError(call: "sendto", on: "eth0") }
  }
}
