import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// Signer of one virtual router's adverts, which are signed anew each time they are sent. It keeps the state of their
/// sequence numbers.
protocol AdvertSigner: AnyObject {
  /// State of the sequence numbers, as the board keeps it for the next engine.
  var number: UInt64 { get }
  /// Continues after the number of the previous engine.
  func resume(after number: UInt64)
  /// Builds the router's packets, one for each template.
  func prepare(_ templates: [AdvertisementTemplate])
  /// Signs the templates' adverts with one number, since each destination gets only one of them.
  func seal(_ templates: [AdvertisementTemplate])
  /// Passes `body` the last sealed packet of a template. Returns false if there is none.
  func withPacket(_ destination: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool
  /// Signs the resignations with the next number, and writes them one after the other.
  func writeResignations(to packets: UnsafeMutableRawBufferPointer)
}

/// Signed packets of one router: for each destination that of the next advert and that of a resignation.
struct SignedPackets<Packet: SignedPacket> {
  private var adverts: [Packet] = []
  private var resignations: [(template: AdvertisementTemplate, packet: Packet)] = []

  /// No packets: the router has no source address.
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

  /// First resignation, if there is any.
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

/// Signer with an Authentication Header.
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

  /// A number above 32 bits comes from another kind of signature, and is ignored.
  func resume(after number: UInt64) {
    sequence = AuthenticationSequence(highest: UInt32(exactly: number) ?? 0, leastOwn: leastOwn)
  }

  func prepare(_ templates: [AdvertisementTemplate]) {
    packets = SignedPackets(templates) { AuthenticatedPacket($0, key: key, timeToLive: timeToLive) }
  }

  func seal(_ templates: [AdvertisementTemplate]) {
    let number = sequence.assignNext()
    packets.seal(templates) { $0.seal($1, sequenceNumber: number) }
  }

  func withPacket(_ destination: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    packets.withPacket(destination, body)
  }

  func writeResignations(to packets: UnsafeMutableRawBufferPointer) {
    let number = sequence.next
    self.packets.writeResignations(to: packets) { $0.seal($1, sequenceNumber: number) }
  }

  /// Verifies an advert and returns whether its number is new. If it is, no other advert may have it.
  /// - Throws: `AdvertisementError.authenticationCode` if the advert is not authentic.
  func accept(_ header: AuthenticationHeader, of packet: RawSpan) throws(AdvertisementError) -> Bool {
    try header.verify(packet, key: key)
    return sequence.accept(header.sequenceNumber)
  }
}

/// Signer with a trailer, which also verifies trailers of other hosts. A router that does not sign yet needs only the
/// latter.
final class TrailerSigner: AdvertSigner {
  /// Settings for signing and verifying.
  let authentication: TrailerAuthentication
  private var state: TrailerGuard
  private var packets = SignedPackets<TrailedMessage>()

  init(_ authentication: TrailerAuthentication) {
    self.authentication = authentication
    state = TrailerGuard(authentication)
  }

  var number: UInt64 { state.sequence.last?.rawValue ?? 0 }

  /// A number without seconds comes from another kind of signature, and is ignored.
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

  /// Signs an advert of the router over a heartbeat link, from an address there.
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

  /// Marks by which replayed adverts are found.
  var marks: ReplayMarks {
    get { state.marks }
    set { state.marks = newValue }
  }

  /// Verifies a received message as `TrailerGuard.admit(_:_:from:at:)` does.
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

  /// Positions of the routers whose adverts have a trailer, or may have one.
  var routersWithTrailers: [Int] {
    routers.indices.filter { if case .trailer = routers[$0].policy.signing { true } else { false } }
  }
}
