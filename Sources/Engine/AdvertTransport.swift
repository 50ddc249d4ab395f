import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// The sockets that adverts come in and go out by, and each router's ready adverts.
final class AdvertTransport {
  /// One socket that hears adverts, with the number of its interface and family in the ``RouterIndex``.
  struct Ear {
    let receiver: AdvertReceiver
    let table: Int
    /// Whether it hears signed adverts; then ``onlyRouter`` is the router that they must be for, if there is but one.
    let isSigned: Bool
    let onlyRouter: Int?
  }

  private(set) var ears: [Ear] = []
  private(set) var index: RouterIndex
  private let batch: ReceiveBatch
  private let senders: [AddressFamily: AdvertSender]
  /// Sends what begins with its IPv4 header; `nil` without routers that need it.
  private let wholePacketSender: AdvertSender?
  /// What signs each router's adverts; `nil` for those that are sent as they are.
  private let signers: [(any AdvertSigner)?]
  /// What looks at the trailers of adverts for each router; `nil` for those that know none.
  private let trailers: [TrailerSigner?]
  private let packets: PacketSender
  /// Where each router's adverts go.
  private(set) var destinations: [[IPAddress]]
  /// Each router's adverts, one for every destination; empty while it has no source address.
  private var templates: [[AdvertisementTemplate]]

  /// Opens every socket that the plan's routers need.
  init(_ plan: Plan) throws(SystemError) {
    index = RouterIndex(routerCount: plan.routers.count)
    batch = try ReceiveBatch()
    packets = try PacketSender()
    templates = Array(repeating: [], count: plan.routers.count)
    destinations = plan.routers.map(\.destinations)
    let headers = plan.routersBehindHeaders
    wholePacketSender = headers.isEmpty ? nil : try AdvertSender(family: .ipv4, wholePackets: true)
    trailers = plan.routers.map { router in
      if case .trailer(let authentication) = router.policy.signing { TrailerSigner(authentication) } else { nil }
    }
    signers = zip(plan.routers, trailers).map { router, trailer in
      if case .header(let key) = router.policy.signing {
        return HeaderSigner(key, timeToLive: router.policy.timeToLive)
      }
      return trailer?.authentication.signs == true ? trailer : nil
    }
    var senders: [AddressFamily: AdvertSender] = [:]
    var tables: [AddressFamily: [InterfaceIndex: Int]] = [:]
    for (position, router) in plan.routers.enumerated() {
      if senders[router.family] == nil { senders[router.family] = try AdvertSender(family: router.family) }
      guard router.interface != Plan.absent else { continue }
      let table: Int
      if let known = tables[router.family]?[router.interface] {
        table = known
      } else {
        table = index.addTable()
        tables[router.family, default: [:]][router.interface] = table
        ears.append(try Self.ear(like: router, table: table, isSigned: false, onlyRouter: nil))
      }
      index.insert(position, virtualRouterID: router.policy.virtualRouterID, table: table)
    }
    // The other socket stays: what comes without a signature to a router that wants one is to be counted.
    for (interface, positions) in Dictionary(grouping: headers, by: { plan.routers[$0].interface }) {
      guard let first = positions.first, let table = tables[.ipv4]?[interface] else { continue }
      let onlyRouter = positions.count == 1 ? first : nil
      ears.append(try Self.ear(like: plan.routers[first], table: table, isSigned: true, onlyRouter: onlyRouter))
    }
    self.senders = senders
    for ear in ears {
      let groups = plan.routers.filter { $0.isMulticast(on: ear.receiver) }.flatMap(\.destinations)
      for group in Set(groups) { try ear.receiver.join(group) }
    }
  }

  private static func ear(
    like router: PlannedRouter, table: Int, isSigned: Bool, onlyRouter: Int?
  ) throws(SystemError) -> Ear {
    let receiver = try AdvertReceiver(
      interface: router.interface, name: router.interfaceName, family: router.family,
      protocolNumber: isSigned ? AuthenticationHeader.protocolNumber : AdvertisementFormat.protocolNumber)
    return Ear(receiver: receiver, table: table, isSigned: isSigned, onlyRouter: onlyRouter)
  }

  /// Makes a router's adverts anew for a source address and the destinations; without a source it can send none.
  func setSource(
    _ source: IPAddress?, to destinations: [IPAddress], of position: Int, _ router: PlannedRouter
  ) {
    self.destinations[position] = destinations
    templates[position] = []
    defer { signers[position]?.prepare(templates[position]) }
    guard let source else { return }
    templates[position] = destinations.compactMap { try? router.policy.template(from: source, to: $0) }
  }

