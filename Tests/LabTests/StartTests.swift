import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What a host does before it may take part.
  @Suite struct Start {
    /// A script in the host's folder.
    private func script(_ name: String, _ body: String, on host: Host) throws -> String {
      let path = "\(host.folder)/\(name)"
      try writeFile(path, "#!/bin/sh\n\(body)\n", mode: 0o700)
      return path
    }

    @Test(
      "The startup script may make the interface, nothing is sent before it has ended; the shutdown script finds nothing held",
      needs(.lab, .martlet))
    func scriptsBeforeAndAfter() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let folder = peer.host.folder
        let up = try script(
          "up",
          """
          ip link add late0 link eth0 type macvlan mode bridge
          ip address add 10.9.0.201/16 dev late0
          ip link set late0 up
          read line < \(folder)/gate
          echo up >> \(folder)/calls
          """, on: peer.host)
        let down = try script(
          "down", "ip address show to \(file.address()) > \(folder)/held; echo down >> \(folder)/calls", on: peer.host)
        mkfifo("\(folder)/gate", 0o600)
        file.globalLines = ["startup_script \(up)", "startup_script_timeout 60", "shutdown_script \(down)"]
        file.topLines = ["static_ipaddress {", "10.77.0.1/32 dev eth0", "}"]
        let text = file.text(for: peer.host, priority: 100, peers: [])
          .replacing("interface eth0", with: "interface late0")
          .replacing("\(file.address())/16 dev eth0", with: "\(file.address())/16 dev late0")
        let started = MonotonicInstant.labNow()
        try peer.start(text)
        func names() throws -> String { try peer.host.run("ip", "-br", "address") }
        #expect(try await eventually(within: startup) { try names().contains("10.9.0.201") }, "\(peer.log)")
        let waits = MonotonicInstant.labNow() + file.masterDownInterval(priority: 100) * 2
        await eventually(within: .seconds(10)) { MonotonicInstant.labNow() >= waits }
        #expect(lab.capture.adverts(vrid: file.vrid, since: started).isEmpty, "\(peer.log)")
        #expect(try !names().contains("10.77.0.1"))

        let opened = MonotonicInstant.labNow()
        try peer.host.run("/bin/sh", "-c", "echo > \(folder)/gate")
        let bound = startup + file.masterDownInterval(priority: 100) + margin
        let held = try await eventually(within: bound) { try peer.host.addresses().contains(file.address()) }
        #expect(held, "\(peer.log)")
        #expect(try names().contains("10.77.0.1"))
        #expect(lab.capture.adverts(vrid: file.vrid, since: started).first.map { $0.time > opened } == true)
        #expect(try peer.command("reload").succeeded)

        #expect(await peer.stop() == .exit(0), "\(peer.log)")
        #expect(readFile("\(folder)/calls") == "up\ndown\n", "\(peer.log)")
        #expect(readFile("\(folder)/held").isEmpty)
        #expect(peer.log.contains("the startup script has ended") && peer.log.contains("the shutdown script has ended"))
      }
    }

    @Test(
      "No advert before the delay is over, also after a reload, and then as usual (0d91c74b, 58483b22)",
      needs(.lab, .martlet))
    func waitsAsConfigured() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.low)
        try await pair.expectMaster(
          pair.low, within: startup + file.masterDownInterval(priority: Pair.lowPriority) + margin)

        file.globalLines = ["vrrp_startup_delay 8"]
        let text = file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host])
        let started = MonotonicInstant.labNow()
        try pair.high.start(text)
        let high = try #require(pair.high as? MartletPeer)
        let waits = await eventually(within: startup) { (try? MartletStatus.of(high).routers.first?.state) == "INIT" }
        #expect(waits, "\(pair.logs)")
        #expect(try high.command("reload").succeeded)
        let bound = file.masterDownInterval(priority: Pair.highPriority) + startup
        let first = try await pair.expectMaster(pair.high, since: started, within: .seconds(8) + bound)
        #expect(first.time - started >= .seconds(8), "\(pair.logs)")
        #expect(await pair.client.answers(within: margin + file.interval * 2), "\(pair.logs)")
      }
    }

    @Test(
      "A backup hears during its delay, also when it is reloaded, and claims nothing after it (KA#2387)",
      needs(.lab, .martlet))
    func aBackupHearsDuringItsDelay() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        file.globalLines = ["vrrp_startup_delay 8"]
        let low = try #require(pair.low as? MartletPeer)
        let started = MonotonicInstant.labNow()
        try low.start(file.text(for: low.host, priority: Pair.lowPriority, peers: [pair.high.host]))
        let waits = await eventually(within: startup) { (try? MartletStatus.of(low).routers.first?.state) == "INIT" }
        #expect(waits, "\(pair.logs)")
        for _ in 0..<3 { #expect(try low.command("reload").succeeded, "\(pair.logs)") }
        let begins = await eventually(within: .seconds(8) + startup) {
          (try? MartletStatus.of(low).routers.first?.state) == "BACKUP"
        }
        #expect(begins && MonotonicInstant.labNow() - started >= .seconds(8), "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .milliseconds(500))
        pair.expectOnlySender(pair.high, since: started)
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(pair.logs)")
      }
    }
  }
}
