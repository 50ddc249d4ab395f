import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A reload is heard by nobody, and a bad one changes nothing.
  @Suite struct Reload {
    @Test(needs(.lab, .martlet))
    func twoHundredInARowAreNotNoticed() async throws {
      try await inLab(alone: true) { lab in
        let file = RouterFile(version: .v3, interval: .seconds(1))
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        // The first few reach the size that the daemon then keeps.
        for _ in 0..<5 {
          high.reload()
          try await pair.settle(.milliseconds(300))
        }
        try await settled(high)
        let footprint = high.footprint()
        let processes = high.host.processes().count
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let begin = try #require(pair.lastAdvert(of: pair.high)).time

        for _ in 0..<200 {
          high.reload()
          try await pair.settle(.milliseconds(100))
        }
        try await pair.settle(.seconds(2))
        try await settled(high)

        let adverts = pair.adverts(of: pair.high, since: begin)
        let late = lateness(adverts.map(\.time), file.interval)
        #expect(adverts.allSatisfy { $0.priority == Pair.highPriority })
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        let after = high.footprint()
        #expect(high.host.processes().count == processes, "\(pair.logs)")
        #expect(after.descriptors == footprint.descriptors)
        let growth = after.ownBytes - footprint.ownBytes
        #expect(growth < 1 << 20, "memory grew by \(growth) bytes")
        let outage = pair.client.summary(since: begin).longestOutage
        print(
          "200 reloads: latest advert \(late) late; descriptors \(footprint.descriptors) to \(after.descriptors); "
            + "memory of its own \(footprint.ownBytes / 1024) to \(after.ownBytes / 1024) KiB; client \(outage)")
      }
    }

    /// Waits until no reload is under way: the same processes are there over a second.
    private func settled(_ peer: MartletPeer) async throws {
      var before: [pid_t] = []
      var steady = 0
      await eventually(within: .seconds(20), every: .milliseconds(100)) {
        let now = peer.host.processes().sorted()
        steady = now == before ? steady + 1 : 0
        before = now
        return steady >= 10
      }
    }

    @Test(needs(.lab, .martlet))
    func aBrokenFileChangesNothing() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let begin = MonotonicInstant.labNow()
        let transitions = try MartletStatus.of(high).routers.first?.transitions

        try high.replaceConfiguration("vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 999\n")
        let refused = try high.command("reload")
        #expect(!refused.succeeded, "the reload command should fail: \(refused)")
        high.reload()
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + margin)
        pair.expectOnlySender(pair.high, since: begin)
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions)
        #expect(high.log.contains("martlet.conf:3:"), "no located message.\n\(pair.logs)")
        #expect(high.log.contains("[bad-value]"), "the rule is not named.\n\(pair.logs)")

        // A good one after it is taken.
        try high.replaceConfiguration(file.text(for: high.host, priority: 150, peers: [pair.low.host]))
        let taken = try high.command("reload")
        #expect(taken.succeeded, "\(taken)")
        let heard = await eventually(within: margin + file.interval) { pair.lastAdvert(of: pair.high)?.priority == 150 }
        #expect(heard, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: begin)
      }
    }

    @Test(
      "An emptied or broken file takes no address away, by command or by signal, unless it is said to be meant",
      needs(.lab, .martlet))
    func anEmptiedFileChangesNothing() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let good = file.text(for: high.host, priority: Pair.highPriority, peers: [pair.low.host])
        let begin = MonotonicInstant.labNow()
        for (text, why) in [
          ("", "the file has no virtual router"), ("}}\nfoo bar\n", "this } closes nothing"),
          (good + "}}\nfoo bar\n", "this } closes nothing"),
        ] {
          try high.replaceConfiguration(text)
          let refused = try high.command("reload")
          #expect(refused.end == .exit(2) && "\(refused)".contains(why), "\(refused)")
          let refusals = high.log.ranges(of: "reload failed, nothing has changed").count
          high.reload()
          let said = await eventually(within: .seconds(10)) {
            high.log.ranges(of: "reload failed, nothing has changed").count > refusals
          }
          #expect(said, "\(high.log)")
        }
        #expect(try high.host.holds(file.address(0)))
        pair.expectOnlySender(pair.high, since: begin)

        // What a reload finds and does is what whoever asks for it reads, and what is in the log.
        try high.replaceConfiguration(good.replacing("priority \(Pair.highPriority)", with: "priority 150\n  bogus 1"))
        let taken = try high.command("reload")
        #expect(taken.succeeded, "\(taken)")
        for words in [
          "'bogus' is not a keyword", "goes on, changed", "priority \(Pair.highPriority) → 150", "reloaded:",
        ] {
          #expect(taken.output.contains(words), "\(words): \(taken)")
        }
        let line = "reload: vrrp_instance \(file.instanceName()) goes on, changed: priority \(Pair.highPriority) → 150"
        #expect(high.log.contains(line), "\(high.log)")

        try high.replaceConfiguration("")
        let emptied = try high.command("reload", "--allow-empty")
        #expect(emptied.succeeded && emptied.output.contains("is removed"), "\(emptied)")
        let isGone = try await eventually(within: .seconds(10)) { try !high.host.holds(file.address(0)) }
        #expect(isGone, "\(high.log)")
        let strict = try high.command("status", "--strict")
        #expect(strict.end == .exit(8) && strict.output.contains("no virtual router is configured"), "\(strict)")
      }
    }

    @Test(needs(.lab, .martlet))
    func whatAReloadWouldDoIsWhatItDoes() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.routers = 2
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let same = try high.command("config", "diff", high.configurationPath)
        #expect(same.end == .exit(0), "\(same)")

        // The first router gets another priority, the second another number.
        let text = file.text(for: high.host, priority: 150, peers: [pair.low.host])
        let changed = text.replacing("virtual_router_id 52", with: "virtual_router_id 62")
        #expect(changed != text)
        try high.replaceConfiguration(changed)
        let before = try MartletStatus.of(high).routers
        let difference = try high.command("config", "diff", high.configurationPath)
        #expect(difference.end == .exit(1), "\(difference)")
        #expect(difference.output.contains("vrrp_instance \(file.instanceName()): goes on, changed"), "\(difference)")
        #expect(difference.output.contains("vrrp_instance \(file.instanceName(1)): ends, and starts anew"))
        #expect(difference.output.contains("0 added, 0 removed, 1 changed, 1 restarted, 0 untouched"))

        let reload = try high.command("reload")
        #expect(reload.succeeded, "\(reload)")
        let after = try MartletStatus.of(high).routers
        #expect(after.first?.transitions == before.first?.transitions, "\(pair.logs)")
        #expect(after.last?.transitions ?? 9 < before.last?.transitions ?? 0, "a new one counts anew.\n\(pair.logs)")
        #expect(try high.command("config", "diff", high.configurationPath).end == .exit(0))
      }
    }

    @Test(needs(.lab, .martlet))
    func addressesComeAndGoWithTheFile() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let begin = MonotonicInstant.labNow()
        file.routers = 2
        try pair.high.replaceConfiguration(
          file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        pair.high.reload()
        let added = try await eventually(within: startup + margin) {
          try lab.holders(of: file.address(1)) == [pair.high.host.name]
        }
        #expect(added, "\(pair.logs)")
        file.routers = 1
        try pair.high.replaceConfiguration(
          file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        pair.high.reload()
        let removed = try await eventually(within: startup + margin) { try lab.holders(of: file.address(1)).isEmpty }
        #expect(removed, "\(pair.logs)")
        #expect(try lab.holders(of: file.address()) == [pair.high.host.name])
        pair.expectOnlySender(pair.high, since: begin)
      }
    }

    @Test(
      "An address that a reload gives to another router is never gone (KA#1854)", needs(.lab, .martlet),
      arguments: AddressFamily.allCases)
    func anAddressThatMovesToAnotherRouterStays(family: AddressFamily) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3, family: family)
        file.routers = 2
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let high = try #require(pair.high as? MartletPeer)
        let moves = "\(file.address(9))/\(family == .ipv4 ? 16 : 64) dev eth0"
        /// The extra address stands with the router at `index`.
        func text(_ index: Int) -> String {
          let place = "\(file.address(index))/\(family == .ipv4 ? 16 : 64) dev eth0\n"
          return file.text(for: high.host, priority: Pair.highPriority, peers: []).replacing(
            place, with: "\(place)  \(moves)\n")
        }
        try high.start(text(0))
        let all = [0, 1, 9].map { file.address($0) }
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority) + margin
        let held = try await eventually(within: bound) { try high.host.addresses().isSuperset(of: all) }
        #expect(held, "\(high.log)")
        let watched = try await high.host.whileWatching("address") {
          for index in [1, 0] {
            try high.replaceConfiguration(text(index))
            #expect(try high.command("reload").succeeded, "\(high.log)")
          }
          try await pair.settle(.seconds(1))
        }
        #expect(!watched.contains("Deleted"), "\(watched)")
        #expect(try high.host.addresses().isSuperset(of: all), "\(high.log)")
        #expect(try MartletStatus.of(high).routers.allSatisfy { $0.state == "MASTER" && $0.transitions == 2 })
      }
    }

    @Test(
      "An address that a reload adds is announced at once and again after the delay (9646fcca)", needs(.lab, .martlet))
    func anAddedAddressIsAnnouncedTwice() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = ["garp_master_delay 2"]
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        let text = file.text(for: martlet.host, priority: 100, peers: [])
        try martlet.start(text)
        func announced(_ index: Int) -> [MonotonicInstant] {
          lab.capture.announcements(of: file.address(index)).map(\.time)
        }
        func isTwice(_ index: Int) -> Bool {
          guard let first = announced(index).first, let last = announced(index).last else { return false }
          return last - first >= .milliseconds(1900)
        }
        let bound = startup + file.masterDownInterval(priority: 100) + .seconds(3)
        #expect(await eventually(within: bound) { isTwice(0) }, "\(martlet.log)")
        let place = "\(file.address(0))/16 dev eth0\n"
        try martlet.replaceConfiguration(text.replacing(place, with: "\(place)  \(file.address(1))/16 dev eth0\n"))
        #expect(try martlet.command("reload").succeeded, "\(martlet.log)")
        #expect(await eventually(within: margin) { !announced(1).isEmpty }, "\(martlet.log)")
        #expect(await eventually(within: .seconds(3)) { isTwice(1) }, "\(announced(1))\n\(martlet.log)")
      }
    }
  }
}

/// By how much the latest of several adverts was later than an interval after the one before it.
func lateness(_ times: [MonotonicInstant], _ interval: Nanoseconds) -> Nanoseconds {
  zip(times, times.dropFirst()).map { $1 - $0 - interval }.max() ?? .zero
}
