import Configuration
import ConfigurationModel
import Glibc
import LinuxSystem
import NIOCore
import NetworkTypes
import Synchronization
import Testing

@testable import Probes

/// Keeps threads waiting until it is opened.
private final class Gate: Sendable {
  private let isClosed = Atomic<Bool>(true)
  /// How many have come by.
  let count = Atomic<Int>(0)

  func wait() {
    count.add(1, ordering: .relaxed)
    while isClosed.load(ordering: .relaxed) { usleep(1000) }
  }

  func open() { isClosed.store(false, ordering: .relaxed) }
}

private struct NotFound: Error, CustomStringConvertible {
  var description: String { "not found" }
}

extension ProbesTests {
  /// What can only be asked by waiting keeps nobody else waiting.
  @Suite struct Waiting {
    /// A probes' thread whose resolver hangs for names that begin with "hang", and takes three seconds for those that begin with "slow".
    private func thread(_ gate: Gate, port: UInt16 = 0) -> ProbeThread {
      ProbeThread { name in
        if name.hasPrefix("hang") {
          gate.wait()
          throw NotFound()
        }
        if name.hasPrefix("slow") { sleep(3) }
        return [try SocketAddress(ipAddress: "127.0.0.1", port: 0)]
      }
    }

    private func ask(
      _ question: ProbeQuestion, _ thread: ProbeThread, timeout: Nanoseconds = .milliseconds(200)
    ) async -> ProbeOutcome {
      var definition = ProbeDefinition(name: "test", question: question)
      definition.schedule.timeout = timeout
      let probe = thread.prepare(definition)
      return await withCheckedContinuation { continuation in
        probe.run { continuation.resume(returning: $0) }
      }
    }

    private func tcp(_ name: String, _ port: UInt16 = 1) -> ProbeQuestion {
      .stream(StreamQuestion(endpoint: .host(.name(name), port: port)))
    }

    /// Asks all at once, and returns what came of it.
    private func askAll(
      _ questions: [ProbeQuestion], _ thread: ProbeThread, timeout: Nanoseconds = .milliseconds(200)
    ) async -> [ProbeOutcome] {
      await withTaskGroup(of: (Int, ProbeOutcome).self) { group in
        for (place, question) in questions.enumerated() {
          group.addTask { (place, await ask(question, thread, timeout: timeout)) }
        }
        var outcomes: [Int: ProbeOutcome] = [:]
        for await (place, outcome) in group { outcomes[place] = outcome }
        return outcomes.sorted { $0.key < $1.key }.map(\.value)
      }
    }

    @Test func namesThatDoNotResolveKeepNoOtherKindWaiting() async throws {
      let gate = Gate()
      let thread = thread(gate)
      let hanging = await askAll((0..<ProbeThread.mostWaiting).map { tcp("hang\($0)") }, thread)
      for (place, outcome) in hanging.enumerated() {
        #expect(
          outcome.words == "tcp hang\(place):1: the name hang\(place) was not resolved within 200 ms"
            && !outcome.isUnasked)
      }
      var available = MemoryQuestion()
      available.available = .count(1)
      let healthy = [
        ProbeQuestion.load(LoadQuestion(minutes: 15, most: 1_000_000_000)), .memory(available),
        .disk(DiskQuestion(path: "/")),
      ]
      for outcome in await askAll(healthy, thread, timeout: .seconds(30)) {
        #expect(outcome.isSuccess, "\(outcome.words)")
      }
      gate.open()
      thread.shutDown()
    }

    @Test func aRunThatHasToWaitForAThreadHasNotAsked() async throws {
      let gate = Gate()
      let server = try await ScriptedServer(.dialogue(greeting: "hello", answers: []))
      let thread = thread(gate)
      _ = await askAll((0..<ProbeThread.mostWaiting).map { tcp("hang\($0)") }, thread)
      for _ in 0..<3 {
        let waiting = await ask(tcp("well", server.port), thread)
        #expect(
          waiting.isUnasked
            && waiting.words == "tcp well:\(server.port): no thread is free to ask; too many others hang",
          "\(waiting.words)")
      }
      // Its time begins when it has a thread: so long it waits for one, and so long again for the name, together more than it has.
      async let late = ask(tcp("slow", server.port), thread, timeout: .seconds(5))
      try await Task.sleep(for: .seconds(3))
      gate.open()
      let outcome = await late
      #expect(outcome.isSuccess, "\(outcome.words)")
      thread.shutDown()
      await server.close()
    }

    @Test func aNameIsAskedForOnceWhoeverWantsToKnow() async throws {
      let gate = Gate()
      let thread = thread(gate)
      for _ in 0..<3 {
        for outcome in await askAll([tcp("hang", 1), tcp("hang", 2), tcp("hang", 3)], thread) {
          #expect(!outcome.isSuccess && !outcome.isUnasked, "\(outcome.words)")
        }
      }
      #expect(gate.count.load(ordering: .relaxed) == 1)
      gate.open()
      thread.shutDown()
    }

    @Test func aFileSystemThatHangsTakesOneThreadAndNotTheTimeout() async throws {
      let gate = Gate()
      let thread = ProbeThread()
      func ask(_ path: String, free: UInt64 = 1, timeout: Nanoseconds = .milliseconds(100)) async -> ProbeOutcome {
        var question = DiskQuestion(path: path)
        question.free = .count(free)
        // One of its own for each run, as reloads make them.
        let asker = DiskAsker(question) { path in
          if path == "/dead" { gate.wait() }
          return DiskReading(free: 1 << 20, total: 1 << 21)
        }
        return await withCheckedContinuation { continuation in
          thread.loop.execute {
            asker.ask(
              ProbeRun(asked: asker.asked, timeout: timeout, loop: thread.loop, thread: thread) {
                continuation.resume(returning: $0)
              })
          }
        }
      }
      let first = await ask("/dead")
      #expect(!first.isSuccess && first.words == "disk /dead: no answer within 100 ms")
      for _ in 0..<40 {
        let next = await ask("/dead", free: 2)
        #expect(!next.isSuccess && next.words.hasPrefix("disk /dead: hangs since an earlier run"), "\(next.words)")
      }
      #expect(gate.count.load(ordering: .relaxed) == 1)
      #expect(await ask("/", timeout: .seconds(30)).isSuccess)
      gate.open()
      let limit = MonotonicClock.now() + .seconds(30)
      var last = await ask("/dead")
      while !last.isSuccess, MonotonicClock.now() < limit { last = await ask("/dead") }
      #expect(last.words.hasPrefix("disk /dead: 50.0% free"), "\(last.words)")
      // Each judges for itself.
      #expect(!(await ask("/dead", free: 2 << 20)).isSuccess)
      thread.shutDown()
    }

    @Test func aRunThatIsEndedLetsGo() async throws {
      let gate = Gate()
      let thread = thread(gate)
      let server = try await ScriptedServer(.silence)
      for question in [
        tcp("hang"), .stream(StreamQuestion(endpoint: local(server.port), expect: [TextPattern("x")])),
      ] {
        var definition = ProbeDefinition(name: "test", question: question)
        definition.schedule.timeout = .seconds(60)
        let probe = thread.prepare(definition)
        let outcome = await withCheckedContinuation { continuation in
          let run = probe.run { continuation.resume(returning: $0) }
          run.end()
          run.end()
        }
        #expect(outcome.isUnasked && outcome.elapsed < .seconds(30), "\(outcome.words)")
      }
      gate.open()
      thread.shutDown()
      await server.close()
    }
  }
}
