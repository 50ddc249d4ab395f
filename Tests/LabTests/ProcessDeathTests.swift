import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A process of martlet's own dies; the address stays where it is.
  @Suite struct ProcessDeath {
    /// Beside whom, and of what: by force, or of a trap, for which the Swift runtime would take its time to print where it was.
    static let deaths: [(PeerKind, Int32)] = [(.martlet, SIGKILL), (.keepalived, SIGKILL), (.martlet, SIGILL)]

    @Test(needs(.lab, .martlet), arguments: deaths)
    func theEngineIsReplacedBeforeThePeerNotices(_ low: PeerKind, signal: Int32) async throws {
      try await inLab { lab in
        guard LabEnvironment.has(.keepalived) || low == .martlet else { return }
        let file = RouterFile(version: .v3, interval: .seconds(1))
        let pair = try Pair(in: lab, file, high: .martlet, low: low)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let engine = try #require(high.rolePID("engine"), "\(pair.logs)")

        let killed = MonotonicInstant.labNow()
        let down = file.masterDownInterval(priority: Pair.lowPriority)
        let watched = try await high.host.whileWatching("address") {
          kill(engine, signal)
          let next = await eventually(within: down) { !pair.adverts(of: pair.high, since: killed).isEmpty }
          #expect(next, "no advert from the new engine.\n\(pair.logs)")
          try await pair.settle(down + margin)
        }
        #expect(!watched.contains("Deleted"), "\(watched)")
        let adverts = pair.adverts(of: pair.high, since: killed - file.interval)
        let gap = lateness(adverts.map(\.time), .zero)
        #expect(gap < down)
        pair.expectOnlySender(pair.high, since: killed)
        #expect(try lab.holders(of: pair.address) == [high.host.name], "\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        #expect(high.rolePID("engine") != engine)
        let outage = pair.client.summary(since: killed).longestOutage
        print("engine ended by signal \(signal) beside \(low): longest time between adverts \(gap); client \(outage)")
      }
    }

    @Test(needs(.lab, .martlet), arguments: ["the first", "one that a reload started"])
    func anEngineThatIsToldToEndResigns(which: String) async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, RouterFile(version: .v3), high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        if which != "the first" {
          #expect(try high.command("reload").succeeded)
          #expect(await eventually(within: startup) { high.rolePIDs("engine").count == 1 }, "\(pair.logs)")
        }
        let engine = try #require(high.rolePID("engine"), "\(pair.logs)")
        let told = MonotonicInstant.labNow()
        kill(engine, SIGTERM)
        let resigned = await eventually(within: margin) {
          pair.adverts(of: pair.high, since: told).contains { $0.priority == 0 }
        }
        #expect(resigned, "\(pair.logs)")
        // Only the service is stopped for good: another engine goes on.
        let bound = pair.file.masterDownInterval(priority: Pair.highPriority) + startup
        let back = MonotonicInstant.labNow()
        try await pair.expectMaster(pair.high, since: back, within: bound, "another engine")
        #expect(high.rolePID("engine") != engine)
      }
    }

    @Test(needs(.lab, .martlet))
    func theBackupsEngineIsReplacedQuietly() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let low = try #require(pair.low as? MartletPeer)
        let engine = try #require(low.rolePID("engine"), "\(pair.logs)")
        let killed = MonotonicInstant.labNow()
        kill(engine, SIGKILL)
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + margin)
        pair.expectOnlySender(pair.high, since: killed)
        let crashed = MonotonicInstant.labNow()
        try pair.high.host.crash()
        try await pair.expectMaster(
          pair.low, since: crashed, within: file.masterDownInterval(priority: Pair.lowPriority) + margin,
          "crash after that")
      }
    }

    @Test(needs(.lab, .martlet))
    func theProberMayDie() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.check = RouterFile.FlagCheck()
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let prober = try #require(high.rolePID("prober"), "\(pair.logs)")
        let killed = MonotonicInstant.labNow()
        kill(prober, SIGKILL)
        let replaced = await eventually(within: .seconds(3)) {
          high.rolePID("prober").map { $0 != prober } ?? false
        }
        #expect(replaced, "no new prober.\n\(pair.logs)")
        try await pair.settle(.seconds(3))
        pair.expectOnlySender(pair.high, since: killed)
        // The new one checks again.
        let before = MonotonicInstant.labNow()
        try writeFile(RouterFile.FlagCheck().path(on: high.host), "")
        let bound = .seconds(1) + file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: before, within: bound + margin, "service sick")
      }
    }

    /// A service that flaps is not taken up again because the prober, the engine or both died, nor at a reload of the weight.
    @Test(needs(.lab, .martlet))
    func aHoldDownOutlivesTheProcesses() async throws {
      try await inLab { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let sick = "\(peer.host.folder)/flap"
        func text(weight: Int) -> String {
          var file = RouterFile(version: .v3)
          file.topLines = [
            "vrrp_script flap {", "  script \"/usr/bin/test ! -e \(sick)\"", "  interval 0.05", "  timeout 5",
            "  weight \(weight)",
            "  damp 2 60 30", "}",
          ]
          file.instanceLines = ["track_script {", "  flap", "}"]
          return file.text(for: peer.host, priority: 100, peers: [])
        }
        func flap() -> MartletStatus.Tracker? {
          (try? MartletStatus.of(peer))?.trackers.first { $0.name == "flap" }
        }
        func isHeld() -> Bool { flap().map { $0.status == "down" && $0.condition == "held" } ?? false }
        try peer.start(text(weight: -20))
        #expect(await eventually(within: startup) { flap()?.status == "up" }, "\(peer.log)")
        try writeFile(sick, "")
        #expect(await eventually(within: .seconds(5)) { flap()?.status == "down" }, "\(peer.log)")
        let before = MonotonicInstant.labNow()
        unlink(sick)
        #expect(await eventually(within: .seconds(5)) { isHeld() }, "\(peer.log)")
        let held = MonotonicInstant.labNow()
        for role in ["prober", "engine"] {
          let process = try #require(peer.rolePID(role), "\(peer.log)")
          kill(process, SIGKILL)
          let replaced = await eventually(within: .seconds(3)) {
            peer.rolePID(role).map { $0 != process } ?? false && flap() != nil
          }
          #expect(replaced, "\(peer.log)")
          #expect(isHeld(), "after the \(role)'s death: \(flap() as Any)\n\(peer.log)")
        }
        try peer.replaceConfiguration(text(weight: -30))
        #expect(try peer.command("reload").succeeded, "\(peer.log)")
        #expect(isHeld(), "after a reload: \(flap() as Any)\n\(peer.log)")
        #expect(await eventually(within: .seconds(30)) { flap()?.status == "up" }, "\(peer.log)")
        let end = MonotonicInstant.labNow()
        #expect(end - before > .seconds(30), "\(end - before)\n\(peer.log)")
        print("held down for \(end - held), through the death of prober and engine and a reload")
      }
    }

    /// Whatever a check does to the host, adverts leave on time, and no other check is taken to have failed.
    @Test(needs(.lab, .martlet))
    func aCheckThatSpinsWithAHundredChildrenMovesNothing() async throws {
      try await inLab(alone: true) { lab in
        var file = RouterFile(version: .v3, interval: .milliseconds(100))
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let script = "\(pair.high.host.folder)/spin"
        let started = "\(pair.high.host.folder)/started"
        try writeFile(
          script,
          """
          #!/bin/sh
          echo run >> \(started)
          for child in $(seq 100); do timeout 3 sh -c 'while :; do :; done' & done
          wait
          exit 0
          """)
        chmod(script, 0o755)
        file.topLines = [
          "vrrp_script spin {", "script \"\(script)\"", "interval 4", "timeout 30", "}",
          "vrrp_script plain {", "script /bin/true", "interval 0.5", "timeout 5", "}",
        ]
        file.instanceLines = ["track_script {", "spin", "plain", "}"]
        let plain = RouterFile(version: .v3, interval: .milliseconds(100))
        try pair.high.start(file.text(for: pair.high.host, priority: Pair.highPriority, peers: []))
        try pair.low.start(plain.text(for: pair.low.host, priority: Pair.lowPriority, peers: []))
        // Both checks have a first result, and the spinning one has begun again.
        let begins = await eventually(within: .seconds(60)) {
          readFile(started).split(separator: "\n").count >= 2
            && pair.adverts(of: pair.high, since: .init(nanoseconds: 0)).count > 5
        }
        try #require(begins, "\(pair.logs)")
        let begin = MonotonicInstant.labNow()
        try await pair.settle(.seconds(8))
        pair.expectOnlySender(pair.high, since: begin)
        let late = lateness(pair.adverts(of: pair.high, since: begin).map(\.time), file.interval)
        print("beside a hundred spinning children the latest advert is \(late) late")
        let status = try MartletStatus.of(#require(pair.high as? MartletPeer))
        #expect(status.routers.first?.state == "MASTER", "\(pair.logs)")
        #expect(!pair.high.log.contains("plain is down"), "\(pair.logs)")
      }
    }

    private func answers(_ peer: MartletPeer) -> Bool { (try? peer.statusJSON()) != nil }

    @Test(needs(.lab, .martlet))
    func aProberThatStandsStillIsReplaced() async throws {
      try await inLab { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let file = RouterFile(version: .v3)
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        let serves = await eventually(within: startup) { answers(peer) }
        #expect(serves, "\(peer.log)")
        let begin = MonotonicInstant.labNow()
        let prober = try #require(peer.rolePID("prober"))
        kill(prober, SIGSTOP)
        let replaced = await eventually(within: .seconds(15)) {
          peer.rolePID("prober").map { $0 != prober } ?? false
        }
        #expect(replaced, "\(peer.log)")
        let servesAgain = await eventually(within: startup) { answers(peer) }
        #expect(servesAgain, "\(peer.log)")
        let adverts = lab.capture.adverts(vrid: file.vrid, since: begin)
        #expect(adverts.allSatisfy { $0.priority == 100 }, "\(peer.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func noCheckOutlivesItsProber() async throws {
      try await inLab { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let started = "\(peer.host.folder)/started"
        // What the script starts does not hear of the script's end.
        let script = "\(peer.host.folder)/check.sh"
        try writeFile(script, "#!/bin/sh\nsleep 600 &\necho $! >> \(started)\nwait\n")
        chmod(script, 0o700)
        var file = RouterFile(version: .v3)
        file.instanceLines = ["track_script {", "  slow", "}"]
        let check = "vrrp_script slow {\n  script \(script)\n  interval 1\n  timeout 600\n}\n"
        try peer.start(check + file.text(for: peer.host, priority: 100, peers: []))
        func copies() -> [pid_t] { readFile(started).split(separator: "\n").compactMap { pid_t($0) } }
        #expect(await eventually(within: startup) { copies().count == 1 }, "\(peer.log)")
        let prober = try #require(peer.rolePID("prober"), "\(peer.log)")
        kill(prober, SIGKILL)
        #expect(await eventually(within: startup) { copies().count == 2 }, "\(peer.log)")
        let first = try #require(copies().first)
        let gone = await eventually(within: startup) { !peer.host.processes().contains(first) }
        #expect(gone, "the first copy lives beside the second.\n\(peer.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func theSupervisorsDeathWithdrawsTheAddress() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let killed = MonotonicInstant.labNow()
        pair.high.process?.signal(SIGKILL)
        let bound = file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: killed, within: bound + margin, "supervisor killed")
        let gone = await eventually(within: startup) { pair.high.host.processes().isEmpty }
        #expect(gone, "children outlived the supervisor")
      }
    }

    /// Under unicast a checksum of version 3 holds for one destination.
    @Test(
      "Every unicast peer takes the ready resignation of an engine that is given up", needs(.lab, .martlet),
      arguments: AddressFamily.allCases)
    func everyPeerTakesTheReadyResignation(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: family, transport: .unicast, interval: .seconds(1))
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let first = try lab.addHost("c", number: 3)
        let high = try #require(pair.high as? MartletPeer)
        try high.start(
          file.text(for: high.host, priority: Pair.highPriority, peers: [first, pair.low.host]))
        try await pair.expectMaster(
          high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        try await pair.startBackup(pair.low)
        let begin = MonotonicInstant.labNow()
        var killed: Set<pid_t> = []
        await eventually(within: .seconds(8), every: .milliseconds(20)) {
          if let engine = high.rolePID("engine"), killed.insert(engine).inserted { kill(engine, SIGKILL) }
          return pair.adverts(of: high, since: begin).contains { $0.priority == 0 }
        }
        let resignation = try #require(
          pair.adverts(of: high, since: begin).first { $0.priority == 0 }, "no resignation.\n\(pair.logs)")
        // Were it refused, the peer would wait for the master-down interval.
        let bound = file.skewTime(priority: Pair.lowPriority) + .milliseconds(700)
        try await pair.expectMaster(pair.low, since: resignation.time, within: bound, isTold: true, "given up")
        let low = try #require(pair.low as? MartletPeer)
        let drops = try #require(MartletStatus.of(low).routers.first).drops
        #expect(drops.values.allSatisfy { $0 == 0 }, "\(drops)")
      }
    }
  }
}
