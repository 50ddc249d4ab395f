import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// Signs one virtual router's adverts, anew each time they are sent, and knows what their numbers have come to.
protocol AdvertSigner: AnyObject {
  /// What the numbers have come to, as the board keeps it for the next engine.
  var number: UInt64 { get }
  /// Goes on from the number that the engine before this one came to.
  func resume(after number: UInt64)
  /// Makes the router's packets anew, one for each template.
  func prepare(_ templates: [AdvertisementTemplate])
  /// Signs the templates' adverts under one number, since each destination hears only one of them.
  func seal(_ templates: [AdvertisementTemplate])
  /// Lends the packet of a template that was sealed last; nothing if there is none.
  func withPacket(_ destination: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool
  /// Signs the resignations under the number that comes next, and writes them one after the other.
  func writeResignations(to packets: UnsafeMutableRawBufferPointer)
}

/// One router's signed packets, for each destination that of the next advert and that of a resignation.
struct SignedPackets<Packet: SignedPacket> {
  private var adverts: [Packet] = []
  private var resignations: [(template: AdvertisementTemplate, packet: Packet)] = []

  /// None: the router has no source address.
  init() {}

  init(_ templates: [AdvertisementTemplate], _ make: (AdvertisementTemplate) -> Packet?) {
    adverts = templates.compactMap(make)
    resignations = templates.map(\.resignation).compactMap { template in make(template).map { (template, $0) } }
  }

  mutating func seal(_ templates: [AdvertisementTemplate], _ body: (inout Packet, AdvertisementTemplate) -> Void) {
    for index in adverts.indices where templates.indices.contains(index) { body(&adverts[index], templates[index]) }
  }

  func withPacket(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    adverts.indices.contains(index) ? adverts[index].withBytes(body) : false
  }

  /// The first resignation, if there is any.
  var resignation: AdvertisementTemplate? { resignations.first?.template }

  mutating func writeResignations(
    to packets: UnsafeMutableRawBufferPointer, _ body: (inout Packet, AdvertisementTemplate) -> Void
  ) {
    var start = 0
    for index in resignations.indices {
      body(&resignations[index].packet, resignations[index].template)
      resignations[index].packet.withBytes { packet in
        guard packet.count <= packets.count - start else { return }
        UnsafeMutableRawBufferPointer(rebasing: packets[start...]).copyMemory(from: packet)
        start += packet.count
      }
    }
  }
}

/// Signs in an Authentication Header.
final class HeaderSigner: AdvertSigner {
  private let key: AuthenticationKey
  private let timeToLive: UInt8
  private let leastOwn: UInt32
  private var sequence: AuthenticationSequence
  private var packets = SignedPackets<AuthenticatedPacket>()

  init(_ key: AuthenticationKey, timeToLive: UInt8) {
    self.key = key
    self.timeToLive = timeToLive
    leastOwn = AuthenticationSequence.leastOwn(secondsSince1970: CalendarClock.secondsSince1970())
    sequence = AuthenticationSequence(leastOwn: leastOwn)
  }

  var number: UInt64 { UInt64(sequence.highest) }

  /// What is no number of a header's comes of another way of signing.
  func resume(after number: UInt64) {
    sequence = AuthenticationSequence(highest: UInt32(exactly: number) ?? 0, leastOwn: leastOwn)
  }

  func prepare(_ templates: [AdvertisementTemplate]) {
    packets = SignedPackets(templates) { AuthenticatedPacket($0, key: key, timeToLive: timeToLive) }
  }

  func seal(_ templates: [AdvertisementTemplate]) {
    let number = sequence.take()
    packets.seal(templates) { $0.seal($1, sequenceNumber: number) }
  }

  func withPacket(_ destination: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    packets.withPacket(destination, body)
  }

  func writeResignations(to packets: UnsafeMutableRawBufferPointer) {
    let number = sequence.next
    self.packets.writeResignations(to: packets) { $0.seal($1, sequenceNumber: number) }
  }

  /// Whether the number of an authentic advert is a new one; if it is, no other advert may have it.
  /// - Throws: ``AdvertisementError/authenticationCode`` for an advert that is not authentic.
  func accept(_ header: AuthenticationHeader, of packet: RawSpan) throws(AdvertisementError) -> Bool {
    try header.verify(packet, key: key)
    return sequence.accept(header.sequenceNumber)
  }
}

/// Signs in a trailer, and looks at those of others. A router that does not sign yet needs it for the latter alone.
final class TrailerSigner: AdvertSigner {
  /// How the router signs, and what it demands.
  let authentication: TrailerAuthentication
  private var state: TrailerGuard
  private var packets = SignedPackets<TrailedMessage>()

  init(_ authentication: TrailerAuthentication) {
    self.authentication = authentication
    state = TrailerGuard(authentication)
  }

  var number: UInt64 { state.sequence.last?.rawValue ?? 0 }

  /// Without seconds it is no number of a trailer's and comes of another way of signing.
  func resume(after number: UInt64) {
    guard number > UInt64(UInt32.max) else { return }
    state.resume(after: TrailerNumber(rawValue: number))
  }

  func prepare(_ templates: [AdvertisementTemplate]) {
    packets = SignedPackets(templates) { TrailedMessage($0) }
  }

  func seal(_ templates: [AdvertisementTemplate]) {
    guard let first = templates.first else { return }
    let trailer = state.sign(first, at: CalendarClock.now())
    packets.seal(templates) { $0.seal($1, trailer) }
  }

  /// Signs an advert of the router that leaves by a further link, from an address there.
  func seal(_ message: inout TrailedMessage?, _ template: AdvertisementTemplate) {
    guard message != nil else { return }
    message?.seal(template, state.sign(template, at: CalendarClock.now()))
  }

  func withPacket(_ destination: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    packets.withPacket(destination, body)
  }

  func writeResignations(to packets: UnsafeMutableRawBufferPointer) {
    guard let first = self.packets.resignation else { return }
    let trailer = state.nextTrailer(for: first, at: CalendarClock.now())
    self.packets.writeResignations(to: packets) { $0.seal($1, trailer) }
  }

  /// The marks by which it knows replayed adverts.
  var marks: ReplayMarks {
    get { state.marks }
    set { state.marks = newValue }
  }

  /// Takes a received message, as ``TrailerGuard/admit(_:_:from:at:)`` does.
  func admit(
    _ received: ReceivedAdvertisement, _ message: RawSpan, from source: IPAddress
  ) throws(AdvertisementError) -> (mark: Int, skew: Int) {
    try state.admit(received, message, from: source, at: CalendarClock.now())
  }
}

extension Plan {
  /// Positions of the routers whose adverts are behind an Authentication Header.
  var routersBehindHeaders: [Int] {
    routers.indices.filter { routers[$0].policy.signing?.makesWholePackets == true }
  }

  /// Positions of the routers whose adverts bear a trailer, or may.
  var routersWithTrailers: [Int] {
    routers.indices.filter { if case .trailer = routers[$0].policy.signing { true } else { false } }
  }
}
