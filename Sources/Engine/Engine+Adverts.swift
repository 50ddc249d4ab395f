import ConfigurationModel
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Watches the sockets that receive adverts.
  func watchSockets() throws(SystemError) {
    for socket in transport.sockets {
      _ = try reactor.watch(socket.receiver.rawValue, for: .readable) { [unowned self] _ in receiveAdverts(from: socket)
      }
    }
    for socket in heartbeats?.sockets ?? [] {
      _ = try reactor.watch(socket.receiver.rawValue, for: .readable) { [unowned self] _ in
        receiveHeartbeats(from: socket)
      }
    }
    _ = try reactor.watch(monitor.rawValue, for: .readable) { [unowned self] _ in readMonitor() }
  }

  private func receiveAdverts(from socket: AdvertTransport.Socket) {
    // Before an engine is in charge, adverts are for the previous one.
    guard phase == .running else { return phase == .prepared ? transport.discardReceived() : () }
    let now = reactor.now
    // An error here concerns the interface (down, deleted), and netlink reports that.
    try? transport.receive(
      socket,
      malformed: { sender in drop(.ipHeader, from: sender, router: nil, on: socket, at: now) },
      { datagram in handle(datagram, from: socket, at: arrival(of: datagram, readAt: now)) })
  }

  /// Instant at which an advert counts as received: when the kernel received it, so that the time that this host needs
  /// to wake up does not count as silence of the master.
  ///
  /// The instant is never before one on which an earlier turn acted. If the wall clock, by which the kernel stamps
  /// packets, is set just then, the error is at most ``greatestReadingDelay``.
  private func arrival(of datagram: ReceivedAdvert, readAt now: MonotonicInstant) -> MonotonicInstant {
    Self.arrival(datagram.arrival, readAt: now, after: lastTurn)
  }

  static func arrival(
    _ stamp: MonotonicInstant?, readAt now: MonotonicInstant, after lastTurn: MonotonicInstant
  ) -> MonotonicInstant {
    guard let stamp else { return now }
    return min(now, max(stamp, lastTurn, now - greatestReadingDelay))
  }

  private func receiveHeartbeats(from socket: AdvertTransport.Socket) {
    guard let heartbeats else { return }
    let now = reactor.now
    try? transport.receive(socket, malformed: { _ in }) { datagram in
      if phase == .running {
        handleHeartbeat(datagram, from: socket, heartbeats, at: arrival(of: datagram, readAt: now))
      }
    }
  }

  private func handle(_ datagram: ReceivedAdvert, from socket: AdvertTransport.Socket, at now: MonotonicInstant) {
    if socket.isSigned { return handleSigned(datagram, from: socket, at: now) }
    let message = datagram.payload.bytes
    let origin = DatagramOrigin(
      source: datagram.source, destination: datagram.destination, timeToLive: datagram.hopLimit ?? 0)
    guard let router = router(for: message, datagram, from: socket) else {
      if let heartbeats, let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
        heartbeats.mayHear(identifier, on: socket.receiver.interface, plan)
      {
        return
      }
      let error = Self.formError(of: message, origin) ?? .unknownVirtualRouter
      return drop(error, from: datagram.source, router: nil, on: socket, at: now)
    }
    if let known = remembered[router].match(message, origin: origin) {
      return accept(known, from: datagram.source, router: router, at: now)
    }
    do throws(AdvertisementError) {
      if datagram.isTruncated { throw .length }
      let received = try plan.routers[router].policy.admit(message, origin, isOwnAddress: { interfaces.isUsable($0) })
      try authenticate(received, message, from: datagram.source, for: router, at: now)
      let isOther = recordAddressDifference(received, message, from: datagram.source, router: router, at: now)
      // A signed advert never comes twice, and one with other addresses must be counted each time.
      if !received.hasTrailer, !isOther { remembered[router].remember(received, message: message, origin: origin) }
      accept(received, from: datagram.source, router: router, at: now)
    } catch {
      drop(error, from: datagram.source, router: router, on: socket, at: now)
    }
  }

  /// Router that an advert is for: by VRID, and among routers with one VRID by its sender (a peer) or by the group.
  func router(for message: RawSpan, _ datagram: ReceivedAdvert, from socket: AdvertTransport.Socket) -> Int? {
    guard let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
      let first = transport.index.first(virtualRouterID: identifier.rawValue, table: socket.table)
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
    recordUnsigned(received, from: sender, router: router, at: now)
    markDirty(router)
    core.handle(.advertisement(received.advertisement, from: sender, router: router), at: now, into: &effects)
    performEffects(at: now, due: nil)
  }

  /// Counts an advert whose addresses are not those configured here. Returns whether it is one.
  @discardableResult func recordAddressDifference(
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
    _ error: AdvertisementError, from sender: IPAddress, router: Int?, on socket: AdvertTransport.Socket,
    at now: MonotonicInstant
  ) {
    if let router, let record = board.router(router) {
      record[drops: Int(error.rawValue)] &+= 1
      record[sighting: .refusedAdvert] = (sender, now, error.rawValue)
    } else {
      board.unknownRouterDrops &+= 1
    }
    guard limiter.shouldLog(.advertisement(error), from: sender, at: now) else { return }
    let interface = interfaces[socket.receiver.interface]?.name ?? ""
    outbox.send(
      .event(.advertisementDropped(reason: error.rawValue, from: sender, on: interface), router: router))
  }

  /// Error in the form of an advert with a VRID that no router here has.
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
