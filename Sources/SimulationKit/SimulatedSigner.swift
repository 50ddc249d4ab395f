import NetworkTypes
import VRRPWire

/// Signs one router's adverts and verifies those of others, as its engine does.
enum SimulatedSigner: Sendable {
  case header(AuthenticationKey, AuthenticationSequence)
  case trailer(TrailerGuard, signs: Bool)

  /// A signer of a process that starts now and knows no number; `nil` if nothing is signed.
  init?(_ signing: AdvertSigning?, at time: CalendarInstant) {
    switch signing {
    case .header(let key):
      let least = AuthenticationSequence.leastOwn(secondsSince1970: time.nanosecondsSince1970 / 1_000_000_000)
      self = .header(key, AuthenticationSequence(leastOwn: least))
    case .trailer(let authentication):
      self = .trailer(TrailerGuard(authentication), signs: authentication.signs)
    case nil:
      return nil
    }
  }

  /// The bytes of an advert to each of its destinations, all under one number.
  mutating func seal(
    _ templates: [AdvertisementTemplate], timeToLive: UInt8, at time: CalendarInstant
  ) -> [[UInt8]] {
    switch self {
    case .header(let key, var sequence):
      let number = sequence.take()
      self = .header(key, sequence)
      return templates.map { template in
        guard var packet = AuthenticatedPacket(template, key: key, timeToLive: timeToLive) else { return [] }
        packet.seal(template, sequenceNumber: number)
        return packet.bytes
      }
    case .trailer(var trailers, signs: true):
      guard let first = templates.first else { return [] }
      let trailer = trailers.sign(first, at: time)
      self = .trailer(trailers, signs: true)
      return templates.map { template in
        var message = TrailedMessage(template)
        message.seal(template, trailer)
        return message.bytes
      }
    case .trailer(_, signs: false):
      return templates.map(\.bytes)
    }
  }

  /// Verifies the header of a packet, and that its number is a new one.
  mutating func verify(_ header: AuthenticationHeader, of packet: RawSpan) throws(AdvertisementError) {
    guard case .header(let key, var sequence) = self else { throw .authenticationMismatch }
    try header.verify(packet, key: key)
    guard sequence.accept(header.sequenceNumber) else { throw .replay }
    self = .header(key, sequence)
  }

  /// Verifies the trailer of a message, and that its number is a new one.
  mutating func verify(
    _ received: ReceivedAdvertisement, _ message: RawSpan, from source: IPAddress, at time: CalendarInstant
  ) throws(AdvertisementError) {
    guard case .trailer(var trailers, let signs) = self else { return }
    _ = try trailers.admit(received, message, from: source, at: time)
    self = .trailer(trailers, signs: signs)
  }
}
