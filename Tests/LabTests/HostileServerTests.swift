import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What fifty probes of one server that means no good take of the prober's memory.
  @Suite struct HostileServers {
    private static let count = 50
    private static let port: UInt16 = 8099
    private static let timeout = Nanoseconds.milliseconds(500)
    private static let most = 1 << 20

    struct Attack: Sendable, CustomStringConvertible {
      var description: String
      /// How the server is asked.
      var question: String
      var behaviour: HostileServer.Behaviour
    }

    private static let web = "http http://127.0.0.1:\(port)/ {\nbody \"well\"\n}"
    private static let stream = "tcp 127.0.0.1:\(port) {\nexpect \"well\"\n}"
    private static let encrypted = "https https://127.0.0.1:\(port)/ {\nverify off\nbody \"well\"\n}"

    private static func head(_ lines: String...) -> [UInt8] {
      Array((["HTTP/1.1 200 OK"] + lines + ["", ""]).joined(separator: "\r\n").utf8)
    }
    /// A little less than is looked at of a body; of what is no web server 8 KiB are.
    private static let almostAll = [UInt8](repeating: 0x78, count: 255 * 1024)
    private static let chunk = [UInt8](repeating: 0x78, count: 65_536)
    private static let length = "Content-Length: 1073741824"

    /// 64 MiB of zeros as gzip packs them.
    private static let bomb: [UInt8] = {
      let script = "head -c 67108864 /dev/zero | gzip -9 | od -An -v -tu1"
      let text = (try? Command.check(["/bin/sh", "-c", script])) ?? ""
      return text.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0) }
    }()

    /// A TLS record that holds most of a ServerHello.
    private static let greeting = [0x16, 0x03, 0x03, 0x40, 0x00, 0x02, 0x00, 0x3F, 0xFC] + chunk[..<16_300]
    /// One that begins a handshake message of 16 MiB, and more of them.
    private static let record = [0x16, 0x03, 0x03, 0x40, 0x00, 0x02, 0xFF, 0xFF, 0xFF] + chunk[..<16_380]
    private static let nextRecord = [0x16, 0x03, 0x03, 0x40, 0x00] + chunk[..<16_384]

    static let attacks: [Attack] = [
      Attack(
        description: "a body of a gibibyte", question: web,
        behaviour: .init(head(length), then: .endless(chunk))),
      Attack(
        description: "a body that stops before its bound", question: web,
        behaviour: .init(head(length) + almostAll, then: .drip(0x78))),
      Attack(
        description: "a compressed bomb", question: web,
        behaviour: .init(head("Content-Encoding: gzip", length) + bomb, then: .drip(0))),
      Attack(
        description: "a field without end", question: web,
        behaviour: .init(Array("HTTP/1.1 200 OK\r\nX: ".utf8) + almostAll[..<60_000], then: .drip(0x78))),
      Attack(description: "bytes without end", question: stream, behaviour: .init([], then: .endless(chunk))),
      Attack(
        description: "bytes that stop before their bound", question: stream,
        behaviour: .init([UInt8](almostAll[..<8000]), then: .drip(0x78))),
      Attack(description: "byte by byte", question: stream, behaviour: .init([], then: .drip(0x78))),
      Attack(
        description: "TLS without end", question: encrypted,
        behaviour: .init(record, then: .endless(nextRecord))),
      Attack(
        description: "TLS that stops", question: encrypted, behaviour: .init(greeting, then: .drip(0x16))),
      Attack(description: "no TLS", question: encrypted, behaviour: .init([], then: .endless(chunk))),
    ]

    @Test(needs(.lab, .martlet), arguments: attacks)
    func takeAMebibyteEachAtMost(_ attack: Attack) async throws {
      try #require(Self.bomb.count > 10_000, "gzip has made no bomb")
      try await inLab { lab in
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        // The same without anybody there: what the probes take by themselves is no attacker's doing.
        let refused = try await run(peer, attack, for: .seconds(1))
        let server = try HostileServer(on: peer.host, port: Self.port, attack.behaviour)
        defer { server.stop() }
        let fed = try await run(peer, attack, for: .seconds(4)) { server.connections >= Self.count * 3 }
        let each = (fed.most - refused.least) / Self.count
        print(
          "\(Self.count) probes fed \(attack): \(each / 1024) KiB each, the slowest verdict after "
            + "\(fixed(fed.slowest, decimals: 0)) ms, \(server.connections) runs")
        #expect(each <= Self.most, "\(each) bytes")
        #expect(fed.hasGoneOn, "the probes did not go on: \(server.connections) runs\n\(peer.log)")
      }
    }

    /// Lets the probes run; the least and the most that the prober took, in bytes, and how long the slowest first verdict took, in
    /// milliseconds. Each must have failed.
    private func run(
      _ peer: MartletPeer, _ attack: Attack, for time: Nanoseconds, until hasGoneOn: () -> Bool = { true }
    ) async throws -> (least: Int, most: Int, slowest: Double, hasGoneOn: Bool) {
      var file = RouterFile(version: .v3)
      for number in 0..<Self.count {
        let limit = fixed(Self.timeout.inSeconds, decimals: 1)
        file.topLines += ["vrrp_probe p\(number) {", attack.question, "interval 1", "timeout \(limit)", "}"]
      }
      file.instanceLines = ["track_probe {"] + (0..<Self.count).map { "p\($0)" } + ["}"]
      try peer.start(file.text(for: peer.host, priority: 100, peers: []))
      func verdicts() -> [Double] {
        peer.log.split(separator: "\n").filter { $0.contains("probe p") && $0.contains(" is down: ") }
          .compactMap(Self.milliseconds)
      }
      let all = await eventually(within: startup + margin * 4, every: .milliseconds(20)) {
        verdicts().count == Self.count
      }
      try #require(all, "\(verdicts().count) verdicts\n\(peer.log)")
      let prober = try #require(peer.rolePID("prober"), "\(peer.log)")
      var samples: [Int] = []
      let end = MonotonicInstant.labNow() + time
      let goesOn = await eventually(within: time + margin) {
        samples.append(Self.memory(of: prober))
        return MonotonicInstant.labNow() >= end && hasGoneOn()
      }
      #expect(!peer.log.contains(" is up"), "\(peer.log)")
      await peer.stop()
      return (try #require(samples.min()), try #require(samples.max()), try #require(verdicts().max()), goesOn)
    }

    /// What a line says at its end: `in 1.2 ms`, `in 0.4 s` or `within 500 ms`.
    private static func milliseconds(_ line: Substring) -> Double? {
      let words = line.split(separator: " ").suffix(3)
      guard words.count == 3, ["in", "within"].contains(words.first), let unit = words.last,
        let number = Double(words[words.startIndex + 1])
      else { return nil }
      return unit == "ms" ? number : unit == "s" ? number * 1000 : nil
    }

    /// Anonymous memory in bytes.
    private static func memory(of pid: pid_t) -> Int {
      let line = readFile("/proc/\(pid)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Anonymous:") }
      let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return kibibytes * 1024
    }
  }
}
