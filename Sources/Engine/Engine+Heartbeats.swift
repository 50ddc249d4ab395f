import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Takes an advert that came by a further link. What is for no router there is the business of whoever is on that link.
  func takeHeartbeat(
    _ datagram: ReceivedAdvert, from ear: AdvertTransport.Ear, _ heartbeats: Heartbeats, at now: MonotonicInstant
  ) {
    let message = datagram.payload.bytes
    guard let identifier = ReceivedAdvertisement.virtualRouterID(of: message),
      let path = heartbeats.path(of: identifier, on: ear, plan)
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
      noteUnsigned(received, from: datagram.source, router: router, at: now)
      markDirty(router)
      let own = heartbeats.decidingAddress(path)
      core.handle(
        .heartbeat(received.advertisement, from: datagram.source, own: own, router: router), at: now, into: &effects)
      carryOut(at: now, due: nil)
    } catch {
      drop(error, from: datagram.source, router: router, on: ear, at: now)
    }
  }

  /// Finds the addresses that further links are sent from, of one link or of all.
  func refreshHeartbeats(on interface: InterfaceIndex? = nil) {
    heartbeats?.setSource(plan, on: interface) {
      interfaces.primaryAddress($1, on: $0, excluding: virtualAddresses)
    }
  }
}