  /// The packets of a router's resignation, one for each destination and one after the other, for the board; `nil` while it has no
  /// source address.
  func resignation(of position: Int, _ router: PlannedRouter) -> (packets: [UInt8], destinations: [IPAddress])? {
    guard !templates[position].isEmpty else { return nil }
    var packets = templates[position].flatMap(\.resignation.bytes)
    if let signer = signers[position] {
      packets += Array(repeating: 0, count: templates[position].count * (router.policy.signing?.overhead ?? 0))
      packets.withUnsafeMutableBytes { signer.writeResignations(to: $0) }
    }
    return (packets, templates[position].map(\.destination))
  }

  /// What signs a router's adverts; `nil` if they are sent as they are.
  func signer(of position: Int) -> (any AdvertSigner)? { signers[position] }

  /// What looks at the trailers of adverts for a router; `nil` if it knows none.
  func trailer(of position: Int) -> TrailerSigner? { trailers[position] }

  /// Puts a router's advert into the batch for each of its destinations; `failure` is told of those the kernel refuses.
  func send(
    _ priority: Priority, of position: Int, _ router: PlannedRouter,
    failure: (_ router: Int, _ errno: Int32) -> Void
  ) -> Int {
    let isWhole = router.policy.signing?.makesWholePackets == true
    guard let sender = isWhole ? wholePacketSender : senders[router.family] else { return 0 }
    for destination in templates[position].indices
    where templates[position][destination].advertisement.priority != priority {
      templates[position][destination].setPriority(priority)
    }
    signers[position]?.seal(templates[position])
    for destination in templates[position].indices where !add(destination, router, position, to: sender) {
      sender.flush(failure)
      _ = add(destination, router, position, to: sender)
    }
    return templates[position].count
  }

  private func add(_ destination: Int, _ router: PlannedRouter, _ position: Int, to sender: AdvertSender) -> Bool {
    let template = templates[position][destination]
    func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
      sender.add(
        bytes, to: template.destination, from: template.source, on: router.sendingInterface,
        hopLimit: router.policy.timeToLive, tag: position)
    }
    guard let signer = signers[position] else { return template.withBytes(add) }
    return signer.withPacket(destination, add)
  }

  /// Sends the adverts that were put into the batch; false when the kernel had no room for all of them.
  func flush(failure: (_ router: Int, _ errno: Int32) -> Void) -> Bool {
    var isDone = true
    for sender in senders.values where sender.count > 0 {
      if sender.flush(failure).pending > 0 { isDone = false }
    }
    if let sender = wholePacketSender, sender.count > 0, sender.flush(failure).pending > 0 { isDone = false }
    return isDone
  }

  /// Takes what waits on a socket. At most eight batches a turn, so that a flood on one interface cannot starve timers.
  func receive(
    _ ear: Ear, malformed: (IPAddress) -> Void, _ body: (ReceivedAdvert) -> Void
  ) throws(SystemError) {
    for _ in 0..<8 {
      if try ear.receiver.receive(into: batch, malformed: malformed, body) < batch.capacity { return }
    }
  }

  /// Forgets all that came before now: what an engine heard while another one was still in charge.
  func discardReceived() {
    for ear in ears {
      for _ in 0..<64 {
        guard let count = try? ear.receiver.receive(into: batch, { _ in }), count == batch.capacity else { break }
      }
    }
  }

  /// Puts an announcement into the batch; false when there is no room.
  func announce(_ address: IPAddress, at mac: MACAddress, on interface: InterfaceIndex) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: NeighborAdvertisement.frameLength, alignment: 8) { frame in
      let length =
        switch address.family {
        case .ipv4: ARPPacket(announcing: address, at: mac)?.write(into: frame)
        case .ipv6: NeighborAdvertisement(announcing: address, at: mac)?.write(into: frame)
        }
      guard let length else { return true }
      return packets.add(UnsafeRawBufferPointer(rebasing: frame[..<length]), on: interface)
    }
  }

  /// Sends the announcements that were put into the batch; false when the kernel had no room for all of them.
  func flushAnnouncements() -> Bool {
    packets.count == 0 || packets.flush().pending == 0
  }
}

extension PlannedRouter {
  fileprivate func isMulticast(on receiver: AdvertReceiver) -> Bool {
    !isUnicast && interface == receiver.interface && family == receiver.family
  }
}
