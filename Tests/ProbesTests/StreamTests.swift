import Configuration
import ConfigurationModel
import Glibc
import NIOCore
import NetworkTypes
import Testing

@testable import Probes

extension ProbesTests {
  @Suite struct Streams {
    @Test func aConnectionIsEnough() async throws {
      let server = try await ScriptedServer(.silence)
      let outcome = await ask(.stream(StreamQuestion(endpoint: local(server.port))))
      #expect(outcome.isSuccess && outcome.words.hasPrefix("tcp 127.0.0.1:\(server.port): connected in "))
      await server.close()
    }

    @Test func aRefusalIsSaidAtOnce() async throws {
      let port = try freePort()
      let outcome = await ask(.stream(StreamQuestion(endpoint: local(port))))
      #expect(!outcome.isSuccess)
      #expect(outcome.words.hasPrefix("tcp 127.0.0.1:\(port): connection refused in "), "\(outcome.words)")
    }

    @Test func whatIsHeardDecides() async throws {
      let server = try await ScriptedServer(.dialogue(greeting: "", answers: ["I am healthy\n"]))
      let send = Array("how are you\n".utf8)
      func ask(_ patterns: TextPattern..., timeout: Nanoseconds = .seconds(30)) async -> ProbeOutcome {
        await ProbesTests_ask(
          .stream(StreamQuestion(endpoint: local(server.port), send: send, expect: patterns)), timeout)
      }
      #expect(await ask(TextPattern("healthy")).words.contains("\"I am healthy.\""))
      #expect(await ask(TextPattern("am h[a-z]+y$", isExpression: true), TextPattern("ill", isNegated: true)).isSuccess)
      let wrong = await ask(TextPattern("ill"), timeout: .milliseconds(300))
      #expect(!wrong.isSuccess && wrong.words.hasSuffix("no whole answer within 300 ms"), "\(wrong.words)")
      await server.close()
    }

    @Test func aSocketOfAFileIsAsked() async throws {
      let folder = try ServerFolder()
      let path = folder.path("app.sock")
      let server = try await ScriptedServer(.dialogue(greeting: "ready\n", answers: []), path: path)
      #expect(await ask(.stream(StreamQuestion(endpoint: .path(path)))).isSuccess)
      #expect(await ask(.stream(StreamQuestion(endpoint: .path(path), expect: [TextPattern("ready")]))).isSuccess)
      await server.close()
      let gone = await ask(.stream(StreamQuestion(endpoint: .path(path))))
      #expect(!gone.isSuccess)
      let missing = await ask(.stream(StreamQuestion(endpoint: .path(folder.path("none")))))
      #expect(missing.words.hasPrefix("unix \(folder.path("none")): no such file or directory in "), "\(missing.words)")
    }

    @Test func aHostThatIsAwayIsATimeout() async throws {
      // A listener whose queue is full takes no more connections, like a host that is away.
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(number) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(number, $0, size)
          _ = getsockname(number, $0, &size)
        }
      }
      listen(number, 0)
      let port = UInt16(bigEndian: address.sin_port)
      let question = ProbeQuestion.stream(StreamQuestion(endpoint: local(port), expect: [TextPattern("x")]))
      var last = await ask(question, timeout: .milliseconds(100))
      for _ in 0..<8 where !last.words.contains("no connection") {
        last = await ask(question, timeout: .milliseconds(100))
      }
      // Each run closed its connection, which frees the queue again; either way the timeout ends it.
      #expect(!last.isSuccess && last.words.hasSuffix("within 100 ms"), "\(last.words)")
    }

    @Test func whatThisHostLacksSaysNothingOfTheService() {
      for number in [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL] {
        #expect(ProbeRun.isShortage(IOError(errnoCode: number, reason: "connect")))
      }
      for number in [ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EACCES] {
        #expect(!ProbeRun.isShortage(IOError(errnoCode: number, reason: "connect")))
      }
    }

    @Test func aNameIsResolved() async throws {
      let server = try await ScriptedServer(.silence)
      let outcome = await ask(.stream(StreamQuestion(endpoint: .host(.name("localhost"), port: server.port))))
      #expect(outcome.isSuccess, "\(outcome.words)")
      let unknown = await ask(
        .stream(StreamQuestion(endpoint: .host(.name("no-such-host.invalid"), port: 80))), timeout: .seconds(1))
      #expect(!unknown.isSuccess && unknown.words.contains("no-such-host.invalid"), "\(unknown.words)")
      await server.close()
    }
  }

  @Suite struct SMTPServers {
    @Test func healthySickAndHung() async throws {
      let healthy = try await ScriptedServer(
        .dialogue(
          greeting: "220 mx.example ESMTP\r\n", answers: ["250-mx.example\r\n250 SIZE 1000\r\n", "221 bye\r\n"]))
      #expect(await ask(.smtp(SMTPQuestion(endpoint: local(healthy.port)))).isSuccess)
      await healthy.close()
      let sick = try await ScriptedServer(.dialogue(greeting: "421 too busy\r\n", answers: []))
      let refused = await ask(.smtp(SMTPQuestion(endpoint: local(sick.port))))
      #expect(!refused.isSuccess && refused.words.contains("greeting \"421 too busy\""), "\(refused.words)")
      await sick.close()
      let hung = try await ScriptedServer(.dialogue(greeting: "220 mx.example ESMTP\r\n", answers: []))
      let silent = await ask(.smtp(SMTPQuestion(endpoint: local(hung.port))), timeout: .milliseconds(200))
      #expect(!silent.isSuccess && silent.words.hasSuffix("within 200 ms"), "\(silent.words)")
      await hung.close()
    }
  }
}

/// What is asked by tests that have an `ask` of their own.
private func ProbesTests_ask(_ question: ProbeQuestion, _ timeout: Nanoseconds) async -> ProbeOutcome {
  await ask(question, timeout: timeout)
}
