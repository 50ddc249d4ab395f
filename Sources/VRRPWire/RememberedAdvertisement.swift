import NetworkTypes

/// The last advert that a virtual router accepted, so that the next one, nearly always the same, is known by comparing its bytes.
///
/// Equal bytes from the same source to the same destination with the same TTL are equally valid: nothing has to be checked again.
/// Its storage is reused, so that once an advert of each length was remembered nothing is allocated.
public struct RememberedAdvertisement: Sendable {
  private var message: [UInt8] = []
  private var origin: DatagramOrigin?
  private var received: ReceivedAdvertisement?

  /// Remembers nothing yet.
  public init() {}

  /// What the same message was decoded to before; `nil` when this is another message, or from elsewhere.
  public func match(_ message: RawSpan, origin: DatagramOrigin) -> ReceivedAdvertisement? {
    guard let received, origin == self.origin, message.byteCount == self.message.count else { return nil }
    let own = self.message.span.bytes
    var offset = 0
    // An accepted message's length is a multiple of four.
    while let left = own.quarter(at: offset) {
      guard left == message.quarter(at: offset) else { return nil }
      offset &+= 4
    }
    return received
  }

  /// Remembers an advert that passed every check and whose addresses did not differ.
  public mutating func remember(_ received: ReceivedAdvertisement, message: RawSpan, origin: DatagramOrigin) {
    self.message.removeAll(keepingCapacity: true)
    message.withUnsafeBytes { self.message.append(contentsOf: $0) }
    self.origin = origin
    self.received = received
  }

  /// Remembers nothing any more: to be called when what is expected changes.
  public mutating func forget() {
    received = nil
  }
}
