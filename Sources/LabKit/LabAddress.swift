import Glibc
import NetworkTypes

/// The addresses that labs are numbered from.
public enum LabAddress {
  /// 10.9.0.`number`.
  public static func ipv4(_ number: UInt8) -> IPAddress { IPAddress(v4: 0x0A09_0000 | UInt32(number)) }
  /// fd00:9::`number`, the number read as hexadecimal digits of its value.
  public static func ipv6(_ number: UInt8) -> IPAddress {
    IPAddress(v6High: 0xFD00_0009_0000_0000, low: UInt64(number))
  }
  /// fe80::9:`number`.
  public static func linkLocal(_ number: UInt8) -> IPAddress {
    IPAddress(v6High: 0xFE80_0000_0000_0000, low: 0x0009_0000 | UInt64(number))
  }
}

extension IPAddress {
  /// The address in a socket address of either family; `nil` for other families.
  init?(socketAddress: UnsafePointer<sockaddr>) {
    switch Int32(socketAddress.pointee.sa_family) {
    case AF_INET:
      self.init(
        bytes: UnsafeRawBufferPointer(start: UnsafeRawPointer(socketAddress) + 4, count: 4).map { $0 })
    case AF_INET6:
      self.init(
        bytes: UnsafeRawBufferPointer(start: UnsafeRawPointer(socketAddress) + 8, count: 16).map { $0 })
    default: return nil
    }
  }
}
