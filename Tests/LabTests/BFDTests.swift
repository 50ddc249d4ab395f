import Foundation
import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// What FRR's `bfdd` says of a session.
// The names are those of the JSON text.
private struct PeerCounters: Decodable {
  var multihop: Bool
  var peer: String
  var up: Int
  var down: Int

  enum CodingKeys: String, CodingKey {
    case multihop, peer
    case up = "session-up"
    case down = "session-down"
  }
}

private struct PeerSession: Decodable {
  var multihop: Bool
  var peer: String
  var status: String
}

/// A martlet, and a neighbour with FRR's `bfdd`.
private struct Neighborhood {
  enum Kind: String, CaseIterable {
    case ipv4, ipv6, multihop

    var family: AddressFamily { self == .ipv6 ? .ipv6 : .ipv4 }
  }

  let lab: Lab
  let martlet: MartletPeer
  let neighbor: BFDPeer

  init(in lab: Lab) throws {
    self.lab = lab
    martlet = try MartletPeer(host: lab.addHost("a", number: 1))
    neighbor = BFDPeer(host: try lab.addHost("gateway", number: 9))
  }

  /// A `bfd_instance` for the neighbour, at 10 ms and 5 packets.
  func lines(_ kind: Kind = .ipv4) -> String {
    var lines = ["neighbor_ip \(neighbor.host.address(kind.family))", "min_rx 10", "min_tx 10", "multiplier 5"]
    if kind == .ipv6 { lines.append("source_ip \(martlet.host.ipv6)") }
    if kind == .multihop { lines += ["multihop", "max_hops 2"] }
    return "bfd_instance \(kind) {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  func session(_ kind: Kind = .ipv4) -> BFDPeer.Session {
    BFDPeer.Session(
      with: martlet.host.address(kind.family), from: neighbor.host.address(kind.family), isMultihop: kind == .multihop)
  }

  /// A configuration with sessions, and one router that tracks the first of them.
  func configuration(_ kinds: [Kind] = [.ipv4], tracks: Bool = true) -> String {
    var file = RouterFile(version: .v3)
    file.topLines = kinds.map(lines)
    if tracks { file.instanceLines = ["track_bfd {", "  \(kinds[0])", "}"] }
    return file.text(for: martlet.host, priority: Pair.highPriority, peers: [])
  }

  /// Starts both ends and waits until every session is up on both.
  func start(_ kinds: [Kind] = [.ipv4]) async throws {
    try neighbor.start(kinds.map(session))
    try martlet.start(configuration(kinds))
    try await expectUp(kinds.count)
  }

  func expectUp(_ count: Int = 1, within bound: Nanoseconds = startup + .seconds(3)) async throws {
    let isUp = await eventually(within: bound, every: .milliseconds(50)) {
      let own = (try? MartletStatus.of(martlet))?.bfd_sessions.count { $0.state == "Up" }
      let theirs = (try? sessions())?.count { $0.status == "up" }
      return own == count && theirs == count
    }
    #expect(isUp, "\(logs)")
  }

  func sessions() throws -> [PeerSession] {
    try JSONDecoder().decode([PeerSession].self, from: Data(neighbor.ask("show bfd peers json").utf8))
  }

  func counters() throws -> [PeerCounters] {
    try JSONDecoder().decode([PeerCounters].self, from: Data(neighbor.ask("show bfd peers counters json").utf8))
  }

  /// Control packets of one end since an instant.
  func packets(of host: LabKit.Host, since instant: MonotonicInstant = .init(nanoseconds: 0)) -> [CapturedControlPacket]
  {
    lab.capture.frames(since: instant).compactMap(\.controlPacket).filter { $0.sender == host.macAddress }
  }

  var logs: String {
    "--- martlet\n" + martlet.log.split(separator: "\n").suffix(30).joined(separator: "\n") + "\n--- FRR\n"
      + neighbor.log.split(separator: "\n").suffix(15).joined(separator: "\n")
  }
}

