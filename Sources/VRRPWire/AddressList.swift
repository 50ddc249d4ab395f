import NetworkTypes

/// Addresses of a virtual router as its adverts carry them, prepared for sending and for comparing with received
/// adverts.
public struct AddressList: Sendable, Hashable {
  /// Family of every address.
  public let family: AddressFamily
  /// Addresses in the order in which they are sent.
  public let addresses: [IPAddress]
  /// Addresses in network byte order, one after the other.
  let bytes: [UInt8]
  /// Addresses in ascending order, each once.
  private let ascending: [IPAddress]

  /// A list of addresses; `nil` for more than 255 addresses or one of another family.
  public init?(_ family: AddressFamily, _ addresses: [IPAddress]) {
    guard addresses.count <= AdvertisementFormat.mostAddresses, addresses.allSatisfy({ $0.family == family }) else {
      return nil
    }
    self.family = family
    self.addresses = addresses
    bytes = addresses.flatMap(\.bytes)
    // Most lists are in order, and are kept once.
    guard !zip(addresses, addresses.dropFirst()).allSatisfy({ $0 < $1 }) else {
      ascending = addresses
      return
    }
    var ascending: [IPAddress] = []
    for address in addresses.sorted() where ascending.last != address { ascending.append(address) }
    self.ascending = ascending
  }

  /// A list of one address.
  public init(_ address: IPAddress) {
    family = address.family
    addresses = [address]
    bytes = address.bytes
    ascending = addresses
  }

  /// Number of addresses, as in the count field.
  var count: UInt8 { UInt8(truncatingIfNeeded: addresses.count) }

  /// Difference between these addresses and the `count` addresses at the front of `list`; `nil` if `list` has the same
  /// addresses and the same number of them, in any order.
  func difference(from list: RawSpan, count: Int) -> AdvertisementError? {
    guard count == addresses.count else { return .addressCount }
    if isSame(list) { return nil }
    var seen: SIMD4<UInt64> = .zero
    for index in 0..<count {
      guard let address = list.address(family, at: index * family.addressLength), let place = place(of: address) else {
        return .addressList
      }
      seen[place >> 6] |= 1 << UInt64(place & 63)
    }
    let distinct = (0..<4).reduce(0) { $0 + seen[$1].nonzeroBitCount }
    return distinct == ascending.count ? nil : .addressList
  }

  private func isSame(_ list: RawSpan) -> Bool {
    guard list.byteCount >= bytes.count else { return false }
    let own = bytes.span.bytes
    for offset in stride(from: 0, to: bytes.count, by: 4)
    where own.quarter(at: offset) != list.quarter(at: offset) {
      return false
    }
    return true
  }

  private func place(of address: IPAddress) -> Int? {
    var low = 0
    var high = ascending.count
    while low < high {
      let middle = (low + high) / 2
      if ascending[middle] < address { low = middle + 1 } else { high = middle }
    }
    return low < ascending.count && ascending[low] == address ? low : nil
  }
}
