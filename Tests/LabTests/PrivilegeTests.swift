import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Who may do what in a service that root has started.
  @Suite struct Privileges {
    private static func identity(of process: pid_t) -> (user: String, rights: UInt64)? {
      let lines = readFile("/proc/\(process)/status").split(separator: "\n")
      func value(_ name: String) -> Substring? {
        lines.first { $0.hasPrefix(name) }?.split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst().first
      }
      guard let user = value("Uid:"), let rights = value("CapEff:").flatMap({ UInt64($0, radix: 16) }) else {
        return nil
      }
      return (String(user), rights)
    }

    /// The descriptors of a process that are memory files of a name, and whether each may write.
    private static func memoryFiles(_ name: String, of process: pid_t) -> [Bool] {
      (0..<64).compactMap { number in
        var target = [CChar](repeating: 0, count: 256)
        let count = readlink("/proc/\(process)/fd/\(number)", &target, target.count)
        let text = String(decoding: target.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("/memfd:\(name)") else { return nil }
        let lines = readFile("/proc/\(process)/fdinfo/\(number)").split(separator: "\n")
        let flags = lines.first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
        return flags.flatMap { Int32($0, radix: 8) }.map { $0 & O_ACCMODE != O_RDONLY }
      }
    }

    /// CAP_NET_ADMIN, CAP_NET_RAW, CAP_IPC_LOCK and CAP_SYS_NICE.
    private static let engineRights: UInt64 = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 23

    @Test(
      "Scripts and files are root's where the file says so; engine and prober are not root, and no more than they need",
      needs(.lab, .martlet),
      .enabled(if: !LabEnvironment.isUserNamespace, "an ordinary user's namespace has no other users"))
    func scriptsOfRoot() async throws {
      try await inLab { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let secret = "\(peer.host.folder)/secret"
        try #require(mkdir(secret, 0o700) == 0)
        try writeFile("\(secret)/level", "7\n", mode: 0o600)
        var file = RouterFile(version: .v3)
        file.globalLines = ["script_user root"]
        file.topLines = [
          "vrrp_script root {", "  script \"/bin/sh -c 'id -u > \(secret)/check && test -e \(secret)/level'\"",
          "  interval 1",
          "  weight 10", "}",
          "vrrp_script nobody {", "  script \"/bin/sh -c 'test $(id -u) != 0'\"", "  user nobody", "  interval 1",
          "  weight 20",
          "}",
          "track_file level {", "  file \(secret)/level", "  weight 1", "}",
          "track_file begun {", "  file \(secret)/begun", "  weight 1", "  init_file 2", "}",
        ]
        file.instanceLines = [
          "track_script {", "  root", "  nobody", "}", "track_file {", "  level", "  begun", "}",
          "notify_master \"/bin/sh -c 'id -u > \(secret)/notified'\"",
        ]
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        let counts = await eventually(within: startup) {
          lab.capture.adverts(vrid: file.vrid, since: .init(nanoseconds: 0)).last?.priority == 100 + 10 + 20 + 7 + 2
        }
        #expect(counts, "\(peer.log)")
        #expect(await eventually(within: startup) { readFile("\(secret)/notified") == "0\n" }, "\(peer.log)")
        #expect(readFile("\(secret)/check") == "0\n")
        for (role, rights) in [("engine", Self.engineRights), ("prober", 1 << 13)] {
          let process = try #require(peer.rolePID(role), "\(peer.log)")
          let found = try #require(Self.identity(of: process))
          #expect(found.user != "0" && found.rights == rights, "\(role): \(found)")
        }
        // Whoever takes over the prober can read the board and no more, and no file of a later start is its user's.
        let prober = try #require(peer.rolePID("prober"), "\(peer.log)")
        #expect(Self.memoryFiles("martlet-board", of: prober) == [false])
        #expect(Self.memoryFiles("martlet-notified", of: prober) == [true])
        let maps = readFile("/proc/\(prober)/maps").split(separator: "\n").filter { $0.contains("martlet-board") }
        #expect(!maps.isEmpty && maps.allSatisfy { $0.contains(" r--s ") }, "\(maps)")
        // The starter dies; nothing moves, and what it did goes on by the next one.
        let transitions = try MartletStatus.of(peer).routers.first?.transitions
        let starter = try #require(peer.rolePID("starter"), "\(peer.log)")
        kill(starter, SIGKILL)
        #expect(
          await eventually(within: startup) { peer.rolePID("starter").map { $0 != starter } ?? false }, "\(peer.log)")
        unlink("\(secret)/level")
        let isNoticed = await eventually(within: startup) {
          lab.capture.adverts(vrid: file.vrid, since: .init(nanoseconds: 0)).last?.priority == 100 + 20 + 2
        }
        #expect(isNoticed, "\(peer.log)")
        #expect(try MartletStatus.of(peer).routers.first?.transitions == transitions, "\(peer.log)")
      }
    }
  }
}
