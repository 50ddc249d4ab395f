import NetworkTypes

/// Reads that return `nil` beyond the end of the bytes.
extension RawSpan {
  func byte(at offset: Int) -> UInt8? {
    guard holds(1, at: offset) else { return nil }
    return unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  func word(at offset: Int) -> UInt16? {
    guard holds(2, at: offset) else { return nil }
    return UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// Four bytes in memory order, for comparisons.
  func quarter(at offset: Int) -> UInt32? {
    guard holds(4, at: offset) else { return nil }
    return unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }

  func quad(at offset: Int) -> UInt64? {
    guard holds(8, at: offset) else { return nil }
    return UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  func address(_ family: AddressFamily, at offset: Int) -> IPAddress? {
    switch family {
    case .ipv4:
      guard holds(4, at: offset) else { return nil }
      return IPAddress(v4: UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case .ipv6:
      guard holds(16, at: offset), let high = quad(at: offset), let low = quad(at: offset &+ 8) else { return nil }
      return IPAddress(v6High: high, low: low)
    }
  }

  func macAddress(at offset: Int) -> MACAddress? {
    guard holds(6, at: offset), let first = word(at: offset), let second = word(at: offset &+ 2),
      let third = word(at: offset &+ 4)
    else { return nil }
    return MACAddress(bits: UInt64(first) << 32 | UInt64(second) << 16 | UInt64(third))
  }

  /// Whether there are `count` bytes from `offset` on.
  func holds(_ count: Int, at offset: Int) -> Bool {
    offset >= 0 && offset <= byteCount && byteCount &- offset >= count
  }
}

/// Writes. The caller has checked that the buffer is long enough; bytes beyond its end are left out.
extension UnsafeMutableRawBufferPointer {
  func write(_ value: UInt8, at offset: Int) {
    guard offset >= 0, offset < count else { return }
    self[offset] = value
  }

  func write(_ value: UInt16, at offset: Int) {
    write(UInt8(truncatingIfNeeded: value >> 8), at: offset)
    write(UInt8(truncatingIfNeeded: value), at: offset &+ 1)
  }

  func write(_ value: UInt64, at offset: Int) {
    for index in 0..<8 { write(UInt8(truncatingIfNeeded: value >> UInt64(56 - index * 8)), at: offset &+ index) }
  }

  func write(_ address: IPAddress, at offset: Int) {
    for index in 0..<address.family.addressLength { write(address.byte(at: index), at: offset &+ index) }
  }

  func write(_ address: MACAddress, at offset: Int) {
    for index in 0..<6 { write(address.byte(at: index), at: offset &+ index) }
  }

  func zero(_ range: Range<Int>) {
    for offset in range { write(0 as UInt8, at: offset) }
  }
}
