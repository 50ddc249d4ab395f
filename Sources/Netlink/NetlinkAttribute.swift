import CNetlink
import NetworkTypes

/// Attribute of a message. Its bytes lie wholly in the message, and every read is checked against its length.
struct NetlinkAttribute {
  let attribute: UnsafeMutablePointer<nlattr>

  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: nla_data(attribute), count: max(0, Int(nla_len(attribute))))
  }

  var uint32: UInt32? {
    bytes.count >= 4 ? bytes.loadUnaligned(as: UInt32.self) : nil
  }

  /// Text up to the first zero byte.
  var text: String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  var mac: MACAddress? { MACAddress(bytes: bytes) }

  func address(_ family: AddressFamily) -> IPAddress? {
    guard bytes.count == family.addressLength else { return nil }
    switch family {
    case .ipv4: return IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    case .ipv6:
      return IPAddress(
        v6High: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }

  func fixed<Fixed>(as _: Fixed.Type) -> Fixed? {
    bytes.count >= MemoryLayout<Fixed>.size ? bytes.loadUnaligned(as: Fixed.self) : nil
  }

  func forEachNested(_ body: (Int, NetlinkAttribute) -> Void) {
    var remaining = Int32(truncatingIfNeeded: bytes.count)
    var next = nla_data(attribute).map { $0.assumingMemoryBound(to: nlattr.self) }
    while let nested = next, nla_ok(nested, remaining) != 0 {
      body(Int(nla_type(nested)), NetlinkAttribute(attribute: nested))
      next = nla_next(nested, &remaining)
    }
  }
}
