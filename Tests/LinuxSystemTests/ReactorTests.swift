import Glibc
import NetworkTypes
import Testing

@testable import LinuxSystem

@Suite(.serialized) struct ReactorTests {
  @Test(arguments: [300, 2_000, 20_000])
  func waitsForTheDeadlineAndNoLonger(microseconds: Int64) throws {
    let reactor = try Reactor()
    var least = Nanoseconds(rawValue: .max)
    // Never too early; and as soon as nobody else has the machine, not a millisecond late.
    for _ in 0..<500 where least >= .milliseconds(1) {
      let deadline = MonotonicClock.now() + .microseconds(microseconds)
      #expect(try reactor.run(until: deadline))
      #expect(reactor.now >= deadline)
      least = min(least, reactor.now - deadline)
    }
    #expect(least < .milliseconds(1))
  }

  /// A clock that somebody sets would let every deadline pass at once, or none.
  @Test func deadlinesAreOnTheMonotonicClock() throws {
    let reactor = try Reactor()
    let information = try FileDescriptor.open(reading: "/proc/self/fdinfo/\(reactor.timer.rawValue)")
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(information.rawValue, &buffer, buffer.count)
    let lines = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    #expect(lines.contains("clockid: \(CLOCK_MONOTONIC)"))
    let before = MonotonicClock.now()
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let kernel = MonotonicInstant(nanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
    #expect(before <= kernel && kernel <= MonotonicClock.now())
  }

  @Test func aPastDeadlineDoesNotWaitButStillDispatches() throws {
    let reactor = try Reactor()
    let pipe = try FileDescriptor.pipe()
    _ = try pipe.writer.write([1])
    var calls = 0
    _ = try reactor.watch(pipe.reader.rawValue, for: .readable) { _ in calls += 1 }
    #expect(try reactor.run(until: MonotonicInstant(nanoseconds: 0)))
    #expect(calls == 1)
  }

  @Test func theSameDeadlineArmedBeforeStillWakes() throws {
    let reactor = try Reactor()
    let pipe = try FileDescriptor.pipe()
    var buffer: UInt8 = 0
    _ = try reactor.watch(pipe.reader.rawValue, for: .readable) { _ in
      _ = Glibc.read(pipe.reader.rawValue, &buffer, 1)
    }
    let deadline = MonotonicClock.now() + .seconds(2)
    _ = try pipe.writer.write([1])
    #expect(try !reactor.run(until: deadline))
    while try !reactor.run(until: deadline) {}
    #expect(reactor.now >= deadline)
  }

  @Test func tellsWhatItIsReadyFor() throws {
    let reactor = try Reactor()
    let (left, right) = try Channel.pair()
    var seen: [Readiness] = []
    let registration = try reactor.watch(left.rawValue, for: .writable) { seen.append($0) }
    try reactor.run(until: nil)
    #expect(seen == [.writable])
    try reactor.modify(registration, for: .readable)
    #expect(try right.send([7]) == .sent)
    try reactor.run(until: nil)
    #expect(seen == [.writable, .readable])
  }

  @Test func aHandlerMayUnwatchItselfAndOthers() throws {
    let reactor = try Reactor()
    let first = try FileDescriptor.pipe()
    let second = try FileDescriptor.pipe()
    _ = try first.writer.write([1])
    _ = try second.writer.write([1])
    var registrations: [Reactor.Registration] = []
    var calls = 0
    for fd in [first.reader.rawValue, second.reader.rawValue] {
      registrations.append(
        try reactor.watch(fd, for: .readable) { _ in
          calls += 1
          registrations.forEach { reactor.unwatch($0) }
        })
    }
    try reactor.run(until: MonotonicClock.now() + .milliseconds(100))
    #expect(calls == 1)
    #expect(reactor.watchedCount == 0)
    #expect(try reactor.run(until: MonotonicClock.now() + .milliseconds(5)))
    #expect(calls == 1)
  }

  @Test func aReusedNumberGetsNoEventOfItsPredecessor() throws {
    let reactor = try Reactor()
    let trigger = try FileDescriptor.pipe()
    let ready = try FileDescriptor.pipe()
    let quiet = try FileDescriptor.pipe()
    _ = try trigger.writer.write([1])
    _ = try ready.writer.write([1])
    let number = ready.reader.rawValue
    let replacement = quiet.reader.rawValue
    var stale = 0
    var fresh = 0
    var registration: Reactor.Registration?
    // Watched first, so reported first: by then the other's event is fetched as well.
    _ = try reactor.watch(trigger.reader.rawValue, for: .readable) { _ in
      guard let old = registration else { return }
      registration = nil
      reactor.unwatch(old)
      dup2(replacement, number)
      _ = try? reactor.watch(number, for: .readable) { _ in fresh += 1 }
    }
    registration = try reactor.watch(number, for: .readable) { _ in stale += 1 }
    try reactor.run(until: MonotonicClock.now() + .milliseconds(100))
    #expect(registration == nil)
    #expect(reactor.watchedCount == 2)
    #expect(fresh == 0)
    #expect(stale == 0)
    _ = try quiet.writer.write([1])
    try reactor.run(until: MonotonicClock.now() + .milliseconds(100))
    #expect(fresh == 1)
  }

  @Test func refusesToRunInsideAHandler() throws {
    let reactor = try Reactor()
    let pipe = try FileDescriptor.pipe()
    _ = try pipe.writer.write([1])
    var reason: Int32?
    _ = try reactor.watch(pipe.reader.rawValue, for: .readable) { _ in
      do throws(SystemError) { try reactor.run(until: nil) } catch { reason = error.errno }
    }
    try reactor.run(until: nil)
    #expect(reason == EBUSY)
  }

  @Test func aDescriptorThatCannotBeWatchedIsAnError() throws {
    let reactor = try Reactor()
    #expect(throws: SystemError(operation: "watch descriptor", errno: EBADF, object: "9999")) {
      try reactor.watch(9_999, for: .readable) { _ in }
    }
    #expect(reactor.watchedCount == 0)
  }

  @Test func receivesSignalsAsEvents() throws {
    // Blocked and sent to this very thread, so that no other test's thread is interrupted.
    let receiver = try SignalReceiver([SIGUSR2])
    let reactor = try Reactor()
    var received: [SignalReceiver.Received] = []
    _ = try reactor.watch(receiver.rawValue, for: .readable) { _ in
      while let next = try? receiver.next() { received.append(next) }
    }
    pthread_kill(pthread_self(), SIGUSR2)
    try reactor.run(until: MonotonicClock.now() + .seconds(30))
    #expect(received.map(\.signal) == [SIGUSR2])
    #expect(received.first?.senderProcess == getpid())
    #expect(received.first?.senderUser == getuid())
  }
}
