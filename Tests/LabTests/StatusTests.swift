import Glibc
import LabKit
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What `martlet status` says to whoever looks once: what is wrong, at once, and also when there is nobody to answer.
  @Suite struct StatusCommand {
    @Test(
      "Hosts with different passwords, and a stranger with the same VRID, are seen on every host at once",
      needs(.lab, .martlet), arguments: ["password", "addresses"])
    func othersAreSeen(difference: String) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v2)
        file.password = "first"
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let (high, low) = (try #require(pair.high as? MartletPeer), try #require(pair.low as? MartletPeer))
        try await pair.startInOrder()
        for peer in [high, low] {
          let strict = try peer.command("status", "--strict")
          #expect(strict.succeeded && !strict.output.contains("WARNING"), "\(strict)")
        }
        var other = file
        if difference == "password" { other.password = "second" } else { other.routers = 1 }
        var text = other.text(for: low.host, priority: Pair.lowPriority, peers: [high.host])
        if difference == "addresses" { text = text.replacing("\(file.address(0))", with: "\(file.address(7))") }
        try low.replaceConfiguration(text)
        #expect(try low.command("reload").succeeded)
        let words = difference == "password" ? "the password is not the one configured" : "advertises other addresses"
        // Of two masters each refuses the other; of a master and a backup it is the backup that hears of other addresses.
        for peer in difference == "password" ? [high, low] : [low] {
          let said = await eventually(within: .seconds(10)) {
            guard let strict = try? peer.command("status", "--strict") else { return false }
            return strict.end == .exit(8) && strict.output.contains("WARNING") && strict.output.contains(words)
          }
          #expect(said, "\(String(describing: try? peer.command("status", "--strict")))\n\(pair.logs)")
        }
        // And it is over when it is.
        try low.replaceConfiguration(file.text(for: low.host, priority: Pair.lowPriority, peers: [high.host]))
        #expect(try low.command("reload").succeeded)
        for peer in [high, low] {
          let isOver = await eventually(within: .seconds(25)) {
            (try? peer.command("status", "--strict"))?.end == .exit(0)
          }
          #expect(isOver, "\(String(describing: try? peer.command("status", "--strict")))\n\(pair.logs)")
        }
      }
    }

    @Test("A hand-back is no warning, in the log and in status", needs(.lab, .martlet))
    func handBack() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        _ = await pair.high.stop()
        try await pair.expectMaster(pair.low, within: file.masterDownInterval(priority: Pair.lowPriority) + margin)
        try pair.start(pair.high)
        try await pair.expectMaster(pair.high, within: .seconds(15))
        try await pair.settle(file.interval * 2)
        for peer in [pair.high, pair.low] {
          #expect(!peer.log.contains("warning: "), "\(peer.log)")
          let strict = try #require(peer as? MartletPeer).command("status", "--strict")
          #expect(strict.succeeded, "\(strict)")
        }
      }
    }

    @Test("A service whose prober is stopped, and one that is dead, are told within seconds", needs(.lab, .martlet))
    func nobodyAnswers() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let prober = try #require(high.rolePID("prober"))
        kill(prober, SIGSTOP)
        defer { kill(prober, SIGCONT) }
        let begin = MonotonicInstant.labNow()
        let silent = try high.command("status")
        #expect(MonotonicInstant.labNow() - begin < .seconds(8))
        #expect(silent.end == .exit(1) && "\(silent)".contains("of the service"), "\(silent)")
        kill(prober, SIGCONT)
        let answers = await eventually(within: .seconds(15)) { (try? high.command("status"))?.succeeded ?? false }
        #expect(answers, "\(high.log)")
        _ = await high.stop()
        let dead = try high.command("status", "--strict")
        #expect(dead.end == .exit(1) && "\(dead)".contains("no martlet runs here"), "\(dead)")
      }
    }

    @Test(
      "A log that people read begins with the version and the file, has the time, and names no process",
      needs(.lab, .martlet))
    func log() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, RouterFile(version: .v3), high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let lines = high.log.split(separator: "\n").map(String.init)
        let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d\ /#
        for line in lines { #expect(line.prefixMatch(of: time) != nil, "\(line)") }
        let first = try #require(lines.first)
        #expect(first.hasSuffix("starts with the configuration \(high.configurationPath)"), "\(first)")
        #expect(first.contains(" martlet "), "\(first)")
        #expect(!high.log.contains("[prober]"))
        let transition = try #require(lines.first { $0.contains("→ MASTER") })
        #expect(transition.contains("+") && transition.contains(" \(RouterFile(version: .v3).instanceName()): "))
      }
    }
  }
}