extension LabTests {
  /// BFD sessions with FRR's `bfdd` as the other end.
  @Suite struct BFD {
    @Test(needs(.lab, .martlet, .bfd))
    func sessionsComeUpOverEveryTransport() async throws {
      try await inLab { lab in
        let hood = try Neighborhood(in: lab)
        let kinds = Neighborhood.Kind.allCases
        try await hood.start(kinds)
        let status = try MartletStatus.of(hood.martlet)
        for session in status.bfd_sessions {
          #expect(session.transmit_interval == 0.01 && session.detection_time == 0.05, "\(session)")
          #expect(session.remote_state == "Up" && session.multihop == (session.name == "multihop"))
        }
        #expect(status.trackers.map(\.status) == Array(repeating: "up", count: kinds.count))
        let text = try hood.martlet.command("status").output
        #expect(text.contains("BFD SESSION") && text.contains("50 ms"), "\(text)")

        let begin = MonotonicInstant.labNow()
        try await lab.settle(.milliseconds(500))
        let packets = hood.packets(of: hood.martlet.host, since: begin)
        let span = MonotonicInstant.labNow() - begin
        #expect(packets.allSatisfy { $0.ttl == 255 && $0.state == 3 && $0.sourcePort >= 49152 })
        // Each session has a port of its own and keeps to it.
        #expect(Set(packets.map { [Int($0.discriminator), Int($0.sourcePort), Int($0.port)] }).count == kinds.count)
        // Jitter shortens an interval by up to a quarter.
        let most = Int(span.rawValue / 7_500_000) + 2
        #expect((kinds.count...most * kinds.count).contains(packets.count), "\(packets.count) in \(span)")
        #expect(Set(packets.map(\.port)) == [3784, 4784])

        // A session that the configuration has no more is ended, the others go on; then all are.
        func ended() -> [CapturedControlPacket] {
          hood.packets(of: hood.martlet.host, since: begin).filter { $0.state == 1 }
        }
        try hood.martlet.replaceConfiguration(hood.configuration([.ipv4, .ipv6]))
        hood.martlet.reload()
        let isEnded = await eventually(within: .seconds(5)) { ended().map(\.port) == [4784] }
        #expect(isEnded && ended().allSatisfy { $0.diagnostic == 7 }, "\(ended())\n\(hood.logs)")
        await hood.martlet.stop()
        #expect(ended().map(\.port) == [4784, 3784, 3784], "\(ended())\n\(hood.logs)")
      }
    }

    @Test(needs(.lab, .martlet, .bfd))
    func aSilentNeighborIsDetectedInTime() async throws {
      try await inLab(alone: true) { lab in
        let hood = try Neighborhood(in: lab)
        try await hood.start()
        var times: [Nanoseconds] = []
        for _ in 0..<10 {
          try await lab.settle(.milliseconds(200))
          let begin = MonotonicInstant.labNow()
          hood.neighbor.freeze()
          let down = try await lab.capture.first(within: .seconds(2)) { frame in
            frame.controlPacket.flatMap {
              $0.sender == hood.martlet.host.macAddress && $0.time >= begin && $0.state == 1 ? $0 : nil
            }
          }
          let packet = try #require(down, "\(hood.logs)")
          #expect(packet.diagnostic == 1)
          let last = try #require(hood.packets(of: hood.neighbor.host).last { $0.time < packet.time })
          times.append(packet.time - last.time)
          hood.neighbor.thaw()
          try await hood.expectUp()
        }
        let detection = SilenceDetection(interval: .milliseconds(10), multiplier: 5, times: times.sorted())
        print("BFD at 10 ms × 5: silence detected after \(detection.median) (median), \(detection.worst) (worst)")
        #expect(times.allSatisfy { $0 >= detection.time - .milliseconds(1) })
        try await InteroperabilityTable.shared.record(detection)
        let log = hood.martlet.log
        #expect(log.contains("control detection time expired: nothing from 10.9.0.9 for "), "\(hood.logs)")
      }
    }

    @Test(needs(.lab, .martlet, .bfd))
    func aRouterFailsOverWithItsSession() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let gateway = BFDPeer(host: try lab.addHost("gateway", number: 9))
        try gateway.start([BFDPeer.Session(with: pair.high.host.ipv4, from: gateway.host.ipv4)])
        var tracking = file
        tracking.topLines = ["bfd_instance gateway {", "  neighbor_ip \(gateway.host.ipv4)", "}"]
        tracking.instanceLines = ["track_bfd {", "  gateway", "}"]
        try pair.high.start(tracking.text(for: pair.high.host, priority: Pair.highPriority, peers: []))
        try await pair.expectMaster(
          pair.high, within: startup + .seconds(2) + file.masterDownInterval(priority: Pair.highPriority))
        try pair.start(pair.low)
        try await pair.settle(startup)

