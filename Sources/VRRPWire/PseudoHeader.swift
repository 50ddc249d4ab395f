import NetworkTypes

extension InternetChecksum {
  /// Begins a checksum with the pseudo-header of the addresses' family.
  ///
  /// IPv6: both addresses, a 32-bit length and the next header (RFC 8200 section 8.1). IPv4: both addresses, the protocol and a
  /// 16-bit length, in the form TCP and UDP use (RFC 9293 section 3.1). Both layouts add up the same, since a length below 65,536
  /// leaves the upper half of the longer field zero.
  init(pseudoHeaderFrom source: IPAddress, to destination: IPAddress, protocolNumber: UInt8, length: Int) {
    self.init()
    add(source)
    add(destination)
    add(UInt16(protocolNumber))
    add(UInt16(truncatingIfNeeded: length >> 16))
    add(UInt16(truncatingIfNeeded: length))
  }

  private mutating func add(_ address: IPAddress) {
    add(address.high)
    add(address.low)
  }
}
