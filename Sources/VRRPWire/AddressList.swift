import NetworkTypes

/// The addresses of a virtual router as its adverts carry them, ready to be sent and to be compared with what others send.
public struct AddressList: Sendable, Hashable {
  /// The family of every address.
  public let family: AddressFamily
  /// The addresses in the order in which they are sent.
  public let addresses: [IPAddress]
  /// The same in network order, one after the other.
  let bytes: [UInt8]
  /// The same in ascending order, each once.
  private let ascending: [IPAddress]

  /// A list; `nil` for more than 255 addresses or one of another family.
  public init?(_ family: AddressFamily, _ addresses: [IPAddress]) {
    guard addresses.count <= AdvertisementFormat.mostAddresses, addresses.allSatisfy({ $0.family == family }) else {
      return nil
    }
    self.family = family
    self.addresses = addresses
    bytes = addresses.flatMap(\.bytes)
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

  /// The number of addresses as the count field gives it.
  var count: UInt8 { UInt8(truncatingIfNeeded: addresses.count) }

  /// How the addresses at the front of `list`, `count` of them, differ from these: `nil` when each of these is there and there are
  /// as many, in any order.
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
