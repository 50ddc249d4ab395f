import CLinux
import Glibc
@testable import LinuxSystem
import NetworkTypes
import Testing

/// Two hosts, each a network namespace, joined by a wire: `near`, where the calling thread is, and `far`.
private struct Wire {
  let near: InterfaceIndex
  let far: InterfaceIndex
  let nearHost: Int32
  let farHost: Int32

  func onFarHost<Result>(_ body: () throws -> Result) throws -> Result {
    try NetworkNamespace.withNamespace("/proc/self/fd/\(farHost)", body)
  }

  static func with(_ body: (Wire) throws -> Void) throws {
    try withFreshNamespace {
      let farHost = try FileDescriptor.open(reading: "/proc/thread-self/ns/net")
      try withFreshNamespace {
        let nearHost = try FileDescriptor.open(reading: "/proc/thread-self/ns/net")
        try run("ip link add near type veth peer name far netns /proc/\(getpid())/fd/\(farHost.rawValue)")
        let near = try configure("near", 1)
        let far = try NetworkNamespace.withNamespace("/proc/self/fd/\(farHost.rawValue)") { try configure("far", 2) }
        try waitForCarrier("near")
        try body(Wire(near: near, far: far, nearHost: nearHost.rawValue, farHost: farHost.rawValue))
      }
    }
  }

  /// What is sent before the kernel has noticed the carrier is lost without a word.
  private static func waitForCarrier(_ name: String) throws {
    let isUp = try eventually { try shell("ip -o link show \(name)").0.contains("state UP") }
    try #require(isUp)
    // Waits for the lock under which the kernel makes the change.
    try run("ip link set \(name) up")
  }

