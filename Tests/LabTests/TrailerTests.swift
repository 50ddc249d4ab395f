import Glibc
import LabKit
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

extension LabTests {
  /// `auth_hmac`: who has the key takes over and hands back; who has not moves nothing, and is counted for what it lacks.
  @Suite struct Trailers {
    private static let key = String(repeating: "0123456789abcdef", count: 4)

    static let files: [RouterFile] =
      [
        RouterFile(version: .v2), RouterFile(version: .v3), RouterFile(version: .v3, family: .ipv6),
        RouterFile(version: .v3, transport: .unicast), RouterFile(version: .v2, transport: .unicast),
        RouterFile(version: .v3, family: .ipv6, transport: .unicast),
      ].map { signed($0) } + [signed(RouterFile(version: .v3), "anti_replay monotonic")]

    private static func signed(_ file: RouterFile, _ lines: String...) -> RouterFile {
      var file = file
      file.instanceLines = ["auth_hmac {", "  key 7 hex:\(key)", "  active_key 7"] + lines.map { "  \($0)" } + ["}"]
      return file
    }

    @Test(needs(.lab, .martlet), arguments: files)
    func takesOverAndHandsBack(_ file: RouterFile) async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let before = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let bound = file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: before, within: bound + margin, "crash")
        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try pair.start(pair.high)
        let again = startup + file.masterDownInterval(priority: Pair.highPriority)
        try await pair.expectMaster(pair.high, since: back, within: again + margin, "return")
        let stopped = MonotonicInstant.labNow()
        await pair.high.stop()
        // The ready resignation is signed as well, or the other would wait for its master-down interval.
        let skew = file.skewTime(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: stopped, within: skew + margin, isTold: true, "stop")
        let low = try #require(pair.low as? MartletPeer)
        let drops = try #require(MartletStatus.of(low).routers.first).drops
        let refused = ["trailer_missing", "trailer_malformed", "unknown_key", "stale", "authentication_code", "replay"]
        #expect(refused.allSatisfy { drops[$0, default: 0] == 0 }, "\(drops)")
      }
    }

    static let pairings = files.flatMap { file in
      [Pairing(high: .martlet, low: .keepalived, file: file), Pairing(high: .keepalived, low: .martlet, file: file)]
    }

    /// keepalived has signed as martlet does since 2.4.2.
    @Test(needs(.lab, .martlet, .keepalivedWithTrailers), arguments: pairings)
    func besideKeepalived(_ pairing: Pairing) async throws { try await FailoverStory(pairing).tell() }

    @Test(needs(.lab, .martlet))
    func whatIsNotAuthenticMovesNothing() async throws {
      try await inLab { lab in
        let file = Self.files[1]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let attacker = try lab.addHost("attacker", number: 66)
        try await pair.startInOrder()
        let low = try #require(pair.low as? MartletPeer)
        let genuine = try #require(lab.capture.frames.last { $0.advert?.sender == pair.high.host.macAddress }).bytes
        let begin = MonotonicInstant.labNow()
        let sender = try FrameSender(on: attacker)
        let spraying = Spray { _ in
          for forgery in Forgery.allCases { try sender.send(forgery.frame(genuine)) }
          for seconds in [-10, 10] { try sender.send(Self.frame(genuine, signedAfter: seconds, for: pair)) }
        }
        defer { spraying.cancel() }
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .seconds(1))
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "the backup spoke.\n\(pair.logs)")

        // The master dies under the spray: a timer that a forgery had touched would show now.
        let crashed = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let bound = file.masterDownInterval(priority: Pair.lowPriority) + margin
        try await pair.expectMaster(pair.low, since: crashed, within: bound, "crash under forgeries")
        _ = try await spraying.end()
        let router = try #require(MartletStatus.of(low).routers.first)
        for forgery in Forgery.allCases {
          #expect(router.drops[forgery.counter, default: 0] > 0, "\(forgery): \(router.drops)")
        }
        #expect(router.drops["stale", default: 0] > 0, "\(router.drops)")
      }
    }

    /// The master's advert with a higher priority, signed with the right key so many seconds from now.
    private static func frame(_ model: [UInt8], signedAfter seconds: Int, for pair: Pair) throws -> [UInt8] {
      let source = pair.high.host.address(.ipv4)
      let advert = Advertisement(
        version: .v3, virtualRouterID: try #require(VirtualRouterID(pair.file.vrid)), priority: Priority(rawValue: 254),
        interval: Centiseconds(rawValue: 20))
      let template = try AdvertisementTemplate(
        advert, addresses: try #require(AddressList(.ipv4, [pair.address])), source: source,
        destination: IPAddress(v4: 0xE000_0012))
      let now = CalendarClock.now().nanosecondsSince1970
      let time = CalendarInstant(nanosecondsSince1970: now + Int64(seconds) * 1_000_000_000)
      let digits = Array(key).compactMap(\.hexDigitValue)
      let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
      let advertBytes = template.bytes
      let trailer = AuthenticationTrailer(
        for: advertBytes.span.bytes, from: source, key: TrailerKey(id: 7, bytes: bytes), number: TrailerNumber(at: time)
      )
      var message = TrailedMessage(template)
      message.seal(template, trailer)
      return Array(model[..<34]) + message.bytes
    }

    enum Renewal: CaseIterable {
      case crash
      case reload
    }

    /// The mark of what was heard outlives the engine: a recording of the dead master's last advert is no advert.
    @Test(needs(.lab, .martlet), arguments: Renewal.allCases)
    func aNewEngineKnowsWhatWasHeard(_ renewal: Renewal) async throws {
      try await inLab { lab in
        var file = Self.files[1]
        file.interval = .seconds(1)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let attacker = try lab.addHost("attacker", number: 66)
        try await pair.startInOrder()
        let (high, low) = (try #require(pair.high as? MartletPeer), try #require(pair.low as? MartletPeer))
        // A new engine of the master's goes on from its numbers, and nobody takes them for old ones.
        let begin = MonotonicInstant.labNow()
        try await renew(high, renewal, pair)
        try await pair.settle(.seconds(2))
        pair.expectOnlySender(pair.high, since: begin)
        var router = try #require(MartletStatus.of(low).routers.first)
        #expect(router.drops["replay"] == 0, "\(router.drops)")

        let genuine = try #require(lab.capture.frames.last { $0.advert?.sender == pair.high.host.macAddress }).bytes
        try pair.high.host.crash()
        router = try #require(MartletStatus.of(low).routers.first)
        let heard = router.counters["advertisements_received"]
        try await renew(low, renewal, pair)
        let sender = try FrameSender(on: attacker)
        let refused = try await eventually(within: .seconds(2)) {
          try sender.send(genuine)
          router = try #require(MartletStatus.of(low).routers.first)
          return router.drops["replay", default: 0] > 0
        }
        #expect(refused, "\(router.drops)")
        #expect(router.counters["advertisements_received"] == heard, "a recording was heard.\n\(pair.logs)")
      }
    }

    private func renew(_ peer: MartletPeer, _ renewal: Renewal, _ pair: Pair) async throws {
      let engine = try #require(peer.rolePID("engine"))
      switch renewal {
      case .crash: kill(engine, SIGKILL)
      case .reload: peer.reload()
      }
      try await runsAnew(peer, after: engine, pair)
    }

    /// Waits until another engine is in charge.
    private func runsAnew(_ peer: MartletPeer, after engine: pid_t, _ pair: Pair) async throws {
      let isRenewed = await eventually(within: .seconds(5)) {
        guard let status = try? MartletStatus.of(peer) else { return false }
        return status.engine.pid != Int(engine) && status.engine.health == "running"
      }
      try #require(isRenewed, "no new engine.\n\(pair.logs)")
    }

    /// From none to a key by all three modes, and from that key to the next: each step is a reload of one host after the other, and none
    /// is noticed.
    @Test(needs(.lab, .martlet))
    func neitherRollOutNorRotationMovesTheAddress() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, RouterFile(version: .v3), high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let peers = [try #require(pair.low as? MartletPeer), try #require(pair.high as? MartletPeer)]
        let transitions = try peers.map { try MartletStatus.of($0).routers.first?.transitions }
        let begin = MonotonicInstant.labNow()
        let one = "key 7 hex:\(Self.key)"
        let two = "key 8 \(Self.key)"
        let steps: [(lines: [String], key: UInt8?)] = [
          ([one, "active_key 7", "mode receive-only"], nil), ([one, "active_key 7", "mode permissive"], 7),
          ([one, "active_key 7"], 7), ([one, two, "active_key 7"], 7), ([one, two, "active_key 8"], 8),
          ([two, "active_key 8"], 8),
        ]
        for step in steps {
          var file = pair.file
          file.instanceLines = ["auth_hmac {"] + step.lines + ["}"]
          for peer in peers {
            let other = peer.host === pair.high.host ? pair.low.host : pair.high.host
            let engine = try #require(peer.rolePID("engine"))
            try peer.replaceConfiguration(
              peer.configuration(of: file, priority: pair.priority(of: peer), peers: [other]))
            peer.reload()
            try await runsAnew(peer, after: engine, pair)
          }
          let settled = MonotonicInstant.labNow()
          try await pair.settle(pair.file.masterDownInterval(priority: Pair.lowPriority))
          let frame = try #require(
            lab.capture.frames(since: settled).last { $0.advert?.sender == pair.high.host.macAddress }
          ).bytes
          // Ethernet, IPv4, the advert with one address, then the trailer with the key's number in its second byte.
          #expect((frame.count == 74 ? frame[47] : nil) == step.key, "\(step.lines): \(frame)")
        }
        pair.expectOnlySender(pair.high, since: begin)
        #expect(try peers.map { try MartletStatus.of($0).routers.first?.transitions } == transitions, "\(pair.logs)")
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name])
      }
    }

    /// Adverts on a further link are signed as well, each from its own address.
    @Test(needs(.lab, .martlet))
    func aFurtherLinkIsSignedToo() async throws {
      try await inLab { lab in
        var file = Self.files[1]
        file.instanceLines += ["heartbeat_interface {", "cable0", "}"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.high.host.connect(to: pair.low.host, "cable0")
        try await pair.startInOrder()
        let cut = MonotonicInstant.labNow()
        try pair.high.host.cut(.both)
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) * 3)
        #expect(pair.adverts(of: pair.low, since: cut).isEmpty, "\(pair.logs)")
        let low = try #require(pair.low as? MartletPeer)
        let router = try #require(MartletStatus.of(low).routers.first)
        #expect(router.drops.values.allSatisfy { $0 == 0 }, "\(router.drops)")
      }
    }

    /// What is done to a recorded advert: Ethernet, 20 bytes of IPv4, the advert with one address, then the trailer.
    private enum Forgery: CaseIterable {
      case withoutTrailer
      case cutTrailer
      case otherKey
      case changedCode
      case replayed

      /// The name it is counted by.
      var counter: String {
        switch self {
        case .withoutTrailer: "trailer_missing"
        case .cutTrailer: "trailer_malformed"
        case .otherKey: "unknown_key"
        case .changedCode: "authentication_code"
        case .replayed: "replay"
        }
      }

      func frame(_ model: [UInt8]) -> [UInt8] {
        var frame = model
        let trailer = frame.count - 28
        switch self {
        case .withoutTrailer: frame.removeLast(28)
        case .cutTrailer: frame.removeLast(5)
        case .otherKey: frame[trailer + 1] = 9
        case .changedCode: frame[trailer + 20] ^= 1
        case .replayed: break
        }
        let total = UInt16(frame.count - 14)
        (frame[16], frame[17], frame[24], frame[25]) = (UInt8(total >> 8), UInt8(total & 0xFF), 0, 0)
        var sum: UInt32 = 0
        for index in stride(from: 14, to: 34, by: 2) { sum += UInt32(frame[index]) << 8 | UInt32(frame[index + 1]) }
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
        frame[24] = ~UInt8(truncatingIfNeeded: sum >> 8)
        frame[25] = ~UInt8(truncatingIfNeeded: sum)
        return frame
      }
    }
  }
}
