import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// The further links that adverts travel by (`heartbeat_interface`), always by multicast.
final class Heartbeats {
  /// One router's adverts on one further link.
  private struct Path {
    let router: Int
    let interface: InterfaceIndex
    /// `nil` while the link has no address to send from.
    var template: AdvertisementTemplate?
    /// The advert with its trailer, if it is signed.
    var message: TrailedMessage?
    var remembered = RememberedAdvertisement()
  }

  /// One socket for each further link and family.
  private(set) var ears: [AdvertTransport.Ear] = []
  private var paths: [Path] = []
  private let pathsOfRouter: [Range<Int>]
  private let senders: [AddressFamily: AdvertSender]

  /// Opens the sockets; `nil` when no router has a further link.
  init?(_ plan: Plan) throws(SystemError) {
    guard plan.routers.contains(where: { !$0.heartbeats.isEmpty }) else { return nil }
    var pathsOfRouter: [Range<Int>] = []
    var senders: [AddressFamily: AdvertSender] = [:]
    for (position, router) in plan.routers.enumerated() {
      let first = paths.count
      for link in router.heartbeats where link.interface != Plan.absent {
        paths.append(Path(router: position, interface: link.interface))
        if senders[router.family] == nil { senders[router.family] = try AdvertSender(family: router.family) }
        try Self.listen(on: link, for: router, &ears)
      }
      pathsOfRouter.append(first..<paths.count)
    }
    self.pathsOfRouter = pathsOfRouter
    self.senders = senders
  }

  private static func listen(
    on link: PlannedRouter.Heartbeat, for router: PlannedRouter, _ ears: inout [AdvertTransport.Ear]
  ) throws(SystemError) {
    let known = ears.first { $0.receiver.interface == link.interface && $0.receiver.family == router.family }
    if let known { return try known.receiver.join(router.policy.group) }
    let receiver = try AdvertReceiver(interface: link.interface, name: link.name, family: router.family)
    try receiver.join(router.policy.group)
    ears.append(AdvertTransport.Ear(receiver: receiver, table: ears.count, isSigned: false, onlyRouter: nil))
  }

  /// Makes the adverts of every path over a link anew for the link's own address.
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

  /// Puts a router's advert into the batch for each of its further links that is up; `signer` is what signs it, if anything does.
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

  /// Sends what was put into the batches. What finds no room is lost: the next advert comes in an interval.
  func flush() {
    for sender in senders.values where sender.count > 0 {
      sender.flush { _, _ in }
      sender.discard()
    }
  }

  /// The path of an advert that came by a further link; `nil` if it is for none of the routers there.
  func path(of identifier: VirtualRouterID, on ear: AdvertTransport.Ear, _ plan: Plan) -> Int? {
    paths.firstIndex {
      $0.interface == ear.receiver.interface && plan.routers[$0.router].policy.virtualRouterID == identifier
        && plan.routers[$0.router].family == ear.receiver.family
    }
  }

  /// The router of a path.
  func router(of path: Int) -> Int { paths[path].router }

  /// This host's address on the path, if it is the first of its router, which decides ties.
  func decidingAddress(_ path: Int) -> IPAddress? {
    pathsOfRouter[paths[path].router].lowerBound == path ? paths[path].template?.source : nil
  }

  /// Whether adverts for a router of this number may come by this link as by a further one.
  func mayHear(_ identifier: VirtualRouterID, on interface: InterfaceIndex, _ plan: Plan) -> Bool {
    paths.contains { $0.interface == interface && plan.routers[$0.router].policy.virtualRouterID == identifier }
  }

  /// What the same message came to before, if it is the last one of the path again.
  func known(_ message: RawSpan, _ origin: DatagramOrigin, path: Int) -> ReceivedAdvertisement? {
    paths[path].remembered.match(message, origin: origin)
  }

  func remember(_ received: ReceivedAdvertisement, _ message: RawSpan, _ origin: DatagramOrigin, path: Int) {
    paths[path].remembered.remember(received, message: message, origin: origin)
  }
}
