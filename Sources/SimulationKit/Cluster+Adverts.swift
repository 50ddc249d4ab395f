import NetworkTypes
import VRRPCore
import VRRPWire

/// An advert that a host did not obey because its own configuration says otherwise.
public struct Refusal: Sendable, Hashable {
  /// When it came for the first time.
  public let at: MonotonicInstant
  /// The host that would not have it.
  public let host: Int
  /// Its router.
  public let router: Int
  /// Where it came from.
  public let sender: IPAddress
  /// Why.
  public let error: AdvertisementError
}

extension Cluster {
  /// Sends a router's advert to all its destinations.
  mutating func send(_ priority: Priority, router: Int, from host: Int) {
    let place = RouterPlace(host: host, router: router)
    let settings = hosts[host].definition.routers[router]
    invariants.countAdvert(
      hosts[host].seats[router], of: place, interval: settings.configuration.interval.nanoseconds, at: now)
    advertsSent += hosts[host].destinationCount(of: router)
    guard hosts[host].isConnected(router) else { return }
    for packet in hosts[host].packets(of: router, priority, at: now) { deliver(packet, from: place) }
  }

  /// Puts an advert on its way to every host that its destination leads to.
  private mutating func deliver(_ packet: Packet, from sender: RouterPlace) {
    let seat = hosts[sender.host].seats[sender.router]
    for receiver in routers[seat.router].members where receiver.host != sender.host {
      guard hears(packet.origin.destination, receiver), hosts[receiver.host].isConnected(receiver.router),
        network.passes(on: routers[seat.router].lan, from: sender.host, to: receiver.host)
      else { continue }
      let copies = network.copies(using: &random)
      if let first = copies.first { dispatch(packet, first, to: receiver) }
      if let second = copies.second { dispatch(packet, second, to: receiver) }
    }
  }

  private mutating func dispatch(_ packet: Packet, _ passage: Passage, to receiver: RouterPlace) {
    let copy = passage.corruptedByte.map(packet.corrupted) ?? packet
    events.add(.deliver(copy, to: receiver), at: now + passage.delay)
  }

  /// Whether a router's socket gets what is sent to a destination: its group, or its own address.
  private func hears(_ destination: IPAddress, _ place: RouterPlace) -> Bool {
    let host = hosts[place.host]
    guard destination.isMulticast else { return host.sources[place.router] == destination }
    let router = host.definition.routers[place.router]
    return router.policy.isUnicast || router.policy.group == destination
  }

  /// Has a host read an advert. One that is not taken is dropped, and moves no timer.
  mutating func receive(_ packet: Packet, at place: RouterPlace) {
    let received: ReceivedAdvertisement
    do throws(AdvertisementError) {
      received = try hosts[place.host].admit(packet, of: place.router, at: now)
    } catch {
      // What was changed on its way is nobody's configuration.
      return packet.isCorrupted ? () : noteRefusal(error, of: packet.origin.source, by: place)
    }
    if packet.isCorrupted { report("a corrupted advert was taken", at: place) }
    give(.advertisement(received.advertisement, from: packet.origin.source, router: place.router), to: place.host)
  }

  private mutating func noteRefusal(_ error: AdvertisementError, of sender: IPAddress, by place: RouterPlace) {
    let isKnown = refusals.contains {
      $0.host == place.host && $0.router == place.router && $0.sender == sender && $0.error == error
    }
    guard !isKnown else { return }
    refusals.append(Refusal(at: now, host: place.host, router: place.router, sender: sender, error: error))
  }
}
