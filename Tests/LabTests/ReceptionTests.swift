import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Which adverts of a right form count: those of peers, from not too far away, about the same addresses.
  @Suite struct Reception {
    /// What is asked of adverts, what comes, and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
      var lines: [String] = []
      var transport = RouterFile.Transport.unicast
      /// The last byte of the sender's address, which is the peer's unless it is another.
      var sender: UInt8 = 2
      var timeToLive: UInt8 = 255
      var hasOtherAddress = false
      /// Whether the master gives way to it.
      var isObeyed: Bool
      /// What it is counted as.
      var counter: String?

      var testDescription: String {
        "\(lines.joined(separator: " ")): from \(sender), TTL \(timeToLive)\(hasOtherAddress ? ", other address" : "")"
      }

      static let all: [Case] = [
        Case(isObeyed: true),
        Case(timeToLive: 3, isObeyed: true),
        Case(sender: 66, isObeyed: false, counter: "not_a_peer"),
        Case(lines: ["check_unicast_src"], sender: 66, isObeyed: false, counter: "not_a_peer"),
        Case(lines: ["check_unicast_src off"], sender: 66, isObeyed: true),
        Case(
          lines: ["unicast_peer { 10.9.0.2 min_ttl 255 }"], timeToLive: 254, isObeyed: false, counter: "time_to_live"),
        Case(lines: ["unicast_peer { 10.9.0.2 max_ttl 64 }"], timeToLive: 65, isObeyed: false, counter: "time_to_live"),
        Case(lines: ["unicast_peer { 10.9.0.2 min_ttl 3 max_ttl 64 }"], timeToLive: 64, isObeyed: true),
        Case(transport: .multicast, timeToLive: 254, isObeyed: false, counter: "time_to_live"),
        Case(transport: .multicast, hasOtherAddress: true, isObeyed: true, counter: "address_list"),
        Case(lines: ["skip_check_adv_addr"], transport: .multicast, hasOtherAddress: true, isObeyed: true),
        Case(
          lines: ["skip_check_adv_addr"], transport: .multicast, timeToLive: 254, hasOtherAddress: true,
          isObeyed: false,
          counter: "time_to_live"),
      ]
    }

    @Test(needs(.lab, .martlet), arguments: Case.all)
    func isAsConfigured(_ expected: Case) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v2)
        file.instanceLines = expected.lines
        let hasPeers = expected.lines.contains { $0.hasPrefix("unicast_peer") }
        if expected.transport == .unicast, !hasPeers { file.instanceLines.append("unicast_peer { 10.9.0.2 }") }
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let attacker = try lab.addHost("attacker", number: 66)
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        await eventually(within: startup + file.masterDownInterval(priority: 100) + margin) {
          let state = try? MartletStatus.of(peer).routers.first?.state
          return state == "MASTER"
        }
        let isMaster = try MartletStatus.of(peer).routers.first?.state == "MASTER"
        try #require(isMaster, "\(peer.log)")
        let frame = Self.frame(expected, to: peer.host)
        let sender = try FrameSender(on: attacker)
        for _ in 0..<Self.repeats { try sender.send(frame) }
        // All have been taken when as many are counted, as obeyed or by the flaw.
        var router = try #require(MartletStatus.of(peer).routers.first)
        let areTaken = try await eventually(within: margin) {
          router = try #require(MartletStatus.of(peer).routers.first)
          let obeyed = router.counters["advertisements_received", default: 0]
          return obeyed + (expected.isObeyed ? 0 : router.drops.values.reduce(0, +)) >= Self.repeats
        }
        #expect(areTaken, "\(router)\n\(peer.log)")
        #expect(router.state == (expected.isObeyed ? "BACKUP" : "MASTER"), "\(peer.log)")
        let drops = router.drops.filter { $0.value > 0 }
        #expect(drops.keys.sorted() == [expected.counter].compactMap { $0 }, "\(drops)")
      }
    }

    /// How many of one frame are sent.
    private static let repeats = 10

    /// A version 2 advert of priority 254 for the router of the case.
    private static func frame(_ expected: Case, to host: Host) -> [UInt8] {
      let isUnicast = expected.transport == .unicast
      var message: [UInt8] = [0x21, 51, 254, 1, 0, 1, 0, 0, 10, 9, 1, expected.hasOtherAddress ? 77 : 0]
      message += Array(repeating: 0, count: 8)
      message.replaceSubrange(6..<8, with: sum(message))
      var header: [UInt8] = [0x45, 0xC0, 0, UInt8(20 + message.count), 0, 1, 0, 0, expected.timeToLive, 112, 0, 0]
      header += [10, 9, 0, expected.sender] + (isUnicast ? [10, 9, 0, 1] : [224, 0, 0, 18])
      header.replaceSubrange(10..<12, with: sum(header))
      let target: [UInt8] =
        isUnicast ? (0..<6).map { host.macAddress.byte(at: $0) } : [0x01, 0x00, 0x5E, 0x00, 0x00, 0x12]
      return target + [0x02, 0, 0, 0x09, 0, 66, 0x08, 0x00] + header + message
    }

    private static func sum(_ bytes: [UInt8]) -> [UInt8] {
      var sum = stride(from: 0, to: bytes.count, by: 2).reduce(UInt32(0)) {
        $0 + UInt32(bytes[$1]) << 8 + UInt32(bytes[$1 + 1])
      }
      while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
      return [~UInt8(truncatingIfNeeded: sum >> 8), ~UInt8(truncatingIfNeeded: sum)]
    }
  }
}
