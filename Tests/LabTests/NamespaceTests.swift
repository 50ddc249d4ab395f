import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A service that is started in one network namespace and serves in another.
  @Suite struct Namespaces {
    private func log(of peer: MartletPeer) -> String { peer.process.map { readFile($0.logPath) } ?? "" }

    /// The engine that lives in the host's namespace, whoever started it.
    private func engine(in host: Host) -> pid_t? {
      host.processes().first { readFile("/proc/\($0)/cmdline").split(separator: "\0").contains("engine") }
    }

    @Test(needs(.lab, .martlet))
    func theServiceGoesWhereTheConfigurationSays() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let served = try lab.addHost("served", number: 1)
        let elsewhere = try lab.addHost("elsewhere", number: 2)
        guard let peer = try PeerKind.martlet.peer(in: elsewhere) as? MartletPeer else { return }
        var named = file
        named.topLines = ["net_namespace \(served.namespace)"]
        try peer.start(named.text(for: served, priority: 100, peers: []))
        let bound = file.masterDownInterval(priority: 100) + startup
        let isHeld = try await eventually(within: bound) { try served.holds(file.address()) }
        #expect(isHeld, "\(log(of: peer))")
        #expect(try !elsewhere.holds(file.address()))

        // What cleans up after an engine that cannot live is there too.
        let isGivenUp = await eventually(within: .seconds(10), every: .milliseconds(20)) {
          if let engine = engine(in: served) { kill(engine, SIGKILL) }
          return elsewhere.processes().isEmpty && served.processes().isEmpty
        }
        #expect(isGivenUp, "\(log(of: peer))")
        #expect(try !served.holds(file.address()), "\(log(of: peer))")
      }
    }

    @Test(needs(.lab, .martlet))
    func oneThatDoesNotExistIsNamed() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.topLines = ["net_namespace nowhere"]
        let host = try lab.addHost("host", number: 1)
        guard let peer = try PeerKind.martlet.peer(in: host) as? MartletPeer else { return }
        try? peer.start(file.text(for: host, priority: 100, peers: []))
        let says = await eventually(within: startup) { log(of: peer).contains("ip netns add nowhere") }
        #expect(says, "\(log(of: peer))")
      }
    }
  }
}
