import Configuration
import ConfigurationModel
import NIOSSL
import NetworkTypes
import Synchronization
import Testing

@testable import Probes

/// A kind of question for a TCP port, by name, so that a failure says which.
enum Kind: String, CaseIterable, Sendable {
  case http, httpBody, https, tcp, tls, smtp, redis, postgresql, mysql, haproxy

  func question(_ port: UInt16) -> ProbeQuestion {
    let endpoint = local(port)
    var tls = TLSOptions()
    tls.verifies = false
    var http = HTTPQuestion(endpoint: endpoint, target: "/", host: "localhost")
    switch self {
    case .http: return .http(http)
    case .httpBody:
      http.body = [TextPattern("healthy")]
      return .http(http)
    case .https:
      http.tls = tls
      return .http(http)
    case .tcp: return .stream(StreamQuestion(endpoint: endpoint, expect: [TextPattern("healthy")]))
    case .tls: return .stream(StreamQuestion(endpoint: endpoint, expect: [TextPattern("healthy")], tls: tls))
    case .smtp: return .smtp(SMTPQuestion(endpoint: endpoint))
    case .redis: return .redis(RedisQuestion(endpoint: endpoint, role: .primary))
    case .postgresql: return .postgresql(PostgreSQLQuestion(endpoint: endpoint))
    case .mysql: return .mysql(MySQLQuestion(endpoint: endpoint))
    case .haproxy: return .haproxy(HAProxyQuestion(endpoint: endpoint, backend: "web"))
    }
  }
}

extension ProbesTests {
  /// Servers that mean no good: each ends in a verdict within the timeout, and none is read without end.
  @Suite struct HostileServers {
    static let behaviours: [(String, ScriptedServer.Behaviour)] = [
      ("silence", .silence), ("hangs up", .hangUp),
      ("zeros without end", .endless(head: [], chunk: [UInt8](repeating: 0, count: 65_536))),
      ("a line without end", .endless(head: [], chunk: [UInt8](repeating: 0x61, count: 65_536))),
      ("lines without end", .endless(head: [], chunk: Array(String(repeating: "220-x\r\n", count: 9000).utf8))),
      (
        "noise without end",
        .endless(head: [], chunk: (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) })
      ),
      ("byte by byte", .drip(head: [], byte: 0x32)),
      ("dots byte by byte", .drip(head: Array("HTTP/1.1 200 OK\r\nX: ".utf8), byte: 0x2E)),
    ]

    @Test(arguments: Kind.allCases) func endInAVerdictInTime(kind: Kind) async throws {
      for (name, behaviour) in Self.behaviours {
        let server = try await ScriptedServer(behaviour)
        let outcome = await ask(kind.question(server.port), timeout: .milliseconds(300))
        #expect(!outcome.isSuccess, "\(name): \(outcome.words)")
        // Whatever comes without end, the run has ended: some of it says at once that it is not what it should be.
        #expect(outcome.elapsed < .seconds(10), "\(name): \(outcome.words)")
        // What the kernel's buffers hold, and not more.
        #expect(server.written.count.load(ordering: .relaxed) < 16 << 20, "\(name)")
        #expect(outcome.words.utf8.count < 400 && !outcome.words.contains("\n"), "\(name): \(outcome.words)")
        await server.close()
      }
    }

    private static func head(_ text: String) -> [UInt8] {
      Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    }

    static let bodies: [(String, ScriptedServer.Behaviour, words: String)] = [
      (
        "a gibibyte",
        .endless(
          head: head("HTTP/1.1 200 OK\nContent-Length: 1073741824\n\n"), chunk: [UInt8](repeating: 0x78, count: 65_536)),
        "in the first 256 KiB"
      ),
      (
        "chunks without end",
        .endless(
          head: head("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"),
          chunk: head("8000\n" + String(repeating: "x", count: 0x8000) + "\n")), "in the first 256 KiB"
      ),
      (
        "fields without end",
        .endless(head: head("HTTP/1.1 200 OK\n"), chunk: head(String(repeating: "X-Field: value\n", count: 100))),
        "not HTTP"
      ),
      (
        "a compressed bomb",
        .answer(
          head("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 20\n\n") + [0x1F, 0x8B]
            + [UInt8](repeating: 8, count: 18)),
        "not as it must be"
      ),
      ("a body that stops", .answer(head("HTTP/1.1 200 OK\nContent-Length: 20\n\nshort")), "no whole body within"),
      ("two lengths", .answer(head("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3\n\nabc")), "not HTTP"),
    ]