        let silent = MonotonicInstant.labNow()
        gateway.freeze()
        let bound = Nanoseconds.milliseconds(50) + file.skewTime(priority: Pair.lowPriority) + margin
        let taken = try await pair.expectMaster(
          pair.low, since: silent, within: bound, isTold: true, "the gateway is silent")
        let high = try #require(pair.high as? MartletPeer)
        #expect(try MartletStatus.of(high).routers.first?.state == "FAULT")
        let tracker = try #require(try MartletStatus.of(high).trackers.first)
        #expect(tracker.kind == "bfd" && tracker.status == "down")
        #expect(tracker.reason.hasPrefix("control detection time expired: nothing from 10.9.0.9 for"), "\(tracker)")
        print("track_bfd: the other host is master \(taken.time - silent) after the neighbour fell silent")

        let spoken = MonotonicInstant.labNow()
        gateway.thaw()
        let back = file.masterDownInterval(priority: Pair.highPriority) + .seconds(2) + margin
        try await pair.expectMaster(pair.high, since: spoken, within: back, "the gateway speaks again")
      }
    }

    @Test(needs(.lab, .martlet, .bfd))
    func twentyReloadsAreNotNoticed() async throws {
      try await inLab(alone: true) { lab in
        let hood = try Neighborhood(in: lab)
        try await hood.start(Neighborhood.Kind.allCases)
        let discriminators = try MartletStatus.of(hood.martlet).bfd_sessions.map(\.local_discriminator)
        let transitions = try MartletStatus.of(hood.martlet).routers.first?.transitions
        for _ in 0..<20 {
          let enginePID = hood.martlet.rolePID("engine")
          hood.martlet.reload()
          let isReplaced = await eventually(within: .seconds(5), every: .milliseconds(20)) {
            hood.martlet.rolePID("engine") != enginePID
          }
          #expect(isReplaced)
          try await lab.settle(.milliseconds(200))
        }
        let counters = try hood.counters()
        #expect(counters.map(\.down) == [0, 0, 0], "\(counters)\n\(hood.logs)")
        #expect(counters.map(\.up) == [1, 1, 1])
        let status = try MartletStatus.of(hood.martlet)
        #expect(status.bfd_sessions.map(\.local_discriminator) == discriminators)
        #expect(status.bfd_sessions.allSatisfy { $0.counters["came_up"] == 1 && $0.counters["went_down"] == 0 })
        #expect(status.routers.first?.transitions == transitions || status.routers.first?.state == "MASTER")
        let gaps = Neighborhood.Kind.allCases.indices.map { index in
          let times = hood.packets(of: hood.martlet.host).filter { Int($0.discriminator) == discriminators[index] }
          return lateness(times.filter { $0.state == 3 }.map(\.time), .milliseconds(10))
        }
        print("20 reloads: bfdd saw no session go down; packets came at most \(gaps.max() ?? .zero) late")
      }
    }

    @Test(needs(.lab, .martlet, .keepalived), arguments: AddressFamily.allCases)
    func keepalivedIsANeighborToo(family: AddressFamily) async throws {
      try await inLab { lab in
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        let keepalived = KeepalivedPeer(host: try lab.addHost("b", number: 2))
        func configuration(_ own: LabKit.Host, _ other: LabKit.Host, _ priority: UInt8) -> String {
          var file = RouterFile(version: .v3)
          file.topLines = [
            "bfd_instance peer {", "  neighbor_ip \(other.address(family))", "  source_ip \(own.address(family))",
            "  hoplimit 255", "}",
          ]
          file.instanceLines = ["track_bfd {", "  peer", "}"]
          return file.text(for: own, priority: priority, peers: [])
        }
        try keepalived.start(configuration(keepalived.host, martlet.host, Pair.lowPriority))
        try martlet.start(configuration(martlet.host, keepalived.host, Pair.highPriority))
        func log() -> String { "\(martlet.log)\n\(keepalived.log)" }
        let isUp = await eventually(within: startup + .seconds(3), every: .milliseconds(50)) {
          let state = (try? MartletStatus.of(martlet))?.bfd_sessions.first?.state
          return state == "Up"
        }
        #expect(isUp, "\(log())")
        let isKnown = await eventually(within: .seconds(3)) { keepalived.log.contains("peer is in state Up") }
        #expect(isKnown, "\(log())")
        // It is told that this end stops.
        let count = keepalived.log.components(separatedBy: "peer is in state Down").count
        await martlet.stop()
        let told = await eventually(within: .seconds(3)) {
          keepalived.log.components(separatedBy: "peer is in state Down").count > count
        }
        #expect(told, "\(log())")
      }
    }

    @Test(needs(.lab, .martlet, .bfd))
    func anEngineThatDiesMovesNoRouter() async throws {
      try await inLab { lab in
        let hood = try Neighborhood(in: lab)
        try await hood.start()
        let isMaster = await eventually(within: .seconds(5), every: .milliseconds(50)) {
          let state = (try? MartletStatus.of(hood.martlet))?.routers.first?.state
          return state == "MASTER"
        }
        #expect(isMaster, "\(hood.logs)")
        let transitions = try MartletStatus.of(hood.martlet).routers.first?.transitions
        let pid = try #require(hood.martlet.rolePID("engine"))
        let killed = MonotonicInstant.labNow()
        kill(pid, SIGKILL)
        let isReplaced = await eventually(within: .seconds(5), every: .milliseconds(20)) {
          let status = try? MartletStatus.of(hood.martlet)
          return status.map { $0.engine.pid != Int(pid) && $0.engine.health == "running" } ?? false
        }
        #expect(isReplaced, "\(hood.logs)")
        try await hood.expectUp()
        try await lab.settle(.milliseconds(2500))
        let status = try MartletStatus.of(hood.martlet)
        let router = try #require(status.routers.first)
        #expect(router.state == "MASTER" && router.transitions == transitions, "\(hood.logs)")
        #expect(status.trackers.first?.status == "up")
        let noticed = try hood.counters().first?.down ?? 0
        let first = try #require(hood.packets(of: hood.martlet.host, since: killed + .milliseconds(1)).first)
        print("an engine killed: the next packet came \(first.time - killed) later;")
        print("  bfdd saw \(noticed == 0 ? "nothing" : "the session go down and come back")")
      }
    }

    @Test(needs(.lab, .martlet, .bfd))
    func forgedPacketsAreIgnored() async throws {
      try await inLab(alone: true) { lab in
        let hood = try Neighborhood(in: lab)
        try await hood.start()
        let attacker = try lab.addHost("attacker", number: 66)
        let sender = try FrameSender(on: attacker)
        let model = try #require(
          lab.capture.frames.last { $0.controlPacket?.sender == hood.neighbor.host.macAddress })
        let packet = try #require(model.controlPacket)
        // From the attacker's own port: the bridge must go on knowing where the neighbour is.
        let frame = Array(model.bytes[..<6]) + attacker.macAddress.bytes + model.bytes[12...]
        // From too far away, and from near by under another name.
        for sent in 1...20 {
          try sender.send(forge(frame, at: packet.offset) { $0[22] = 254 })
          try sender.send(forge(frame, at: packet.offset) { $0[29] = 66 })
          let isCounted = try await eventually(within: margin, every: .milliseconds(2)) {
            try MartletStatus.of(hood.martlet).bfd_sessions.first?.discards["hop_limit"] == sent
          }
          #expect(isCounted, "packet \(sent)\n\(hood.logs)")
        }
        let status = try MartletStatus.of(hood.martlet)
        let session = try #require(status.bfd_sessions.first)
        #expect(session.state == "Up" && session.counters["went_down"] == 0, "\(hood.logs)")
        #expect(session.discards["hop_limit"] == 20, "\(session)")
        #expect(hood.martlet.log.contains("refused a BFD packet from 10.9.0.66"), "\(hood.logs)")

        // The same packet from where it should come from does take the session down: the forgery was a good one.
        try sender.send(forge(frame, at: packet.offset) { _ in })
        let isDown = await eventually(within: .seconds(2), every: .milliseconds(20)) {
          let count = (try? MartletStatus.of(hood.martlet))?.bfd_sessions.first?.counters["went_down"]
          return count == 1
        }
        #expect(isDown, "\(hood.logs)")
        try await hood.expectUp()
      }
    }

    /// A captured packet that says Down, spoilt in one more way, its checksums right.
    private func forge(_ model: [UInt8], at offset: Int, _ spoil: (inout [UInt8]) -> Void) -> [UInt8] {
      var frame = model
      frame[offset + 1] = 1 << 6
      // UDP's checksum may be left out over IPv4.
      frame[offset - 2] = 0
      frame[offset - 1] = 0
      spoil(&frame)
      frame[24] = 0
      frame[25] = 0
      var sum: UInt32 = 0
      for index in stride(from: 14, to: 34, by: 2) { sum += UInt32(frame[index]) << 8 | UInt32(frame[index + 1]) }
      while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
      frame[24] = ~UInt8(truncatingIfNeeded: sum >> 8)
      frame[25] = ~UInt8(truncatingIfNeeded: sum)
      return frame
    }
  }
}
