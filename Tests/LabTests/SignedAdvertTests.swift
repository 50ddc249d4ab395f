import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// `auth_type AH`: what is not signed, signed by another, or sent again moves nothing; and numbers outlive processes and hosts.
  @Suite struct SignedAdverts {
    private var file: RouterFile {
      var file = RouterFile(version: .v2)
      file.password = "swallow"
      file.isSigned = true
      return file
    }

    /// A signed frame: 14 bytes of Ethernet, 20 of IP, 24 of Authentication Header, then the message.
    private enum Forgery: CaseIterable {
      case withoutHeader
      case changed
      case checkValueZero
      case cutHeader
      case replayed

      /// The name it is counted by.
      var counter: String {
        switch self {
        case .withoutHeader: "authentication_mismatch"
        case .changed, .checkValueZero: "authentication_code"
        case .cutHeader: "authentication_header"
        case .replayed: "replay"
        }
      }

      func frame(_ model: [UInt8]) -> [UInt8] {
        var frame = model
        switch self {
        case .withoutHeader:
          frame.removeSubrange(34..<58)
          frame[23] = 112
          frame[34 + 2] = 254
          frame[34 + 4] = 0
          Self.sum(&frame, at: 34 + 6, over: 34..<frame.count)
        case .changed, .checkValueZero:
          frame[58 + 2] = 254
          Self.sum(&frame, at: 58 + 6, over: 58..<frame.count)
          if self == .checkValueZero { frame.replaceSubrange(46..<58, with: Array(repeating: 0, count: 12)) }
        case .cutHeader: frame = Array(frame[..<(34 + Int.random(in: 0..<24))])
        case .replayed: break
        }
        let total = UInt16(frame.count - 14)
        frame[16] = UInt8(total >> 8)
        frame[17] = UInt8(total & 0xFF)
        Self.sum(&frame, at: 24, over: 14..<34)
        return frame
      }

      private static func sum(_ frame: inout [UInt8], at position: Int, over range: Range<Int>) {
        frame[position] = 0
        frame[position + 1] = 0
        var sum: UInt32 = 0
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
          sum += UInt32(frame[index]) << 8 | UInt32(frame[index + 1])
        }
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + sum >> 16 }
        frame[position] = ~UInt8(truncatingIfNeeded: sum >> 8)
        frame[position + 1] = ~UInt8(truncatingIfNeeded: sum)
      }
    }

    @Test(needs(.lab, .martlet))
    func whatIsNotAuthenticMovesNothing() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let attacker = try lab.addHost("attacker", number: 66)
        try await pair.startInOrder()
        let low = try #require(pair.low as? MartletPeer)
        let engine = try MartletStatus.of(low).engine.pid

        let genuine = try #require(lab.capture.frames.last { $0.advert?.sender == pair.high.host.macAddress })
        #expect(genuine.advert?.sequenceNumber != nil, "the master does not sign")
        let begin = MonotonicInstant.labNow()
        let sender = try FrameSender(on: attacker)
        let spraying = Spray { _ in
          for forgery in Forgery.allCases { try sender.send(forgery.frame(genuine.bytes)) }
        }
        defer { spraying.cancel() }
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .seconds(1))
        // An old number is answered once, so that a host that began to count anew learns where the others are.
        let answers = pair.adverts(of: pair.low, since: begin)
        #expect(answers.count <= 1 && answers.allSatisfy { $0.priority == 1 }, "the backup spoke.\n\(pair.logs)")

        // The master dies under the spray: a timer that a forgery had touched would show now.
        try pair.high.host.crash()
        let last = try #require(pair.adverts(of: pair.high, since: begin).last)
        let bound = file.masterDownInterval(priority: Pair.lowPriority) + margin
        try await pair.expectMaster(pair.low, since: last.time, within: bound, "crash under forgeries")
        try await pair.settle(.seconds(1))
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name])

        _ = try await spraying.end()
        let status = try MartletStatus.of(low)
        #expect(status.engine.pid == engine, "the engine was replaced.\n\(pair.logs)")
        let router = try #require(status.routers.first)
        for forgery in Forgery.allCases {
          #expect(router.drops[forgery.counter, default: 0] > 0, "\(forgery): \(router.drops)")
        }
      }
    }

    /// keepalived counts from 1 when it is started after a crash; a backup that took its adverts for old ones would become a second
    /// master.
    enum NewBeginning: CaseIterable {
      case reload
      case crash
      /// The backup was in fault meanwhile, and so did not become master and tell the number.
      case crashUnseen
    }

    @Test(needs(.lab, .martlet, .keepalived), arguments: NewBeginning.allCases)
    func aMasterThatBeginsToCountAnewStaysTheOnlyOne(_ beginning: NewBeginning) async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .keepalived, low: .martlet)
        try await pair.startInOrder()
        try await pair.settle(.seconds(beginning == .crashUnseen ? 10 : 3))
        let before = try #require(pair.lastAdvert(of: pair.high))
        if beginning == .crashUnseen { try pair.low.host.linkDown() }
        if beginning == .reload {
          pair.high.reload()
        } else {
          for pid in pair.high.host.processes() { kill(pid, SIGKILL) }
          try pair.start(pair.high)
        }
        let begin = MonotonicInstant.labNow()
        if beginning == .crashUnseen {
          try await pair.expectMaster(
            pair.high, since: begin, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
          try pair.low.host.linkUp()
        }
        try await pair.settle(.seconds(10))
        let anew = pair.adverts(of: pair.high, since: begin).first { $0.priority > 0 }
        print(
          "keepalived, \(beginning): number \(before.sequenceNumber ?? 0), then \(anew?.sequenceNumber ?? 0)"
        )
        let claims = pair.adverts(of: pair.low, since: begin).filter { $0.priority > 1 }
        // After a crash that lasts too long it does so rightly.
        if beginning != .crash { #expect(claims.isEmpty, "the backup claimed.\n\(pair.logs)") }
        let numbers = lab.capture.adverts(vrid: file.vrid, since: begin).map {
          "\($0.source) \($0.priority) \($0.sequenceNumber ?? 0)"
        }
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(numbers)\n\(pair.logs)")
        try await pair.settle(.seconds(3))
        pair.expectOnlySender(pair.high, since: .labNow() - .seconds(4))
      }
    }

    /// The number goes on over engines and reloads, and a host that starts from nothing begins above what was.
    @Test(needs(.lab, .martlet, .keepalived))
    func numbersNeverGoBack() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .keepalived)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let begin = MonotonicInstant.labNow()
        kill(try #require(high.rolePID("engine")), SIGKILL)
        try await pair.settle(.seconds(5))
        high.reload()
        try await pair.settle(.seconds(5))
        pair.expectOnlySender(pair.high, since: begin)
        let crashed = MonotonicInstant.labNow()
        try high.host.crash()
        try await pair.expectMaster(
          pair.low, since: crashed, within: file.masterDownInterval(priority: Pair.lowPriority) + margin, "crash")
        try high.host.boot()
        try pair.start(high)
        try await pair.expectMaster(
          high, within: file.masterDownInterval(priority: Pair.highPriority) + startup, "host back")
        try await pair.settle(.seconds(3))
        let numbers = lab.capture.adverts(vrid: file.vrid, since: .init(nanoseconds: 0)).compactMap(\.sequenceNumber)
        // Two may cross while the one takes over from the other.
        let back = zip(numbers, numbers.dropFirst()).filter { $0.0 > $0.1 }
        #expect(back.isEmpty, "\(back)")
        #expect(numbers.count > 10)
      }
    }

    /// An engine that dies again and again is given up, and the supervisor sends the resignation that it left ready.
    @Test(needs(.lab, .martlet, .keepalived))
    func aReadyResignationIsTaken() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .keepalived)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let begin = MonotonicInstant.labNow()
        var killed: Set<pid_t> = []
        await eventually(within: .seconds(8), every: .milliseconds(20)) {
          if let engine = high.rolePID("engine"), killed.insert(engine).inserted { kill(engine, SIGKILL) }
          return pair.adverts(of: pair.high, since: begin).contains { $0.priority == 0 }
        }
        let resignation = try #require(
          pair.adverts(of: pair.high, since: begin).first { $0.priority == 0 }, "no resignation.\n\(pair.logs)")
        let skew = file.skewTime(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: resignation.time, within: skew + margin, "given up")
        // Were it refused, the peer would have waited for the master-down interval and said nothing of it.
        #expect(pair.low.log.contains("priority 0"), "\(pair.logs)")
      }
    }
  }
}
