import CLinux
import Glibc
import NetworkTypes

/// ARP requests and replies on one link (RFC 826).
public enum ARPSocket {
  /// Interface number and MAC address of a link.
  public static func link(_ name: String) throws(SystemError) -> (index: InterfaceIndex, mac: MACAddress) {
    let index = clinux_interface_index(name)
    guard index > 0, index <= UInt32(Int32.max) else {
      throw SystemError(operation: "find interface", errno: ENODEV, object: name)
    }
    var bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0, 0)
    let result = withUnsafeMutableBytes(of: &bytes) { clinux_link_address(name, $0.baseAddress) }
    try checked(result, "read link-layer address", name)
    let octets = withUnsafeBytes(of: &bytes) { Array($0) }
    guard let mac = MACAddress(bytes: octets) else {
      throw SystemError(operation: "read link-layer address", errno: EINVAL, object: name)
    }
    return (InterfaceIndex(rawValue: Int32(index)), mac)
  }

  /// A non-blocking packet socket that receives and sends ARP frames on one link. Needs CAP_NET_RAW.
  public static func open(on link: InterfaceIndex) throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try checked(clinux_arp_socket(link.rawValue), "open packet socket"))
  }

  /// Frame that asks for `target`, with 0.0.0.0 as the sender's address (RFC 5227 section 2.1.1).
  public static func request(for target: IPAddress, from mac: MACAddress) -> [UInt8] {
    let own = mac.bytes
    let frame: [UInt8] = [UInt8](repeating: 0xFF, count: 6) + own + [0x08, 0x06]
    let packet: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + own + [0, 0, 0, 0]
    return frame + packet + [0, 0, 0, 0, 0, 0] + target.bytes
  }

  /// MAC address of the sender of `frame`, if the frame answers a request of `mac` for `target`; otherwise `nil`.
  public static func sender(of frame: [UInt8], ifAnswerFor target: IPAddress, to mac: MACAddress) -> MACAddress? {
    guard frame.count >= 42, frame[12..<22].elementsEqual([0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 2]),
      frame[28..<32].elementsEqual(target.bytes), frame[32..<38].elementsEqual(mac.bytes)
    else { return nil }
    return MACAddress(bytes: Array(frame[22..<28]))
  }
}
