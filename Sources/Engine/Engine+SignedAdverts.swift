import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Handles an advert behind an Authentication Header. Nothing in it has an effect before its signature and its number
  /// are verified.
  func handleSigned(_ datagram: ReceivedAdvert, from socket: AdvertTransport.Socket, at now: MonotonicInstant) {
    // Without a readable header nobody knows whom it was for, unless it can be for one router only.
    var router = socket.onlyRouter
    do throws(AdvertisementError) {
      guard let packet = datagram.packet?.bytes else { throw .ipHeader }
      let header = try AuthenticationHeader(decoding: packet)
      let message = packet.extracting(header.message)
      let origin = DatagramOrigin(
        source: datagram.source, destination: datagram.destination, timeToLive: datagram.hopLimit ?? 0)
      router = self.router(for: message, datagram, from: socket)
      guard let router else {
        throw Self.formError(of: message, origin, isBehindHeader: true) ?? .unknownVirtualRouter
      }
      let received = try plan.routers[router].policy.admit(
        message, origin, isBehindHeader: true, isOwnAddress: { interfaces.isUsable($0) })
      try authenticate(header, packet, for: router, at: now)
      recordAddressDifference(received, message, from: datagram.source, router: router, at: now)
      accept(received, from: datagram.source, router: router, at: now)
      keepReady(router)
    } catch {
      drop(error, from: datagram.source, router: router, on: socket, at: now)
    }
  }

  private func authenticate(
    _ header: AuthenticationHeader, _ packet: RawSpan, for position: Int, at now: MonotonicInstant
  ) throws(AdvertisementError) {
    guard let signer = transport.signer(of: position) as? HeaderSigner else { throw .authenticationMismatch }
    guard try signer.accept(header, of: packet) else {
      answerOldNumber(of: position, at: now)
      throw .replay
    }
  }

  /// Answers an advert with a valid signature and an old number. It may come from a host that has begun to count again,
  /// as keepalived does when it is restarted or reads its configuration. That host continues after the number of any
  /// signed advert that it receives, and is accepted again. A backup that did not answer would become a second master,
  /// and one that accepted old numbers could be fed recorded adverts.
  ///
  /// A backup answers with priority 1, to which no master yields. Other hosts may take it for a master's advert and
  /// wait for an interval, so there is one such answer a minute, however many recorded adverts come.
  private func answerOldNumber(of router: Int, at now: MonotonicInstant) {
    if let last = oldNumberAnsweredAt[router], now - last < LogLimiter.period { return }
    switch core.state(of: router) {
    case .master: sendAdvert(core.snapshot(of: router).effectivePriority, of: router)
    case .backup: sendAdvert(Priority(rawValue: 1), of: router)
    case .initialize, .fault: return
    }
    oldNumberAnsweredAt[router] = now
  }

  /// Verifies the trailer of an advert that is valid otherwise; a router without trailers has nothing to verify.
  func authenticate(
    _ received: ReceivedAdvertisement, _ message: RawSpan, from sender: IPAddress, for router: Int,
    at now: MonotonicInstant
  ) throws(AdvertisementError) {
    guard let trailer = transport.trailer(of: router), received.hasTrailer else { return }
    let (position, skew) = try trailer.admit(received, message, from: sender)
    keepMark(position, of: router, trailer)
    guard let window = trailer.authentication.window, abs(skew) * 2 > window,
      limiter.shouldLog(.clockSkew, from: sender, at: now)
    else { return }
    outbox.send(.event(.clockSkew(of: sender, seconds: skew, allowed: window), router: router))
  }

  /// Counts an unsigned advert that was accepted by a router that will demand signatures later.
  func recordUnsigned(_ received: ReceivedAdvertisement, from sender: IPAddress, router: Int, at now: MonotonicInstant)
  {
    guard !received.hasTrailer, transport.trailer(of: router) != nil else { return }
    board.router(router)?[.unsignedAdvertisements] &+= 1
    guard limiter.shouldLog(.unsignedAdvertisement, from: sender, at: now) else { return }
    outbox.send(.event(.unsignedAdvertisement(from: sender), router: router))
  }

  /// Writes the mark at a position, and the one that senders share, to the board.
  private func keepMark(_ position: Int, of router: Int, _ trailer: TrailerSigner) {
    guard let first = board.router(router)?.marks.lowerBound else { return }
    for place in [0, position] {
      let mark = trailer.marks[place]
      board.mark(first + place)?.mark = (mark.sender, mark.number?.rawValue ?? 0)
    }
  }

  /// Continues after the sequence numbers of the previous engine.
  func resumeNumbers(of router: Int, from old: RouterRecord, on previous: Board?) {
    transport.signer(of: router)?.resume(after: old.sequenceNumber)
    guard let trailer = transport.trailer(of: router) else { return }
    for (place, position) in old.marks.prefix(ReplayMarks.capacity).enumerated() {
      guard let mark = previous?.mark(position)?.mark, mark.number != 0 else { continue }
      trailer.marks[place] = ReplayMarks.Mark(sender: mark.sender, number: TrailerNumber(rawValue: mark.number))
      keepMark(place, of: router, trailer)
    }
  }

  /// Signs the ready resignations of masters with long intervals again, since an old one would be refused.
  func refreshResignations() {
    for router in routersWithTrailers
    where plan.routers[router].policy.expectation.interval.nanoseconds > AddressKeeper.reconcileInterval
      && core.state(of: router) == .master
    {
      keepReady(router)
    }
  }
}
