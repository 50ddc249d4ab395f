import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The address stays on the master's interface whoever takes it away.
  @Suite struct Addresses {
    @Test(needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func oneThatIsDeletedComesBackWithinASecond(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: family)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let length = family == .ipv4 ? 16 : 64
        let deleted = MonotonicInstant.labNow()
        try high.host.run("ip", "address", "delete", "\(pair.address)/\(length)", "dev", "eth0")
        let back = try await eventually(within: .seconds(1)) { try high.host.holds(pair.address) }
        let took = MonotonicInstant.labNow() - deleted
        #expect(back, "\(pair.logs)")
        let announced = await eventually(within: .seconds(1)) {
          !lab.capture.announcements(of: pair.address, since: deleted).isEmpty
        }
        #expect(announced, "not announced again.\n\(pair.logs)")
        let reached = await pair.client.answers(within: margin)
        #expect(reached)
        let router = try #require(try MartletStatus.of(high).routers.first)
        #expect(router.counters["addresses_put_back"] == 1)
        #expect(router.transitions == transitions)
        pair.expectOnlySender(pair.high, since: deleted)
        print("\(family): deleted address back after at most \(took)")
      }
    }

    @Test("One that is deleted twice in a row comes back, and nobody yields", needs(.lab, .martlet))
    func oneThatIsDeletedTwiceComesBackSoon() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        var longest = Nanoseconds.zero
        for _ in 1...4 {
          for _ in 1...2 {
            try pair.high.host.run("ip", "address", "delete", "\(pair.address)/16", "dev", "eth0")
            let deleted = MonotonicInstant.labNow()
            let back = try await eventually(within: .seconds(10), every: .milliseconds(2)) {
              try pair.high.host.holds(pair.address)
            }
            #expect(back, "\(pair.logs)")
            longest = max(longest, MonotonicInstant.labNow() - deleted)
          }
          try await pair.settle(.milliseconds(330))
        }
        print("deleted twice: back after \(longest) at most")
        #expect(pair.high.log.contains("→ MASTER") && !pair.high.log.contains("MASTER →"), "\(pair.logs)")
      }
    }

    @Test("Under timer_expired_backup a thawed master leaves its place to who took it", needs(.lab, .martlet))
    func aFrozenMasterStandsBackIfAsked() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.noPreempt = true
        file.instanceLines = ["timer_expired_backup \(Pair.lowPriority)"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let frozen = MonotonicInstant.labNow()
        pair.high.host.freeze()
        let wait = file.masterDownInterval(priority: Pair.lowPriority)
        let taken = await eventually(within: wait + margin) { !pair.adverts(of: pair.low, since: frozen).isEmpty }
        #expect(taken, "\(pair.logs)")
        try await pair.settle(.seconds(1))
        let thawed = MonotonicInstant.labNow()
        pair.high.host.thaw()
        try await pair.expectMaster(
          pair.low, since: thawed, within: margin, reachable: margin + file.interval, "thawed")
        try await pair.settle(wait * 3)
        let words = pair.adverts(of: pair.high, since: thawed).filter { $0.priority > 0 }
        #expect(words.isEmpty, "\(words)\n\(pair.logs)")
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name])
        let router = try MartletStatus.of(#require(pair.high as? MartletPeer)).routers.first
        #expect(router?.state == "BACKUP")
        #expect(pair.high.log.contains("MASTER → BACKUP, this host was held up"), "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aFrozenMasterAnnouncesItselfWhenItWinsBack() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let frozen = MonotonicInstant.labNow()
        pair.high.host.freeze()
        let taken = await eventually(within: file.masterDownInterval(priority: Pair.lowPriority) + margin) {
          !pair.adverts(of: pair.low, since: frozen).isEmpty
        }
        #expect(taken, "\(pair.logs)")
        try await pair.settle(.seconds(1))
        let thawed = MonotonicInstant.labNow()
        pair.high.host.thaw()
        try await pair.expectMaster(
          pair.high, since: thawed, within: file.masterDownInterval(priority: Pair.highPriority) + margin, "thawed")
        let announced = await eventually(within: margin) {
          lab.capture.announcements(of: pair.address, since: thawed).contains {
            $0.sender == pair.high.host.macAddress
          }
        }
        #expect(announced, "the client may keep the wrong host in its cache.\n\(pair.logs)")
      }
    }

    @Test(
      "What a crash left on a backup is removed at its start, and at a reload (KA#2700)", needs(.lab, .martlet),
      arguments: AddressFamily.allCases)
    func aBackupRemovesWhatACrashLeft(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: family)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let low = try #require(pair.low as? MartletPeer)
        func leave() throws {
          let options = family == .ipv4 ? [] : ["nodad"]
          let place = ["\(pair.address)/\(family == .ipv4 ? 16 : 64)", "dev", "eth0"]
          _ = try low.host.attempt(["ip", "address", "add"] + place + options)
          #expect(try low.host.holds(pair.address))
        }
        try pair.start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        try leave()
        try await pair.startBackup(low)
        let cleaned = try await eventually(within: margin) { try lab.holders(of: pair.address) == ["a"] }
        #expect(cleaned, "at the start\n\(pair.logs)")
        try leave()
        #expect(try low.command("reload").succeeded, "\(pair.logs)")
        let again = try await eventually(within: margin) { try lab.holders(of: pair.address) == ["a"] }
        #expect(again, "at a reload\n\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
      }
    }
  }
}
