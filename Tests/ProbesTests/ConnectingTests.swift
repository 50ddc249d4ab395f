import Configuration
import ConfigurationModel
import Glibc
import LinuxSystem
import NIOCore
import NetworkTypes
import Synchronization
import Testing

@testable import Probes

/// A listener whose queue is full, so that whoever connects hears nothing: the kernel drops what asks for more.
private final class FullListener {
  let port: UInt16
  private let number: Int32
  private var waiting: [Int32] = []

  init() throws {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    number = socket(AF_INET, flags, 0)
    guard number >= 0 else { throw SystemError(operation: "make socket", errno: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let number = number
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, size) == 0 && listen(number, 0) == 0 ? getsockname(number, $0, &size) : -1
      }
    }
    guard result == 0 else { throw SystemError(operation: "listen", errno: errno) }
    port = UInt16(bigEndian: address.sin_port)
    for _ in 0..<4 {
      let client = socket(AF_INET, flags, 0)
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(client, $0, size) }
      }
      waiting.append(client)
    }
  }

  deinit {
    for client in waiting { close(client) }
    close(number)
  }
}

extension ProbesTests {
  /// Of a name with several addresses, one that answers is enough.
  @Suite struct Connecting {
    /// Connects to the first of the addresses that takes the connection, and says what it says.
    private func greeting(of addresses: [SocketAddress], timeout: Nanoseconds) async -> ProbeOutcome {
      await withCheckedContinuation { continuation in
        let loop = ProbesTests.thread.loop
        loop.execute {
          let run = ProbeRun(asked: "tcp name", timeout: timeout, loop: loop, thread: ProbesTests.thread) {
            continuation.resume(returning: $0)
          }
          run.connect(to: addresses) { channel in
            let conversation = SendAndExpect(send: [], patterns: try Patterns(compiling: [TextPattern("hello")]))
            try channel.pipeline.syncOperations.addHandler(ConversationHandler(conversation, run, nil))
          }
        }
      }
    }

    private func address(_ port: UInt16) throws -> SocketAddress {
      try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
    }

    @Test(arguments: [1, 2, 3])
    func anAddressThatHangsIsPassedOver(hanging: Int) async throws {
      let full = try FullListener()
      let server = try await ScriptedServer(.dialogue(greeting: "hello\n", answers: []))
      let addresses = try Array(repeating: address(full.port), count: hanging) + [address(server.port)]
      // Far sooner than by the timeout, which one that hangs would use up.
      let outcome = await greeting(of: addresses, timeout: .seconds(60))
      #expect(outcome.isSuccess && outcome.elapsed < .seconds(30), "\(outcome.words)")
      await server.close()
    }

    @Test func addressesThatRefuseCostNoTimeAndAllThatHangTheTimeout() async throws {
      let full = try FullListener()
      let server = try await ScriptedServer(.dialogue(greeting: "hello\n", answers: []))
      let refusing = try address(try freePort())
      // If each of them cost the pause that one that hangs does, all of them would cost 60 s.
      let many = Array(repeating: refusing, count: 240)
      let outcome = await greeting(of: many + [try address(server.port)], timeout: .seconds(90))
      #expect(outcome.isSuccess && outcome.elapsed < .seconds(30), "\(outcome.words)")
      let hung = await greeting(of: [try address(full.port), refusing], timeout: .milliseconds(200))
      #expect(hung.words == "tcp name: no connection within 200 ms")
      let refused = await greeting(of: [refusing, refusing], timeout: .seconds(30))
      #expect(refused.words.hasPrefix("tcp name: connection refused in "), "\(refused.words)")
      await server.close()
    }

    @Test("Each address has its share of a short timeout", arguments: [1, 2, 3, 40])
    func shares(hanging: Int) async throws {
      let full = try FullListener()
      let server = try await ScriptedServer(.dialogue(greeting: "hello\n", answers: []))
      let addresses = try Array(repeating: address(full.port), count: hanging) + [address(server.port)]
      // Less than the pauses of all that hang. How much of its share the last one gets is a matter of how busy the machine is.
      let timeout = Nanoseconds.milliseconds(min(8000, 250 * Int64(hanging)))
      var last = await greeting(of: addresses, timeout: timeout)
      for _ in 0..<20 where !last.isSuccess { last = await greeting(of: addresses, timeout: timeout) }
      #expect(last.isSuccess, "\(last.words)")
      await server.close()
    }

    @Test func whoTakesTheConnectionIsTheOneThatIsAsked() async throws {
      let silent = try await ScriptedServer(.silence)
      let server = try await ScriptedServer(.dialogue(greeting: "hello\n", answers: []))
      let outcome = await greeting(of: [try address(silent.port), try address(server.port)], timeout: .seconds(3))
      #expect(outcome.words == "tcp name: no answer within 3 s", "a service that hangs is not passed over")
      await server.close()
      await silent.close()
    }

    @Test func familiesTakeTurns() throws {
      func addresses(_ texts: [String]) throws -> [SocketAddress] {
        try texts.map { try SocketAddress(ipAddress: $0, port: 0) }
      }
      let found = try addresses(["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2"])
      let turns = try addresses(["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"])
      #expect(SocketAddress.interlaced(found) == turns)
      #expect(SocketAddress.interlaced([]).isEmpty)
      let one = try addresses(["192.0.2.2", "192.0.2.1"])
      #expect(SocketAddress.interlaced(one) == one)
    }
  }
}
