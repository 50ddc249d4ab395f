import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The lab's own part in running a daemon that is more than one process on one interface.
  @Suite struct Peers {
    @Test(needs(.lab, .frr))
    func frrDiesWithItsHostAndComesBack() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let host = try lab.addHost("a", number: 1)
        let peer = FRRPeer(host: host)
        let configuration = try peer.configuration(of: file, priority: Pair.highPriority, peers: [])
        func becomesMaster() async throws {
          let since = MonotonicInstant.labNow()
          try peer.start(configuration)
          #expect(try !host.holds(file.address()), "held before it is master")
          let bound = startup + file.masterDownInterval(priority: Pair.highPriority)
          let speaks = await eventually(within: bound) {
            lab.capture.adverts(vrid: file.vrid, since: since).contains {
              $0.sender == peer.sender(of: file) && $0.priority == Pair.highPriority
            }
          }
          #expect(speaks, "\(peer.log)")
          #expect(try await eventually(within: margin) { try host.holds(file.address()) }, "\(peer.log)")
          // vrrpd and zebra.
          #expect(host.processes().count == 2, "\(peer.log)")
        }

        try await becomesMaster()
        #expect(await peer.stop() == .exit(0))
        #expect(host.processes().isEmpty)
        #expect(try !host.holds(file.address()), "\(peer.log)")

        try await becomesMaster()
        try host.crash()
        #expect(host.processes().isEmpty)
        try host.boot()
        #expect(try !host.holds(file.address()), "the address outlived the crash")

        try await becomesMaster()
        let last = host.processes()
        lab.close()
        #expect(await eventually(within: margin) { last.allSatisfy { kill($0, 0) != 0 } }, "outlived the lab")
      }
    }

    @Test func frrRefusesWhatItCannotDo() {
      var file = RouterFile(version: .v2)
      #expect(PeerKind.frr.limit(on: file) == nil)
      file.password = "swallow"
      #expect(PeerKind.frr.limit(on: file) == "vrrpd has no authentication")
      #expect(PeerKind.keepalived.limit(on: file) == nil)
      #expect(PeerKind.frr.limit(on: RouterFile(version: .v3, transport: .unicast)) == "vrrpd has no unicast")
      #expect(PeerKind.martlet.limit(on: RouterFile(version: .v2, family: .ipv6)) == "version 2 is for IPv4 only")
    }
  }
}
