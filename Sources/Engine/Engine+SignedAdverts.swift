import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// A signed advert: nothing of it is acted on before its signature and its number are found good.
  func takeSigned(_ datagram: ReceivedAdvert, from ear: AdvertTransport.Ear, at now: MonotonicInstant) {
    // Without a readable header nobody knows whom it was for, unless it can be for one router only.
    var router = ear.onlyRouter
    do throws(AdvertisementError) {
      guard let packet = datagram.packet?.bytes else { throw .ipHeader }
      let header = try AuthenticationHeader(decoding: packet)
      let message = packet.extracting(header.message)
      let origin = DatagramOrigin(
        source: datagram.source, destination: datagram.destination, timeToLive: datagram.hopLimit ?? 0)
      router = self.router(for: message, datagram, from: ear)
      guard let router else {
        throw Self.formError(of: message, origin, isBehindHeader: true) ?? .unknownVirtualRouter
      }
      let received = try check(message, origin, for: router, isBehindHeader: true)
      try authenticate(header, packet, for: router, at: now)
      noteAddressDifference(received, message, from: datagram.source, router: router, at: now)
      accept(received, from: datagram.source, router: router, at: now)
      keepReady(router)
    } catch {
      drop(error, from: datagram.source, router: router, on: ear, at: now)
    }
  }

  private func authenticate(
    _ header: AuthenticationHeader, _ packet: RawSpan, for position: Int, at now: MonotonicInstant
  ) throws(AdvertisementError) {
    let router = plan.routers[position]
    guard let key = router.signingKey else { throw .authenticationMismatch }
    try header.verify(packet, key: key)
    guard transport.acceptSequence(header.sequenceNumber, of: position) else {
      tellSequence(of: position, at: now)
      throw .replay
    }
  }

  /// Answers an advert with the right signature and an old number: it may be a host that began to count anew, as keepalived does
  /// when it is restarted or reads its configuration again. That host takes up the number of any signed advert that it hears, and
  /// is heard again. A backup that only waited would become a second master, and one that took old numbers could be fed recorded
  /// adverts.
  ///
  /// A backup says so with priority 1, to which no master yields. Others may take it for a master's and wait for an interval, so
  /// there is one such answer a minute, however many recorded adverts somebody sends.
  private func tellSequence(of router: Int, at now: MonotonicInstant) {
    if let last = sequenceTold[router], now - last < LogLimiter.period { return }
    switch core.state(of: router) {
    case .master: sendAdvert(core.snapshot(of: router).effectivePriority, of: router)
    case .backup: sendAdvert(Priority(rawValue: 1), of: router)
    case .initialize, .fault: return
    }
    sequenceTold[router] = now
  }
}
