import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct DatagramTests {
  private func with(_ body: () throws -> Void) throws {
    try withFreshNamespace {
      try run("ip link set lo up")
      try run("ip addr add 192.0.2.1/24 dev lo")
      try run("ip addr add 2001:db8::1/64 dev lo nodad")
      // The kernel takes the address into use a moment later, which is long while it removes other tests' namespaces; what is
      // sent until then is lost.
      let address = try own(.ipv6)
      let receiver = try DatagramReceiver(family: .ipv6, port: 9, capacity: 8)
      let sender = try DatagramSender(to: address, port: 9, from: address, sourcePort: 50_009, hopLimit: 255)
      let isInUse = try eventually(milliseconds: 30_000) {
        _ = send([0], by: sender)
        return try receiver.receive { _ in } > 0
      }
      #expect(isInUse)
      try body()
    }
  }

  private func own(_ family: AddressFamily) throws -> IPAddress {
    try #require(IPAddress(family == .ipv4 ? "192.0.2.1" : "2001:db8::1"))
  }

  private func send(_ bytes: [UInt8], by sender: DatagramSender) -> Int32? {
    bytes.withUnsafeBytes { sender.send($0) }
  }

  /// Receives until `count` datagrams have come: the loopback interface may deliver them a moment after they were sent.
  private func receive(
    _ count: Int, by receiver: DatagramReceiver, _ body: (ReceivedDatagram) -> Void = { _ in }
  ) throws -> Int {
    var received = 0
    _ = try eventually {
      received += try receiver.receive(body)
      return received >= count
    }
    return received
  }

  @Test(arguments: AddressFamily.allCases, [255, 254, 1] as [UInt8])
  func arriveWithTheirHopLimit(family: AddressFamily, hopLimit: UInt8) throws {
    try with {
      let address = try own(family)
      let receiver = try DatagramReceiver(family: family, port: 3784, capacity: 8)
      let sender = try DatagramSender(
        to: address, port: 3784, from: address, sourcePort: 50_000, hopLimit: hopLimit)
      #expect(send([1, 2, 3], by: sender) == nil)
      #expect(send(Array(repeating: 9, count: 20), by: sender) == nil)
      var heard: [[UInt8]] = []
      let count = try receive(2, by: receiver) { datagram in
        heard.append(Array(datagram.payload))
        #expect(datagram.hopLimit == hopLimit && datagram.source == address && datagram.destination == address)
        #expect(datagram.interface.rawValue > 0)
      }
      #expect(count == 2)
      #expect(heard == [[1, 2, 3], Array(repeating: 9, count: 8)])
      #expect(try receiver.receive { _ in } == 0)
    }
  }

  @Test(arguments: AddressFamily.allCases) func theOneBoundLastHears(family: AddressFamily) throws {
    try with {
      let address = try own(family)
      let first = try DatagramReceiver(family: family, port: 3784)
      let sender = try DatagramSender(to: address, port: 3784, from: nil, sourcePort: 50_001, hopLimit: 255)
      // The next process sends from the same port while the one before it is still there.
      let second = try DatagramReceiver(family: family, port: 3784)
      let other = try DatagramSender(to: address, port: 3784, from: nil, sourcePort: 50_001, hopLimit: 255)
      #expect(send([1], by: sender) == nil)
      #expect(send([2], by: other) == nil)
      #expect(try receive(2, by: second) == 2)
      #expect(try first.receive { _ in } == 0)
    }
  }

  @Test func oneTurnTakesABoundedNumber() throws {
    try with {
      let address = try own(.ipv4)
      let receiver = try DatagramReceiver(family: .ipv4, port: 3784)
      let sender = try DatagramSender(to: address, port: 3784, from: nil, sourcePort: 50_002, hopLimit: 255)
      for number in 0..<10 { #expect(send([UInt8(number)], by: sender) == nil) }
      var turns: [Int] = []
      _ = try eventually {
        turns.append(try receiver.receive(most: 4) { _ in })
        return turns.reduce(0, +) >= 10
      }
      #expect(turns.reduce(0, +) == 10 && turns.allSatisfy { $0 <= 4 }, "\(turns)")
    }
  }

  @Test func theKernelsReasonIsReturned() throws {
    try with {
      let nowhere = try #require(IPAddress("198.51.100.1"))
      let sender = try DatagramSender(to: nowhere, port: 3784, from: nil, sourcePort: 50_003, hopLimit: 255)
      #expect(send([1], by: sender) == ENETUNREACH)
      #expect(throws: SystemError(operation: "send from", errno: EAFNOSUPPORT, object: "2001:db8::1")) {
        _ = try DatagramSender(
          to: nowhere, port: 3784, from: try own(.ipv6), sourcePort: 50_003, hopLimit: 255)
      }
    }
  }
}