    @Test func bodiesAreReadWithinBounds() async throws {
      for (name, behaviour, words) in Self.bodies {
        let server = try await ScriptedServer(behaviour)
        let isCutByTime = words.hasSuffix("within")
        let outcome = await ask(
          Kind.httpBody.question(server.port), timeout: isCutByTime ? .milliseconds(500) : .seconds(30))
        #expect(!outcome.isSuccess && outcome.words.contains(words), "\(name): \(outcome.words)")
        #expect(server.written.count.load(ordering: .relaxed) < 16 << 20, "\(name)")
        await server.close()
      }
    }

    @Test func aLongBodyThatNobodyLooksAtIsNotWaitedFor() async throws {
      let server = try await ScriptedServer(
        .endless(
          head: Self.head("HTTP/1.1 200 OK\nContent-Length: 1073741824\n\n"),
          chunk: [UInt8](repeating: 0x78, count: 65_536)))
      let outcome = await ask(Kind.http.question(server.port))
      #expect(outcome.isSuccess, "\(outcome.words)")
      #expect(server.written.count.load(ordering: .relaxed) < 16 << 20)
      await server.close()
    }

    @Test func liesOfTheDNSAreNotBelieved() async throws {
      let asked = DNSQuestion(endpoint: local(1), name: "www.example.org", expected: [])
      func question(_ port: UInt16) -> ProbeQuestion { .dns(DNSQuestion(endpoint: local(port), name: asked.name)) }
      // A wrong number, a wrong name, nothing, and noise; then the truth, from the same server.
      let liar = try await ScriptedDatagrams { query in
        var other = query
        other[0] ^= 0xFF
        var name = query
        name[13] ^= 0x01
        return [other, name, query, [1, 2, 3], [0x81]].map {
          [$0[0], $0.count > 1 ? $0[1] : 0, 0x81, 0x80] + $0.dropFirst(4)
        }
      }
      let outcome = await ask(question(liar.port), timeout: .milliseconds(300))
      #expect(!outcome.isSuccess, "\(outcome.words)")
      await liar.close()
      let loop = try await ScriptedDatagrams { query in
        var answer = query
        answer[2] = 0x81
        answer[3] = 0x80
        answer[7] = 1
        // The answer's name is a pointer to itself.
        return [answer + [0xC0, UInt8(answer.count), 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]]
      }
      let looped = await ask(question(loop.port))
      #expect(!looped.isSuccess && looped.words.contains("cannot be read"), "\(looped.words)")
      await loop.close()
    }

    @Test func aDatagramNobodyTakesIsRefusedAtOnce() async throws {
      let port = try freePort()
      let outcome = await ask(.datagram(DatagramQuestion(endpoint: local(port), send: [1])))
      #expect(
        !outcome.isSuccess && outcome.words.hasPrefix("udp 127.0.0.1:\(port): connection refused in "),
        "\(outcome.words)")
      let echo = try await ScriptedDatagrams { [Array("re: ".utf8) + $0] }
      let question = DatagramQuestion(
        endpoint: local(echo.port), send: Array("hi".utf8), expect: [TextPattern("re: hi")])
      #expect(await ask(.datagram(question)).isSuccess)
      var other = question
      other.expect = [TextPattern("^hi", isExpression: true)]
      let wrong = await ask(.datagram(other))
      #expect(!wrong.isSuccess && wrong.words.contains("\"re: hi\" and not ~ \"^hi\""), "\(wrong.words)")
      await echo.close()
    }
  }
}
