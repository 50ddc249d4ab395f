import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// Sockets for adverts and announcements, and each router's ready adverts.
final class AdvertTransport {
  /// Socket that receives adverts, with the number of its interface and family in the ``RouterIndex``.
  struct Socket {
    let receiver: AdvertReceiver
    let table: Int
    /// True if the socket receives signed adverts. ``onlyRouter`` is then the router that they are for, if there is only one.
    let isSigned: Bool
    let onlyRouter: Int?
  }

  private(set) var sockets: [Socket] = []
  private(set) var index: RouterIndex
  private let batch: ReceiveBatch
  private let senders: [AddressFamily: AdvertSender]
  /// Sender of packets with their IPv4 header; `nil` without routers that need it.
  private let wholePacketSender: AdvertSender?
  /// Signer of each router's adverts; `nil` for those that are not signed.
  private let signers: [(any AdvertSigner)?]
  /// Verifier of the trailers for each router; `nil` for those without trailers.
  private let trailers: [TrailerSigner?]
  private let packets: PacketSender
  /// Destinations of each router's adverts.
  private(set) var destinations: [[IPAddress]]
  /// Adverts of each router, one for every destination; empty while it has no source address.
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
        sockets.append(try Self.socket(like: router, table: table, isSigned: false, onlyRouter: nil))
      }
      index.insert(position, virtualRouterID: router.policy.virtualRouterID, table: table)
    }
    // The other socket stays, so that unsigned adverts for a router that demands signatures are counted.
    for (interface, positions) in Dictionary(grouping: headers, by: { plan.routers[$0].interface }) {
      guard let first = positions.first, let table = tables[.ipv4]?[interface] else { continue }
      let onlyRouter = positions.count == 1 ? first : nil
      sockets.append(try Self.socket(like: plan.routers[first], table: table, isSigned: true, onlyRouter: onlyRouter))
    }
    self.senders = senders
    for socket in sockets {
      let groups = plan.routers.filter { $0.isMulticast(on: socket.receiver) }.flatMap(\.destinations)
      for group in Set(groups) { try socket.receiver.join(group) }
    }
  }

  private static func socket(
    like router: PlannedRouter, table: Int, isSigned: Bool, onlyRouter: Int?
  ) throws(SystemError) -> Socket {
    let receiver = try AdvertReceiver(
      interface: router.interface, name: router.interfaceName, family: router.family,
      protocolNumber: isSigned ? AuthenticationHeader.protocolNumber : AdvertisementFormat.protocolNumber)
    return Socket(receiver: receiver, table: table, isSigned: isSigned, onlyRouter: onlyRouter)
  }

  /// Builds a router's adverts for a source address and the destinations. Without a source it cannot send any.
  func setSource(
    _ source: IPAddress?, to destinations: [IPAddress], of position: Int, _ router: PlannedRouter
  ) {
    self.destinations[position] = destinations
    templates[position] = []
    defer { signers[position]?.prepare(templates[position]) }
    guard let source else { return }
    templates[position] = destinations.compactMap { try? router.policy.template(from: source, to: $0) }
  }

  /// Packets of a router's resignation for the board, one for each destination and one after the other; `nil` while it
  /// has no source address.
  func resignation(of position: Int, _ router: PlannedRouter) -> (packets: [UInt8], destinations: [IPAddress])? {
    guard !templates[position].isEmpty else { return nil }
    var packets = templates[position].flatMap(\.resignation.bytes)
    if let signer = signers[position] {
      packets += Array(repeating: 0, count: templates[position].count * (router.policy.signing?.overhead ?? 0))
      packets.withUnsafeMutableBytes { signer.writeResignations(to: $0) }
    }
    return (packets, templates[position].map(\.destination))
  }

  /// Signer of a router's adverts; `nil` if they are not signed.
  func signer(of position: Int) -> (any AdvertSigner)? { signers[position] }

  /// Verifier of the trailers for a router; `nil` if it has no trailers.
  func trailer(of position: Int) -> TrailerSigner? { trailers[position] }

  /// Adds a router's advert for each of its destinations to the batch. `failure` is called for those that the kernel
  /// refuses.
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

  /// Sends the adverts in the batch. Returns false if the kernel had no room for all of them.
  func flush(failure: (_ router: Int, _ errno: Int32) -> Void) -> Bool {
    var isDone = true
    for sender in senders.values where sender.count > 0 {
      if sender.flush(failure).pending > 0 { isDone = false }
    }
    if let sender = wholePacketSender, sender.count > 0, sender.flush(failure).pending > 0 { isDone = false }
    return isDone
  }

  /// Receives the datagrams that wait on a socket, at most eight batches, so that a flood on one interface cannot delay
  /// timers.
  func receive(
    _ socket: Socket, malformed: (IPAddress) -> Void, _ body: (ReceivedAdvert) -> Void
  ) throws(SystemError) {
    for _ in 0..<8 {
      if try socket.receiver.receive(into: batch, malformed: malformed, body) < batch.capacity { return }
    }
  }

  /// Drops everything received so far: an engine that is not in charge yet must not handle it.
  func discardReceived() {
    for socket in sockets {
      for _ in 0..<64 {
        guard let count = try? socket.receiver.receive(into: batch, { _ in }), count == batch.capacity else { break }
      }
    }
  }

  /// Adds an announcement to the batch. Returns false if there is no room.
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

  /// Sends the announcements in the batch. Returns false if the kernel had no room for all of them.
  func flushAnnouncements() -> Bool {
    packets.count == 0 || packets.flush().pending == 0
  }
}

extension PlannedRouter {
  fileprivate func isMulticast(on receiver: AdvertReceiver) -> Bool {
    !isUnicast && interface == receiver.interface && family == receiver.family
  }
}
