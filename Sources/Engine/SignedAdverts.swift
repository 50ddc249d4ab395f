import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// The adverts of routers under `auth_type AH`: whole packets, numbered and signed anew each time they are sent.
struct SignedAdverts {
  /// Each router's count; that of a router without signatures is never used.
  var sequences: [AuthenticationSequence]
  /// Each signed router's packets, one for every destination; empty while it has no source address.
  private var packets: [[AuthenticatedPacket]]
  /// `nil` without signed routers.
  private let sender: AdvertSender?
  private let leastOwn: UInt32

  init(_ plan: Plan) throws(SystemError) {
    leastOwn = AuthenticationSequence.leastOwn(secondsSince1970: CalendarClock.secondsSince1970())
    sequences = Array(repeating: AuthenticationSequence(leastOwn: leastOwn), count: plan.routers.count)
    packets = Array(repeating: [], count: plan.routers.count)
    sender = plan.signedRouters.isEmpty ? nil : try AdvertSender(family: .ipv4, wholePackets: true)
  }

  /// Makes a router's packets anew for its adverts; nothing for a router without signatures.
  mutating func prepare(_ templates: [AdvertisementTemplate], of position: Int, _ router: PlannedRouter) {
    guard let key = router.signingKey else { return }
    packets[position] = templates.compactMap { AuthenticatedPacket($0, key: key, timeToLive: router.timeToLive) }
  }

  /// Goes on from the number that the engine before this one came to.
  mutating func resume(_ position: Int, after highest: UInt32) {
    sequences[position] = AuthenticationSequence(highest: highest, leastOwn: leastOwn)
  }

  /// The resignations for all destinations, one after the other, with the number that comes next.
  func resignations(of position: Int, _ templates: [AdvertisementTemplate]) -> [UInt8] {
    let number = sequences[position].next
    return zip(packets[position], templates).flatMap { packet, template in
      var packet = packet
      packet.seal(template.resignation, sequenceNumber: number)
      return packet.bytes
    }
  }

  /// Puts an advert into the batch for each destination, all with the same number: each hears only one of them.
  mutating func send(
    _ priority: Priority, _ templates: inout [AdvertisementTemplate], of position: Int, _ router: PlannedRouter,
    failure: (_ router: Int, _ errno: Int32) -> Void
  ) -> Int {
    guard let sender, !packets[position].isEmpty, packets[position].count == templates.count else { return 0 }
    let number = sequences[position].take()
    for destination in templates.indices {
      templates[destination].setPriority(priority)
      packets[position][destination].seal(templates[destination], sequenceNumber: number)
      if !add(position, destination, templates[destination], router, to: sender) {
        sender.flush(failure)
        _ = add(position, destination, templates[destination], router, to: sender)
      }
    }
    return templates.count
  }

  private func add(
    _ position: Int, _ destination: Int, _ template: AdvertisementTemplate, _ router: PlannedRouter,
    to sender: AdvertSender
  ) -> Bool {
    packets[position][destination].withBytes { bytes in
      sender.add(
        bytes, to: template.destination, from: template.source, on: router.sendingInterface,
        hopLimit: router.timeToLive, tag: position)
    }
  }

  /// Sends the adverts that were put into the batch; false when the kernel had no room for all of them.
  func flush(failure: (_ router: Int, _ errno: Int32) -> Void) -> Bool {
    guard let sender, sender.count > 0 else { return true }
    return sender.flush(failure).pending == 0
  }
}

extension Plan {
  /// Positions of the routers whose adverts are signed.
  var signedRouters: [Int] { routers.indices.filter { routers[$0].signingKey != nil } }
}
