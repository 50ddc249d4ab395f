import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A reload after which a check asks something else.
  @Suite struct ChangedChecks {
    /// A script that takes its time, and with `twice` for an argument fails the first time.
    private static func script(on host: Host) throws -> String {
      let path = "\(host.folder)/check"
      try writeFile(
        path,
        "#!/bin/sh\necho \"$1\" >> \(host.folder)/runs\nsleep 0.5\n"
          + "[ \"$1\" != twice ] || test -e \(host.folder)/once || { : > \(host.folder)/once; exit 1; }\n",
        mode: 0o755)
      return path
    }

    private static func text(_ file: RouterFile, _ pair: Pair, _ peer: any Peer, _ argument: String, _ option: String)
      throws -> String
    {
      var own = file
      own.topLines = [
        "vrrp_script slow {", "script \"\(try script(on: peer.host)) \(argument)\"", "interval 1", "timeout 5", option,
        "}",
      ]
      return own.text(for: peer.host, priority: peer.host === pair.high.host ? 110 : 100, peers: [])
    }

    @Test(
      needs(.lab, .martlet),
      arguments: [("weight 20", "other"), ("init_fail", "other"), ("fall 3", "twice"), ("weight -20\nfall 3", "twice")])
    func theAddressStaysWhereItIs(option: String, argument: String) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3, interval: .milliseconds(100))
        file.instanceLines = ["track_script {", "slow", "}"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] { try peer.start(Self.text(file, pair, peer, "first", option)) }
        let high = try #require(pair.high as? MartletPeer)
        let wanted = option.hasPrefix("weight 20") ? 130 : 110
        let isSettled = await eventually(within: startup + .seconds(5)) {
          guard let status = try? MartletStatus.of(high), let router = status.routers.first else { return false }
          return router.state == "MASTER" && router.effective_priority == wanted
            && status.trackers.allSatisfy { $0.status == "up" }
        }
        try #require(isSettled, "\(pair.logs)")
        try await pair.settle(margin)

        let begin = MonotonicInstant.labNow()
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        try high.replaceConfiguration(Self.text(file, pair, high, argument, option))
        let difference = try high.command("config", "diff", high.configurationPath)
        #expect(difference.output.contains("vrrp_script slow: goes on, changed\n"), "\(difference)")
        #expect(difference.output.contains("(it asks something else now; its verdict holds until"), "\(difference)")
        high.reload()
        func runs() -> Int { readFile("\(high.host.folder)/runs").split(separator: "\n").count { $0 == argument } }
        let hasAsked = await eventually(within: .seconds(10)) { runs() >= 3 }
        #expect(hasAsked, "\(pair.logs)")
        #expect(argument != "twice" || access("\(high.host.folder)/once", F_OK) == 0)
        let adverts = pair.adverts(of: pair.high, since: begin)
        #expect(adverts.count > 10 && adverts.allSatisfy { $0.priority == wanted }, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: begin)
        let router = try MartletStatus.of(high).routers.first
        #expect(router?.transitions == transitions && router?.effective_priority == wanted, "\(pair.logs)")
        #expect(!high.log.contains("removed \(pair.address)"), "\(pair.logs)")
      }
    }
  }
}
