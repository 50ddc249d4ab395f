import NetworkTypes

/// Last advert that a virtual router accepted. The next one is nearly always the same, and is recognised by comparing
/// its bytes.
///
/// Equal bytes from the same source to the same destination with the same TTL are equally valid, so no check is
/// repeated. The storage is reused: once an advert of each length has been stored, nothing is allocated.
public struct RememberedAdvertisement: Sendable {
  private var message: [UInt8] = []
  private var origin: DatagramOrigin?
  private var received: ReceivedAdvertisement?

  /// Nothing remembered yet.
  public init() {}

  /// Result of decoding the same message before; `nil` if the message or its origin is another one.
  public func match(_ message: RawSpan, origin: DatagramOrigin) -> ReceivedAdvertisement? {
    guard let received, origin == self.origin, message.byteCount == self.message.count else { return nil }
    let own = self.message.span.bytes
    var offset = 0
    // The length of an accepted message is a multiple of four.
    while let left = own.quarter(at: offset) {
      guard left == message.quarter(at: offset) else { return nil }
      offset &+= 4
    }
    return received
  }

  /// Stores an advert that passed every check and whose addresses did not differ.
  public mutating func remember(_ received: ReceivedAdvertisement, message: RawSpan, origin: DatagramOrigin) {
    self.message.removeAll(keepingCapacity: true)
    message.withUnsafeBytes { self.message.append(contentsOf: $0) }
    self.origin = origin
    self.received = received
  }

  /// Forgets the stored advert. Must be called when the expected values change.
  public mutating func forget() {
    received = nil
  }
}