  private static func configure(_ name: String, _ number: Int) throws -> InterfaceIndex {
    try run("ip link set lo up")
    try run("ip addr add 192.0.2.\(number)/24 dev \(name)")
    try run("ip link set \(name) up")
    try run("ip addr add 2001:db8::\(number)/64 dev \(name) nodad")
    return InterfaceIndex(rawValue: try #require(InterfaceNames.index(of: name)))
  }
}

private struct Heard: Equatable {
  var payload: [UInt8]
  var source: IPAddress
  var destination: IPAddress
  var hopLimit: UInt8?
  var interface: InterfaceIndex
  var isTruncated = false
}

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct AdvertTransportTests {
  fileprivate let payload: [UInt8] = [0x31, 1, 100, 1, 0, 100, 0, 0, 192, 0, 2, 100]

  private func hear(
    _ receiver: AdvertReceiver, _ batch: ReceiveBatch, atLeast count: Int, milliseconds: Int32 = 20_000
  ) throws -> [Heard] {
    var heard: [Heard] = []
    while heard.count < count, clinux_wait_readable(receiver.rawValue, milliseconds) > 0 {
      try receiver.receive(into: batch) { advert in
        heard.append(
          Heard(
            payload: Array(advert.payload), source: advert.source, destination: advert.destination,
            hopLimit: advert.hopLimit, interface: advert.interface, isTruncated: advert.isTruncated))
      }
    }
    return heard
  }

  fileprivate func addresses(_ family: AddressFamily) throws -> (near: IPAddress, far: IPAddress, group: IPAddress) {
    let texts =
      family == .ipv4 ? ["192.0.2.1", "192.0.2.2", "224.0.0.18"] : ["2001:db8::1", "2001:db8::2", "ff02::12"]
    let addresses = try texts.map { try #require(IPAddress($0)) }
    return (addresses[0], addresses[1], addresses[2])
  }

  fileprivate func add(
    _ sender: AdvertSender, _ bytes: [UInt8], to destination: IPAddress, from source: IPAddress,
    on interface: InterfaceIndex, hopLimit: UInt8 = 255, tag: Int = 0
  ) -> Bool {
    bytes.withUnsafeBytes {
      sender.add($0, to: destination, from: source, on: interface, hopLimit: hopLimit, tag: tag)
    }
  }

  @Test("An advert says when the kernel received it, however late it is read", arguments: AddressFamily.allCases)
  func arrivals(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      try receiver.join(group)
      let sender = try AdvertSender(family: family)
      // The kernel begins to stamp a little after the first socket has asked for it, and stamps what came before that
      // when it is read: such an advert arrives, by its stamp, only after the instant at which it was seen to wait.
      var stamped = false
      let limit = MonotonicClock.now() + .seconds(20)
      while !stamped, MonotonicClock.now() < limit {
        let sent = MonotonicClock.now()
        #expect(add(sender, payload, to: group, from: source, on: wire.near))
        sender.flush()
        try #require(clinux_wait_readable(receiver.rawValue, 20_000) > 0)
        let waiting = MonotonicClock.now()
        try receiver.receive(into: batch) { advert in
          if let arrival = advert.arrival { stamped = arrival >= sent && arrival <= waiting }
        }
      }
      #expect(stamped)
    }
  }

  @Test(arguments: AddressFamily.allCases)
  func aMulticastAdvertIsHeardByTheOtherHostOnly(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      try receiver.join(group)
      let own = try AdvertReceiver(interface: wire.near, name: "near", family: family)
      try own.join(group)
      let sender = try AdvertSender(family: family)
      #expect(add(sender, payload, to: group, from: source, on: wire.near))
      #expect(add(sender, payload, to: group, from: source, on: wire.near, hopLimit: 254))
      #expect(sender.count == 2)
      #expect(sender.flush() == FlushOutcome(sent: 2))
      #expect(sender.count == 0)
      let heard = try hear(receiver, batch, atLeast: 2)
      #expect(
        heard
          == [255, 254].map {
            Heard(payload: payload, source: source, destination: group, hopLimit: $0, interface: wire.far)
          })
      // What was heard over there came later than any echo would have here.
      #expect(try hear(own, batch, atLeast: 1, milliseconds: 20).isEmpty)
    }
  }

  /// Of a whole packet the kernel fills in the header checksum and nothing else: the rest is signed.
  @Test func aWholePacketArrivesAsItWasMade() throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(.ipv4)
      var packet: [UInt8] = [0x45, 0xC0, 0, 24, 0x12, 0x34, 0, 0, 255, 51, 0, 0] + source.bytes + group.bytes
      packet += [1, 2, 3, 4]
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost {
        try AdvertReceiver(interface: wire.far, name: "far", family: .ipv4, protocolNumber: 51)
      }
      try receiver.join(group)
      let sender = try AdvertSender(family: .ipv4, wholePackets: true)
      #expect(add(sender, packet, to: group, from: source, on: wire.near))
      #expect(sender.flush() == FlushOutcome(sent: 1))
      var arrived: [UInt8] = []
      #expect(clinux_wait_readable(receiver.rawValue, 2_000) > 0)
      try receiver.receive(into: batch) { arrived = $0.packet.map(Array.init) ?? [] }
      #expect(arrived.count == packet.count)
      guard arrived.count == packet.count else { return }
      #expect(arrived[10...11] != [0, 0])
      arrived.replaceSubrange(10..<12, with: [0, 0])
      #expect(arrived == packet)
    }
  }

  @Test(arguments: AddressFamily.allCases)
  func aGroupThatOnlyAnotherSocketJoinedIsNotHeard(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch()
      let (joined, aloof) = try wire.onFarHost {
        (
          try AdvertReceiver(interface: wire.far, name: "far", family: family),
          try AdvertReceiver(interface: wire.far, name: "far", family: family)
        )
      }
      try joined.join(group)
      #expect(throws: SystemError.self) { try joined.join(group) }
      let sender = try AdvertSender(family: family)
      #expect(add(sender, payload, to: group, from: source, on: wire.near))
      sender.flush()
      #expect(try hear(joined, batch, atLeast: 1).count == 1)
      #expect(try hear(aloof, batch, atLeast: 1, milliseconds: 20).isEmpty)
      try joined.leave(group)
      #expect(add(sender, payload, to: group, from: source, on: wire.near))
      sender.flush()
      #expect(try hear(joined, batch, atLeast: 1, milliseconds: 20).isEmpty)
    }
  }

  @Test(arguments: AddressFamily.allCases)
  func aUnicastAdvertIsHeardWithItsHopLimit(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, peer, _) = try addresses(family)
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      let sender = try AdvertSender(family: family)
      #expect(add(sender, payload, to: peer, from: source, on: wire.near, hopLimit: 255))
      #expect(add(sender, payload, to: peer, from: source, on: wire.near, hopLimit: 64))
      #expect(sender.flush() == FlushOutcome(sent: 2))
      let heard = try hear(receiver, batch, atLeast: 2)
      #expect(
        heard
          == [255, 64].map {
            Heard(payload: payload, source: source, destination: peer, hopLimit: $0, interface: wire.far)
          })
    }
  }

  @Test func anIPv4SourceNeedNotBeOnTheHost() throws {
    try Wire.with { wire in
      let (_, _, group) = try addresses(.ipv4)
      let foreign = try #require(IPAddress("192.0.2.77"))
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: .ipv4) }
      try receiver.join(group)
      let sender = try AdvertSender(family: .ipv4)
      #expect(add(sender, payload, to: group, from: foreign, on: wire.near))
      #expect(sender.flush() == FlushOutcome(sent: 1))
      #expect(try hear(receiver, batch, atLeast: 1).map(\.source) == [foreign])
    }
  }

  @Test(arguments: AddressFamily.allCases)
  func whatOneMessageSuffersDoesNotKeepTheOthers(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let nowhere = InterfaceIndex(rawValue: 9_999)
      let sender = try AdvertSender(family: family)
      for tag in 0..<6 {
        #expect(add(sender, payload, to: group, from: source, on: tag % 2 == 0 ? nowhere : wire.near, tag: 100 + tag))
      }
      var failures: [Int: Int32] = [:]
      let outcome = sender.flush { failures[$0] = $1 }
      #expect(outcome == FlushOutcome(sent: 3, failed: 3))
      #expect(failures.keys.sorted() == [100, 102, 104])
      #expect(failures.values.allSatisfy { $0 == ENODEV || $0 == ENETUNREACH || $0 == ENXIO })
    }
  }

  @Test func aFullBatchSaysSo() throws {
    let sender = try AdvertSender(family: .ipv4, capacity: 2)
    let (source, _, group) = try addresses(.ipv4)
    let interface = InterfaceIndex(rawValue: 1)
    #expect(add(sender, payload, to: group, from: source, on: interface))
    #expect(add(sender, payload, to: group, from: source, on: interface))
    #expect(!add(sender, payload, to: group, from: source, on: interface))
    sender.discard()
    #expect(add(sender, payload, to: group, from: source, on: interface))
    #expect(!add(sender, payload, to: try #require(IPAddress("ff02::12")), from: source, on: interface))
    #expect(!add(sender, [UInt8](repeating: 0, count: 200_000), to: group, from: source, on: interface))
  }

  @Test(arguments: AddressFamily.allCases)
  func aDatagramLongerThanTheSlotIsFlagged(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch(capacity: 4, maximumDatagram: 128)
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      try receiver.join(group)
      let sender = try AdvertSender(family: family)
      #expect(add(sender, [UInt8](repeating: 9, count: 300), to: group, from: source, on: wire.near))
      #expect(add(sender, payload, to: group, from: source, on: wire.near))
      #expect(sender.flush() == FlushOutcome(sent: 2))
      #expect(try hear(receiver, batch, atLeast: 2).map(\.isTruncated) == [true, false])
    }
  }

  /// The longest advert there is, on a link that takes it only since the sockets were opened.
  @Test(arguments: AddressFamily.allCases)
  func theLongestAdvertIsHeardWhenTheLinkGrows(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch()
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      try receiver.join(group)
      let sender = try AdvertSender(family: family)
      try run("ip link set near mtu 9000")
      try wire.onFarHost { try run("ip link set far mtu 9000") }
      let longest = 8 + 255 * (family == .ipv4 ? 4 : 16)
      let advert = (0..<longest).map { UInt8(truncatingIfNeeded: $0) }
      #expect(add(sender, advert, to: group, from: source, on: wire.near))
      #expect(sender.flush() == FlushOutcome(sent: 1))
      let heard = try hear(receiver, batch, atLeast: 1)
      #expect(heard.map(\.payload) == [advert] && heard.allSatisfy { !$0.isTruncated })
    }
  }

  /// What arrives at a socket that only sends would fill its buffer, since nobody reads it.
  @Test(arguments: AddressFamily.allCases)
  func aSocketThatSendsHearsNothing(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, peer, group) = try addresses(family)
      let batch = try ReceiveBatch()
      let (receiver, deaf) = try wire.onFarHost {
        (
          try AdvertReceiver(interface: wire.far, name: "far", family: family), try AdvertSender(family: family)
        )
      }
      try receiver.join(group)
      let sender = try AdvertSender(family: family)
      for destination in [group, peer] {
        #expect(add(sender, payload, to: destination, from: source, on: wire.near))
        #expect(sender.flush() == FlushOutcome(sent: 1))
        #expect(try hear(receiver, batch, atLeast: 1).count == 1)
      }
      #expect(clinux_wait_readable(deaf.rawValue, 20) == 0)
    }
  }

  @Test(arguments: AddressFamily.allCases)
  func aBatchOfManyArrivesWholeAndInOrder(family: AddressFamily) throws {
    try Wire.with { wire in
      let (source, _, group) = try addresses(family)
      let batch = try ReceiveBatch(capacity: 64)
      let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: family) }
      try receiver.join(group)
      let sender = try AdvertSender(family: family)
      for number in 0..<250 { #expect(add(sender, [UInt8(number), 1, 2, 3], to: group, from: source, on: wire.near)) }
      #expect(sender.flush() == FlushOutcome(sent: 250))
      #expect(try hear(receiver, batch, atLeast: 250).map { $0.payload.first } == (0..<250).map { UInt8($0) })
    }
  }

  @Test func framesReachTheWireWholeAndBadInterfacesAreReported() throws {
    try Wire.with { wire in
      let number = try wire.onFarHost {
        socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), Int32(UInt16(0x0806).bigEndian))
      }
      let listener = FileDescriptor(owning: number)
      try #require(listener.rawValue >= 0)
      let frame: [UInt8] =
        [255, 255, 255, 255, 255, 255, 0, 0, 0x5E, 0, 1, 51, 8, 6] + (0..<28).map { UInt8($0) }
        + [UInt8](repeating: 0, count: 18)
      let sender = try PacketSender()
      #expect(frame.withUnsafeBytes { sender.add($0, on: wire.near, tag: 1) })
      #expect(frame.withUnsafeBytes { sender.add($0, on: InterfaceIndex(rawValue: 9_999), tag: 2) })
      #expect(frame.withUnsafeBytes { sender.add($0, on: wire.near, tag: 3) })
      #expect(![UInt8](repeating: 0, count: 13).withUnsafeBytes { sender.add($0, on: wire.near) })
      var failures: [Int: Int32] = [:]
      #expect(sender.flush { failures[$0] = $1 } == FlushOutcome(sent: 2, failed: 1))
      #expect(failures == [2: ENXIO])
      var buffer = [UInt8](repeating: 0, count: 200)
      for _ in 0..<2 {
        #expect(clinux_wait_readable(listener.rawValue, 2_000) == 1)
        let count = recv(listener.rawValue, &buffer, buffer.count, 0)
        #expect(Array(buffer.prefix(max(0, count))) == frame)
      }
      #expect(clinux_wait_readable(sender.rawValue, 20) == 0)
    }
  }

  /// In a process of its own, so that no other test's memory is counted.
  @Test func steadySendingAndReceivingDoesNotGrow() async {
    await #expect(processExitsWith: .success) {
      try Wire.with { wire in
        let suite = AdvertTransportTests()
        let (source, _, group) = try suite.addresses(.ipv4)
        let batch = try ReceiveBatch()
        let receiver = try wire.onFarHost { try AdvertReceiver(interface: wire.far, name: "far", family: .ipv4) }
        try receiver.join(group)
        let sender = try AdvertSender(family: .ipv4)
        var bytes = 0
        func turns(_ count: Int) throws {
          for _ in 0..<count {
            for _ in 0..<32 { _ = suite.add(sender, suite.payload, to: group, from: source, on: wire.near) }
            sender.flush()
            try receiver.receive(into: batch) { bytes += $0.payload.count }
          }
        }
        try turns(100)
        let before = try residentBytes()
        try turns(4_000)
        #expect(try residentBytes() - before < 1 << 20)
        #expect(bytes > 12 * 32 * 3_000)
      }
    }
  }
}

