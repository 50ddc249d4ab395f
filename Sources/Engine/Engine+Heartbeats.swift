import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Handles an advert that came over a heartbeat link. One for no router there concerns other users of that link.
  func handleHeartbeat(
    _ datagram: ReceivedAdvert, from socket: AdvertTransport.Socket, _ heartbeats: Heartbeats, at now: MonotonicInstant
  ) {
    let message = datagram.payload.bytes
    guard let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
      let path = heartbeats.path(of: identifier, on: socket, plan)
    else { return }
    let router = heartbeats.router(of: path)
    let origin = DatagramOrigin(
      source: datagram.source, destination: datagram.destination, timeToLive: datagram.hopLimit ?? 0)
    do throws(AdvertisementError) {
      if datagram.isTruncated { throw .length }
      let received: ReceivedAdvertisement
      if let known = heartbeats.known(message, origin, path: path) {
        received = known
      } else {
        received = try plan.routers[router].policy.onFurtherLink.admit(
          message, origin, isOwnAddress: { interfaces.isUsable($0) })
        try authenticate(received, message, from: datagram.source, for: router, at: now)
        if !received.hasTrailer { heartbeats.remember(received, message, origin, path: path) }
      }
      board.router(router)?[.advertisementsReceived] &+= 1
      recordUnsigned(received, from: datagram.source, router: router, at: now)
      markDirty(router)
      let own = heartbeats.decidingAddress(path)
      core.handle(
        .heartbeat(received.advertisement, from: datagram.source, own: own, router: router), at: now, into: &effects)
      performEffects(at: now, due: nil)
    } catch {
      drop(error, from: datagram.source, router: router, on: socket, at: now)
    }
  }

  /// Finds the source addresses on heartbeat links, on one link or on all.
  func refreshHeartbeats(on interface: InterfaceIndex? = nil) {
    heartbeats?.setSource(plan, on: interface) {
      interfaces.primaryAddress($1, on: $0, excluding: virtualAddresses)
    }
  }
}
