import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What a tracked file may hold, and be, and which number that is: keepalived and martlet take the same one.
  @Suite struct TrackedFiles {
    /// Texts, and the numbers that they are.
    static let texts: [(text: String, number: Int)] = [
      ("5", 5), ("0x10", 16), ("010", 8), ("12abc", 12), ("", 0), ("abc", 0), (" -20\n", -20), ("+3\r\n", 3),
      ("4 5", 4),
      ("0x", 0), ("\n\n\n 4", 4), ("\0" + "12", 0), ("089", 0), ("-0x5", -5), ("-", 0), ("1e3", 1), ("0b11", 0),
      (String(repeating: " ", count: 126) + "54", 5), (String(repeating: " ", count: 127) + "5", 0),
    ]

    /// What becomes of a file that holds 30, and the number that it is then.
    static let fates: [(name: String, number: Int, fate: @Sendable (String) -> Void)] = [
      ("removed", 0, { unlink($0) }),
      ("another file", 17, { put($0) { try? writeFile($0, "17\n") } }),
      ("a folder", 0, { put($0) { mkdir($0, 0o755) } }),
      ("a FIFO", 0, { put($0) { mkfifo($0, 0o644) } }),
      ("a link to nothing", 0, { put($0) { symlink("nowhere", $0) } }),
      ("a link to a number", 18, { put($0) { symlink(number(beside: $0), $0) } }),
    ]

    /// Puts what `make` makes in the place of a file, by renaming it.
    private static func put(_ path: String, _ make: (String) -> Void) {
      let next = path + ".next"
      make(next)
      guard rename(next, path) != 0 else { return }
      // A folder takes no file's place.
      unlink(path)
      rename(next, path)
    }

    private static func number(beside path: String) -> String {
      try? writeFile(path + ".far", "18\n")
      return path + ".far"
    }

    @Test(needs(.lab, .martlet, .keepalived), arguments: [PeerKind.martlet, .keepalived])
    func aFileIsTheSameNumberToBoth(kind: PeerKind) async throws {
      try await inLab { lab in
        let peer = try kind.peer(in: lab.addHost("a", number: 1))
        let path = "\(peer.host.folder)/level"
        var file = RouterFile(version: .v3, interval: .milliseconds(100))
        file.topLines = ["track_file level {", "  file \(path)", "  weight 1", "}"]
        file.instanceLines = ["track_file {", "  level", "}"]
        try writeFile(path, "1\n")
        try peer.start(peer.configuration(of: file, priority: 100, peers: []))
        func expect(_ number: Int, _ what: String, since begin: MonotonicInstant) async {
          let comes = await eventually(within: .seconds(4), every: .milliseconds(20)) {
            lab.capture.adverts(vrid: file.vrid, since: begin).last.map { Int($0.priority) == 100 + number } ?? false
          }
          let last = lab.capture.adverts(vrid: file.vrid, since: begin).last.map { "\($0.priority)" } ?? "none"
          #expect(comes, "\(what): priority \(last) instead of \(100 + number)\n\(peer.log)")
        }
        await expect(1, "at the start", since: .init(nanoseconds: 0))
        for (text, number) in Self.texts {
          // So that each number comes from its text.
          try writeFile(path, "50\n")
          await expect(50, "50 before \(text.debugDescription)", since: .labNow())
          try writeFile(path, text)
          await expect(number, text.debugDescription, since: .labNow())
        }
        // Beyond every number, the last one goes on.
        try writeFile(path, "50\n")
        await expect(50, "50 once more", since: .labNow())
        for text in ["99999999999999999999999", "4294967299", "-2147483649"] {
          let begin = MonotonicInstant.labNow()
          try writeFile(path, text)
          await eventually(within: .seconds(4)) { lab.capture.adverts(vrid: file.vrid, since: begin).count >= 5 }
          let priorities = lab.capture.adverts(vrid: file.vrid, since: begin).map(\.priority)
          #expect(priorities.count >= 5 && Set(priorities) == [150], "\(text): \(priorities)\n\(peer.log)")
        }
        for (name, number, fate) in Self.fates {
          unlink(path)
          rmdir(path)
          try writeFile(path, "30\n")
          await expect(30, "30 before it is \(name)", since: .labNow())
          fate(path)
          await expect(number, name, since: .labNow())
        }
        if let martlet = peer as? MartletPeer {
          unlink(path)
          try writeFile(path, "twelve")
          let says = await eventually(within: .seconds(3)) {
            (try? MartletStatus.of(martlet))?.trackers.first?.reason
              == "\(path) holds no number; 0 counts"
          }
          #expect(says, "\(peer.log)")
          // Lines about one file are limited, and those before may have used that up; then they are counted.
          let isSaid = await eventually(within: .seconds(15)) {
            peer.log.contains(" warning: track_file level: \(path) holds no number")
              || peer.log.contains("times more within")
          }
          #expect(isSaid, "\(peer.log)")
        }
      }
    }
  }
}
