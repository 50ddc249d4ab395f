import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// tshark, which shares no code with us, reads what we send.
  @Suite struct Wire {
    static let files = [
      RouterFile(version: .v2), RouterFile(version: .v2, transport: .unicast), RouterFile(version: .v3),
      RouterFile(version: .v3, family: .ipv6), RouterFile(version: .v3, family: .ipv6, transport: .unicast),
    ]

    @Test(needs(.lab, .martlet, .tshark), arguments: files)
    func everyPacketIsWellFormed(_ given: RouterFile) async throws {
      try await inLab { lab in
        var file = given
        if file.version == .v2 { file.password = "martin" }
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        await pair.high.stop()
        try await pair.expectMaster(pair.low, within: file.skewTime(priority: Pair.lowPriority) + margin, isTold: true)
        try await pair.settle(file.interval * 2)
        let pcap = "\(lab.folder)/wire.pcap"
        try lab.capture.writePcap(to: pcap)

        let ours = "(eth.src == \(pair.high.host.macAddress) || eth.src == \(pair.low.host.macAddress))"
        let announcement = file.family == .ipv4 ? "arp.isgratuitous" : "icmpv6.type == 136"
        let adverts = try count("\(ours) && vrrp", in: pcap)
        #expect(adverts > 3)
        #expect(try count("\(ours) && vrrp.checksum.status == 1", in: pcap) == adverts, "bad checksums")
        #expect(try count("\(ours) && vrrp.prio == 0", in: pcap) >= 1, "no resignation")
        #expect(try count("\(ours) && \(announcement)", in: pcap) >= 2, "no announcements")
        // That an address was at another host before is what a takeover is about, though tshark warns of it.
        let expert = "(_ws.expert.severity >= 6291456 && !arp.duplicate-address-detected)"
        let wrong = "_ws.malformed || \(expert) || ip.checksum.status == 0 || icmpv6.checksum.status == 0"
        let bad = try tshark(["-Y", "\(ours) && (vrrp || \(announcement)) && (\(wrong))", "-V"], pcap)
        #expect(bad.isEmpty, "\(bad)")
        let limit = file.family == .ipv4 ? "ip.ttl == 255" : "ipv6.hlim == 255"
        #expect(try count("\(ours) && vrrp && \(limit)", in: pcap) == adverts)
      }
    }

    private func count(_ filter: String, in pcap: String) throws -> Int {
      try tshark(["-Y", filter, "-T", "fields", "-e", "frame.number"], pcap).split(separator: "\n").count
    }

    private func tshark(_ arguments: [String], _ pcap: String) throws -> String {
      try Command.check(["tshark", "-n", "-r", pcap, "-o", "ip.check_checksum:TRUE"] + arguments, limit: 60)
    }
  }
}
