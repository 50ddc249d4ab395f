import Configuration
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Watches the sockets that adverts come in by.
  func watchSockets() throws(SystemError) {
    for ear in transport.ears {
      _ = try reactor.watch(ear.receiver.rawValue, for: .readable) { [unowned self] _ in listen(to: ear) }
    }
    for ear in heartbeats?.ears ?? [] {
      _ = try reactor.watch(ear.receiver.rawValue, for: .readable) { [unowned self] _ in listenFurther(to: ear) }
    }
    _ = try reactor.watch(monitor.rawValue, for: .readable) { [unowned self] _ in readMonitor() }
  }

  private func listen(to ear: AdvertTransport.Ear) {
    // Until it is in charge, what an engine hears is for the one before it.
    guard phase == .running else { return phase == .prepared ? transport.discardReceived() : () }
    let now = reactor.now
    // An error here is the interface's (down, deleted), of which netlink tells more.
    try? transport.receive(
      ear,
      malformed: { sender in drop(.ipHeader, from: sender, router: nil, on: ear, at: now) },
      { datagram in take(datagram, from: ear, at: arrival(of: datagram, readAt: now)) })
  }

  /// When an advert counts as heard: when the kernel received it, so that what this host needs to wake up is not added to the time
  /// for which its master was silent.
  ///
  /// Time never goes back before what an earlier turn acted on, and a wall clock that is set just then, by which the kernel stamps,
  /// costs no more than ``greatestReadingDelay``.
  private func arrival(of datagram: ReceivedAdvert, readAt now: MonotonicInstant) -> MonotonicInstant {
    Self.arrival(datagram.arrival, readAt: now, after: lastTurn)
  }

  static func arrival(
    _ stamp: MonotonicInstant?, readAt now: MonotonicInstant, after lastTurn: MonotonicInstant
  ) -> MonotonicInstant {
    guard let stamp else { return now }
    return min(now, max(stamp, lastTurn, now - greatestReadingDelay))
  }

  private func listenFurther(to ear: AdvertTransport.Ear) {
    guard let heartbeats else { return }
    let now = reactor.now
    try? transport.receive(ear, malformed: { _ in }) { datagram in
      if phase == .running {
        takeHeartbeat(datagram, from: ear, heartbeats, at: arrival(of: datagram, readAt: now))
      }
    }
  }

  private func take(_ datagram: ReceivedAdvert, from ear: AdvertTransport.Ear, at now: MonotonicInstant) {
    if ear.isSigned { return takeSigned(datagram, from: ear, at: now) }
    let message = datagram.payload.bytes
    let origin = DatagramOrigin(
      source: datagram.source, destination: datagram.destination, timeToLive: datagram.hopLimit ?? 0)
    guard let router = router(for: message, datagram, from: ear) else {
      if let heartbeats, let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
        heartbeats.mayHear(identifier, on: ear.receiver.interface, plan)
      {
        return
      }
      let error = Self.formError(of: message, origin) ?? .unknownVirtualRouter
      return drop(error, from: datagram.source, router: nil, on: ear, at: now)
    }
    if let known = remembered[router].match(message, origin: origin) {
      return accept(known, from: datagram.source, router: router, at: now)
    }
    do throws(AdvertisementError) {
      if datagram.isTruncated { throw .length }
      let received = try plan.routers[router].policy.admit(message, origin, isOwnAddress: { interfaces.isUsable($0) })
      try authenticate(received, message, from: datagram.source, for: router, at: now)
      let isOther = noteAddressDifference(received, message, from: datagram.source, router: router, at: now)
      // A signed advert never comes twice, and one with other addresses is to be noted each time.
      if !received.hasTrailer, !isOther { remembered[router].remember(received, message: message, origin: origin) }
      accept(received, from: datagram.source, router: router, at: now)
    } catch {
      drop(error, from: datagram.source, router: router, on: ear, at: now)
    }
  }

  /// The router an advert is for: by VRID, and among routers that share one by whose peer the sender is, or by the group.
  func router(for message: RawSpan, _ datagram: ReceivedAdvert, from ear: AdvertTransport.Ear) -> Int? {
    guard let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
      let first = transport.index.first(virtualRouterID: identifier.rawValue, table: ear.table)
    else { return nil }
    var candidate: Int? = first
    while let router = candidate {
      if plan.routers[router].policy.concerns(datagram.source, datagram.destination) { return router }
      candidate = transport.index.next(after: router)
    }
    return first
  }

  func accept(
    _ received: ReceivedAdvertisement, from sender: IPAddress, router: Int, at now: MonotonicInstant
  ) {
    if let record = board.router(router) {
      record[.advertisementsReceived] &+= 1
      if received.advertisement.priority == .resignation { record[.resignationsReceived] &+= 1 }
    }
    noteUnsigned(received, from: sender, router: router, at: now)
    markDirty(router)
    core.handle(.advertisement(received.advertisement, from: sender, router: router), at: now, into: &effects)
    carryOut(at: now, due: nil)
  }

  /// Counts an advert whose addresses are not those configured here; whether it is one.
  @discardableResult func noteAddressDifference(
    _ received: ReceivedAdvertisement, _ message: RawSpan, from sender: IPAddress, router: Int,
    at now: MonotonicInstant
  ) -> Bool {
    guard let difference = plan.routers[router].policy.addressDifference(of: received, in: message) else {
      return false
    }
    if let record = board.router(router) {
      record[.addressListErrors] &+= 1
      record[drops: Int(difference.rawValue)] &+= 1
      record[sighting: .otherAddresses] = (sender, now, difference.rawValue)
    }
    if limiter.shouldLog(.advertisement(difference), from: sender, at: now) {
      outbox.send(.event(.addressListDiffers(of: sender), router: router))
    }
    return true
  }

  func drop(
    _ error: AdvertisementError, from sender: IPAddress, router: Int?, on ear: AdvertTransport.Ear,
    at now: MonotonicInstant
  ) {
    if let router, let record = board.router(router) {
      record[drops: Int(error.rawValue)] &+= 1
      record[sighting: .refusedAdvert] = (sender, now, error.rawValue)
    } else {
      board.unknownRouterDrops &+= 1
    }
    guard limiter.shouldLog(.advertisement(error), from: sender, at: now) else { return }
    let interface = interfaces[ear.receiver.interface]?.name ?? ""
    outbox.send(
      .event(.advertisementDropped(reason: error.rawValue, from: sender, on: interface), router: router))
  }

  /// What is wrong with the form of an advert that no router here has the VRID of.
  static func formError(
    of message: RawSpan, _ origin: DatagramOrigin, isBehindHeader: Bool = false
  ) -> AdvertisementError? {
    do throws(AdvertisementError) {
      let anyHop: ClosedRange<UInt8> = origin.destination.isMulticast ? 255...255 : 0...255
      _ = try ReceivedAdvertisement(
        decoding: message, origin: origin, timeToLive: anyHop, isBehindHeader: isBehindHeader, trailer: .allowed)
      return nil
    } catch {
      return error
    }
  }
}
