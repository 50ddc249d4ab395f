import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// Heartbeat links (`heartbeat_interface`), over which adverts are sent by multicast in addition.
final class Heartbeats {
  /// Adverts of one router on one heartbeat link.
  private struct Path {
    let router: Int
    let interface: InterfaceIndex
    /// Advert; `nil` while the link has no source address.
    var template: AdvertisementTemplate?
    /// Advert with its trailer, if it is signed.
    var message: TrailedMessage?
    var remembered = RememberedAdvertisement()
  }

  /// Sockets, one for each heartbeat link and family.
  private(set) var sockets: [AdvertTransport.Socket] = []
  private var paths: [Path] = []
  private let pathsOfRouter: [Range<Int>]
  private let senders: [AddressFamily: AdvertSender]

  /// Opens the sockets; `nil` if no router has a heartbeat link.
  init?(_ plan: Plan) throws(SystemError) {
    guard plan.routers.contains(where: { !$0.heartbeats.isEmpty }) else { return nil }
    var pathsOfRouter: [Range<Int>] = []
    var senders: [AddressFamily: AdvertSender] = [:]
    for (position, router) in plan.routers.enumerated() {
      let first = paths.count
      for link in router.heartbeats where link.interface != Plan.absent {
        paths.append(Path(router: position, interface: link.interface))
        if senders[router.family] == nil { senders[router.family] = try AdvertSender(family: router.family) }
        try Self.listen(on: link, for: router, &sockets)
      }
      pathsOfRouter.append(first..<paths.count)
    }
    self.pathsOfRouter = pathsOfRouter
    self.senders = senders
  }

  private static func listen(
    on link: PlannedRouter.Heartbeat, for router: PlannedRouter, _ sockets: inout [AdvertTransport.Socket]
  ) throws(SystemError) {
    let known = sockets.first { $0.receiver.interface == link.interface && $0.receiver.family == router.family }
    if let known { return try known.receiver.join(router.policy.group) }
    let receiver = try AdvertReceiver(interface: link.interface, name: link.name, family: router.family)
    try receiver.join(router.policy.group)
    sockets.append(AdvertTransport.Socket(receiver: receiver, table: sockets.count, isSigned: false, onlyRouter: nil))
  }

  /// Builds the adverts of every path over a link for the link's own address.
  func setSource(
    _ plan: Plan, on interface: InterfaceIndex? = nil, _ source: (InterfaceIndex, AddressFamily) -> IPAddress?
  ) {
    for index in paths.indices where interface == nil || paths[index].interface == interface {
      let router = plan.routers[paths[index].router]
      let address = source(paths[index].interface, router.family)
      guard address != paths[index].template?.source else { continue }
      paths[index].template = address.flatMap { try? router.policy.template(from: $0, to: router.policy.group) }
      paths[index].message =
        router.policy.signing?.makesTrailers == true ? paths[index].template.map(TrailedMessage.init) : nil
    }
  }

  /// Adds a router's advert for each of its heartbeat links that is up to the batch. `signer` signs it, if the router
  /// has one.
  func send(
    _ priority: Priority, of router: Int, _ family: AddressFamily, _ signer: TrailerSigner?,
    isUp: (InterfaceIndex) -> Bool
  ) {
    guard let sender = senders[family] else { return }
    for index in pathsOfRouter[router] where isUp(paths[index].interface) {
      paths[index].template?.setPriority(priority)
      guard let template = paths[index].template else { continue }
      signer?.seal(&paths[index].message, template)
      if !add(index, template, to: sender) {
        flush()
        _ = add(index, template, to: sender)
      }
    }
  }

  private func add(_ index: Int, _ template: AdvertisementTemplate, to sender: AdvertSender) -> Bool {
    func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
      sender.add(
        bytes, to: template.destination, from: template.source, on: paths[index].interface,
        hopLimit: AdvertisementFormat.timeToLive, tag: paths[index].router)
    }
    return paths[index].message?.withBytes(add) ?? template.withBytes(add)
  }

  /// Sends the adverts in the batches. One without room is lost: the next advert comes in an interval.
  func flush() {
    for sender in senders.values where sender.count > 0 {
      sender.flush { _, _ in }
      sender.discard()
    }
  }

  /// Path of an advert that came over a heartbeat link; `nil` if it is for none of the routers there.
  func path(of identifier: VirtualRouterID, on socket: AdvertTransport.Socket, _ plan: Plan) -> Int? {
    paths.firstIndex {
      $0.interface == socket.receiver.interface && plan.routers[$0.router].policy.virtualRouterID == identifier
        && plan.routers[$0.router].family == socket.receiver.family
    }
  }

  func router(of path: Int) -> Int { paths[path].router }

  /// Address of this host on the path, if it is the first of its router, which decides between equal priorities.
  func decidingAddress(_ path: Int) -> IPAddress? {
    pathsOfRouter[paths[path].router].lowerBound == path ? paths[path].template?.source : nil
  }

  /// True if this link is a heartbeat link of a router with this VRID.
  func mayHear(_ identifier: VirtualRouterID, on interface: InterfaceIndex, _ plan: Plan) -> Bool {
    paths.contains { $0.interface == interface && plan.routers[$0.router].policy.virtualRouterID == identifier }
  }

  /// Result of decoding the same message before, if it is the last one of the path again.
  func known(_ message: RawSpan, _ origin: DatagramOrigin, path: Int) -> ReceivedAdvertisement? {
    paths[path].remembered.match(message, origin: origin)
  }

  func remember(_ received: ReceivedAdvertisement, _ message: RawSpan, _ origin: DatagramOrigin, path: Int) {
    paths[path].remembered.remember(received, message: message, origin: origin)
  }
}
