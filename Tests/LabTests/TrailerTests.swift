import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// `auth_hmac`: who has the key takes over and hands back; who has not moves nothing, and is counted for what it lacks.
  @Suite struct Trailers {
    private static let key = String(repeating: "0123456789abcdef", count: 4)

    static let files: [RouterFile] = [
      RouterFile(version: .v2), RouterFile(version: .v3), RouterFile(version: .v3, family: .ipv6),
      RouterFile(version: .v3, transport: .unicast),
    ].map { file in
      var file = file
      file.instanceLines = ["auth_hmac {", "  key 7 hex:\(key)", "  active_key 7", "}"]
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
        try await pair.expectMaster(pair.low, since: stopped, within: skew + margin, "stop")
        let low = try #require(pair.low as? MartletPeer)
        let drops = try #require(MartletStatus.of(low).routers.first).drops
        let refused = ["trailer_missing", "trailer_malformed", "unknown_key", "stale", "authentication_code", "replay"]
        #expect(refused.allSatisfy { drops[$0, default: 0] == 0 }, "\(drops)")
      }
    }

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
        let spraying = Task {
          while !Task.isCancelled {
            for forgery in Forgery.allCases { try sender.send(forgery.frame(genuine)) }
            try? await Task.sleep(nanoseconds: 5_000_000)
          }
        }
        defer { spraying.cancel() }
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .seconds(1))
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "the backup spoke.\n\(pair.logs)")

        // The master dies under the spray: a timer that a forgery had touched would show now.
        let crashed = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let bound = file.masterDownInterval(priority: Pair.lowPriority) + margin
        try await pair.expectMaster(pair.low, since: crashed, within: bound, "crash under forgeries")
        spraying.cancel()
        _ = try await spraying.value
        let router = try #require(MartletStatus.of(low).routers.first)
        for forgery in Forgery.allCases {
          #expect(router.drops[forgery.counter, default: 0] > 0, "\(forgery): \(router.drops)")
        }
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