@Suite struct IPv4HeaderTests {
  /// A header of twenty bytes with the given first byte and total length, followed by `rest` bytes.
  private func datagram(first: UInt8 = 0x45, total: Int, rest: Int) -> [UInt8] {
    [first, 0xC0, UInt8(total >> 8), UInt8(total & 255), 0, 0, 0, 0, 255, 112, 0, 0, 192, 0, 2, 1, 224, 0, 0, 18]
      + [UInt8](repeating: 7, count: rest)
  }

  @Test func findsThePayload() throws {
    let parsed = datagram(total: 28, rest: 8).withUnsafeBytes { IPv4Header($0) }
    let header = try #require(parsed)
    #expect(header.payload == 20..<28)
    #expect(header.timeToLive == 255)
    #expect(header.source == IPAddress("192.0.2.1"))
    #expect(header.destination == IPAddress("224.0.0.18"))
    #expect(!header.isTruncated)
  }

  @Test(arguments: [
    (0x45, 28, 20, 20..<28, false), (0x46, 28, 8, 24..<28, false), (0x45, 40, 8, 20..<28, true),
    (0x45, 20, 8, 20..<20, false),
  ])
  func keepsToTheShorterOfHeaderAndDatagram(
    first: UInt8, total: Int, rest: Int, payload: Range<Int>, isTruncated: Bool
  ) throws {
    let parsed = datagram(first: first, total: total, rest: rest).withUnsafeBytes { IPv4Header($0) }
    let header = try #require(parsed)
    #expect(header.payload == payload)
    #expect(header.isTruncated == isTruncated)
  }

  @Test(arguments: [(0x65, 28, 8), (0x44, 28, 8), (0x4F, 28, 8), (0x45, 19, 8), (0x46, 22, 8), (0x40, 0, 0)])
  func refusesWhatContradictsItself(first: UInt8, total: Int, rest: Int) {
    #expect(datagram(first: first, total: total, rest: rest).withUnsafeBytes { IPv4Header($0) } == nil)
  }

  @Test func randomBytesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    var accepted = 0
    for _ in 0..<200_000 {
      var bytes = (generator.next(), generator.next(), generator.next(), generator.next(), generator.next())
      let count = Int.random(in: 0...40, using: &generator)
      withUnsafeMutableBytes(of: &bytes) { raw in
        if raw[0] & 1 == 0 { raw[0] = 0x40 | raw[0] >> 4 }
        let slice = UnsafeRawBufferPointer(rebasing: raw[..<count])
        guard let header = IPv4Header(slice) else { return }
        accepted += 1
        if header.payload.upperBound > count || header.payload.lowerBound < 20 { Issue.record("out of bounds") }
      }
    }
    #expect(accepted > 0)
  }
}
