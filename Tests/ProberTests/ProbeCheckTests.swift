import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import HealthCore
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// A listener of this process: it takes connections for as long as it lives, and says nothing.
private final class Listener {
  let port: UInt16
  private var number: Int32

  init(port: UInt16 = 0) throws {
    number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard number >= 0 else { throw SystemError(operation: "make socket", errno: errno) }
    var reuse: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let number = number
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, size) == 0 && listen(number, 512) == 0 ? getsockname(number, $0, &size) : -1
      }
    }
    guard result == 0 else { throw SystemError(operation: "listen", errno: errno) }
    self.port = UInt16(bigEndian: address.sin_port)
  }

  /// Takes what waits, so that the queue never fills; returns how many there were.
  func takeAll() -> Int {
    var count = 0
    while case let taken = accept(number, nil, nil), taken >= 0 {
      Glibc.close(taken)
      count += 1
    }
    return count
  }

  /// Whether somebody waits, who is left waiting.
  var isAsked: Bool {
    var question = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return poll(&question, 1, 0) == 1
  }

  func close() {
    if number >= 0 { Glibc.close(number) }
    number = -1
  }

  deinit { close() }
}

extension ProberTests {
  @Suite struct ProbeChecking {
    private func probe(
      _ port: UInt16, name: String = "web", interval: Nanoseconds = .milliseconds(20), expect: [TextPattern] = []
    ) -> ProbeDefinition {
      var probe = ProbeDefinition(
        name: name,
        question: .stream(
          StreamQuestion(endpoint: .host(.address(IPAddress(v4: 0x7F00_0001)), port: port), expect: expect)))
      probe.schedule.interval = interval
      probe.schedule.timeout = .seconds(30)
      return probe
    }

    private func configuration(_ probes: ProbeDefinition...) -> Configuration {
      var configuration = Configuration.asOwnUser()
      configuration.probes = probes
      return configuration
    }

    @Test func risesAndFallsAndGivesTheReason() throws {
      let harness = try Harness()
      let listener = try Listener()
      var web = probe(listener.port)
      web.schedule.rise = 3
      web.schedule.fall = 2
      try harness.serve(configuration(web))
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      listener.close()
      try harness.wait(for: "down") { harness.verdicts.last?.status == .down }
      let reason = try #require(harness.verdicts.last?.reason)
      #expect(reason.hasPrefix("tcp 127.0.0.1:\(listener.port): connection refused in "), "\(reason)")
      let again = try Listener(port: listener.port)
      try harness.wait(for: "up again") { harness.verdicts.last?.status == .up }
      #expect(harness.verdicts.map(\.status) == [.up, .down, .up], "only changes are said")
      #expect(harness.logText.contains("probe web is down: tcp 127.0.0.1:\(listener.port): connection refused"))
      again.close()
    }

    @Test func numbersOfTrackersComeAfterThoseOfScripts() throws {
      let harness = try Harness()
      let listener = try Listener()
      var configuration = configuration(probe(listener.port))
      configuration.scripts = [ScriptCheckDefinition(name: "true", command: CommandDefinition("/bin/true"))]
      try harness.serve(configuration)
      try harness.wait(for: "both verdicts") { harness.verdicts.count == 2 }
      #expect(Set(harness.verdicts.map(\.tracker)) == [0, 1])
      #expect(harness.verdicts.allSatisfy { $0.status == .up })
    }

    @Test func saysNothingBeforeTheFirstResultUnlessInitiallyFailed() throws {
      let harness = try Harness()
      let listener = try Listener()
      // A listener that says nothing keeps what expects an answer waiting.
      var failed = probe(listener.port, name: "failed", expect: [TextPattern("x")])
      failed.schedule.initiallyFailed = true
      failed.schedule.timeout = .seconds(60)
      var waiting = failed
      waiting.name = "waiting"
      waiting.schedule.initiallyFailed = false
      try harness.serve(configuration(failed, waiting, probe(listener.port, name: "plain")))
      try harness.wait(for: "the plain one") { harness.verdicts.contains { $0.tracker == 2 } }
      #expect(
        harness.verdicts.first
          == TrackerVerdict(
            tracker: 0, status: .down, reason: "no success yet (init_fail)",
            memory: VerdictMemory(result: .down, isUntried: true)))
      #expect(!harness.verdicts.contains { $0.tracker == 1 })
    }

    @Test func aReloadKeepsWhatHasNotChanged() throws {
      let harness = try Harness()
      let listener = try Listener()
      let other = try Listener()
      let slow = probe(listener.port, interval: .seconds(3600))
      try harness.serve(configuration(slow))
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      #expect(listener.takeAll() == 1)
      // The same probe at another place, beside a new one: its verdict is told at once, and it is not run again.
      try harness.serve(configuration(probe(other.port, name: "new"), slow))
      try harness.wait(for: "both verdicts") { Set(harness.verdicts.map(\.tracker)) == [0, 1] }
      #expect(listener.takeAll() == 0)
      // At other times, with the same question: the verdict stays until a fresh one comes.
      var often = slow
      often.schedule.interval = .milliseconds(20)
      listener.close()
      often.schedule.fall = 1000
      try harness.serve(configuration(often))
      try harness.wait(for: "the verdict from before") { harness.verdicts.last?.status == .up }
    }

    @Test func theBoardGivesARestartedProberTheVerdict() throws {
      let harness = try Harness()
      let listener = try Listener()
      let web = probe(listener.port)
      try harness.serve(configuration(web))
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      // As the engine writes it.
      harness.board.tracker(0)?.record(TrackerFinding(.up, "what it was"), at: MonotonicClock.now())
      try harness.restartProber()
      var late = web
      late.schedule.interval = .seconds(3600)
      late.question = .stream(
        StreamQuestion(
          endpoint: .host(.address(IPAddress(v4: 0x7F00_0001)), port: listener.port), expect: [TextPattern("x")]))
      try harness.serve(configuration(late), keepingBoard: true)
      try harness.wait(for: "the verdict from before") { !harness.verdicts.isEmpty }
      #expect(harness.verdicts == [TrackerVerdict(tracker: 0, status: .up, reason: "what it was")])
    }

    /// As with keepalived's `vrrp_script`: no success yet is no failure, so no `rise` of them is asked for.
    @Test(arguments: ["at a start", "after a restart of the prober before the first run had ended"])
    func oneSuccessEndsInitFail(when: String) throws {
      let harness = try Harness()
      let listener = try Listener()
      var web = probe(listener.port, interval: .seconds(3600))
      web.schedule.initiallyFailed = true
      web.schedule.rise = 3
      if when != "at a start" {
        let silent = try Listener()
        var waiting = probe(silent.port, expect: [TextPattern("x")])
        waiting.schedule.initiallyFailed = true
        waiting.schedule.timeout = .seconds(60)
        try harness.serve(configuration(waiting))
        try harness.wait(for: "the connection") { silent.takeAll() > 0 && !harness.verdicts.isEmpty }
        try harness.restartProber()
        try harness.serve(configuration(web), keepingBoard: true)
      } else {
        try harness.serve(configuration(web))
      }
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      #expect(harness.verdicts.map(\.status) == [.down, .up])
    }

    @Test func manyStartOneAfterTheOtherAndKeepTheirTime() throws {
      let harness = try Harness()
      let listener = try Listener()
      var probes: [ProbeDefinition] = []
      for number in 0..<200 { probes.append(probe(listener.port, name: "p\(number)", interval: .seconds(1))) }
      var configuration = configuration()
      configuration.probes = probes
      let start = MonotonicClock.now()
      try harness.serve(configuration)
      var total = 0
      var early = 0
      try harness.wait(for: "the first 100") {
        total += listener.takeAll()
        if MonotonicClock.now() - start < .milliseconds(100) { early = total }
        return total >= 100
      }
      #expect(early < 60, "200 probes a second do not all run in its first tenth")
      // 200 a second: none is lost, and none comes more often than the time that has passed has room for.
      try harness.wait(for: "three rounds", seconds: 60) {
        total += listener.takeAll()
        return total >= 600
      }
      let rounds = (MonotonicClock.now() - start).rawValue / 1_000_000_000 + 1
      #expect(total <= 200 * Int(rounds), "\(total) runs in \(rounds) rounds")
      #expect(harness.verdicts.count == 200 && harness.verdicts.allSatisfy { $0.status == .up })
    }

    @Test func probesComeAndGoWithTheirThread() throws {
      let harness = try Harness()
      let listener = try Listener()
      var hung = probe(listener.port, expect: [TextPattern("x")])
      hung.schedule.timeout = .milliseconds(300)
      for _ in 0..<5 {
        try harness.serve(configuration(hung))
        try harness.wait(for: "the connection") { listener.takeAll() > 0 }
        // The probe that hangs is gone with its definition, and the thread once it has ended.
        try harness.serve(configuration())
        try harness.serve(configuration(probe(listener.port)))
        try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      }
    }

    @Test func aReloadDoesNotWaitForARunThatHangs() throws {
      let harness = try Harness()
      let listener = try Listener()
      let repaired = try Listener()
      var hung = probe(listener.port, expect: [TextPattern("x")])
      hung.schedule.timeout = .seconds(60)
      try harness.serve(configuration(hung))
      try harness.wait(for: "the connection") { listener.isAsked }
      // The run that hangs has a minute, and nobody waits as long here.
      try harness.serve(configuration(probe(repaired.port)))
      try harness.wait(for: "up") { harness.verdicts.last?.status == .up }
      #expect(!harness.verdicts.contains { $0.status == .down }, "an abandoned run says nothing: \(harness.verdicts)")
    }

    @Test func aStopWaitsForNothing() throws {
      let harness = try Harness()
      let listener = try Listener()
      var hung = probe(listener.port, expect: [TextPattern("x")])
      hung.schedule.timeout = .seconds(60)
      try harness.serve(configuration(hung))
      try harness.wait(for: "the connection") { listener.isAsked }
      let start = MonotonicClock.now()
      try harness.shutdown()
      #expect(MonotonicClock.now() - start < .seconds(30))
    }

    /// Work whose results a test has written down; the last one goes on for ever.
    private final class WrittenWork: CheckWork {
      private let loop: EventLoop
      private var results: [CheckResult]
      private(set) var starts: [MonotonicInstant] = []
      var length = Nanoseconds.zero

      init(_ loop: EventLoop, _ results: [CheckResult]) {
        self.loop = loop
        self.results = results
      }

      var processID: Int32? { nil }

      func begin(_ completion: @escaping (CheckResult) -> Void) {
        starts.append(loop.now)
        let result = results.count > 1 ? results.removeFirst() : results[0]
        _ = loop.schedule(after: length) { completion(result) }
      }

      func end() {}
      func kill() {}
    }

    private func turn(_ loop: EventLoop, until condition: () -> Bool) throws {
      let limit = MonotonicClock.now() + .seconds(30)
      while !condition(), MonotonicClock.now() < limit { try loop.turn(until: MonotonicClock.now() + .milliseconds(5)) }
      #expect(condition())
    }

    @Test("What cannot be ended, as a script on a dead disk, keeps a repaired check waiting for a while only")
    func aRunThatCannotBeEnded() throws {
      let loop = try EventLoop()
      let checks = Checks(loop: loop, log: LogWriter(STDERR_FILENO, format: .text, loop: loop))
      let stuck = WrittenWork(loop, [CheckResult(isSuccess: true, words: "")])
      stuck.length = .seconds(3600)
      let repaired = WrittenWork(loop, [CheckResult(isSuccess: true, words: "")])
      checks.adopt([.probe(probe(1))], work: { _ in stuck }, previous: { _ in nil })
      try turn(loop) { stuck.starts.count == 1 }
      checks.adopt([.probe(probe(2))], work: { _ in repaired }, previous: { _ in nil })
      try turn(loop) { repaired.starts.count > 2 }
      #expect(stuck.starts.count == 1)
      checks.stop()
    }

    /// A run that fails at its timeout and goes on until a test ends it.
    private final class StuckWork: CheckWork {
      private(set) var starts = 0
      private var completion: ((CheckResult) -> Void)?
      var processID: Int32? { nil }

      func begin(_ completion: @escaping (CheckResult) -> Void) {
        starts += 1
        self.completion = completion
        completion(CheckResult(isSuccess: false, goesOn: true, words: "cannot be ended"))
      }

      func end() { completion?(CheckResult(isSuccess: false, refusal: .shortage, words: "has ended at last")) }
      func kill() {}
    }

    @Test("A run that cannot be ended fails once more with each interval, alone, and its end says nothing")
    func aRunThatIsStuck() throws {
      let loop = try EventLoop()
      let work = StuckWork()
      var definition = probe(1, interval: .milliseconds(10))
      definition.schedule.fall = 3
      let before = TrackerFinding(.up, "")
      let check = Check(
        .probe(definition), work: work, loop: loop,
        history: Check.History(of: .probe(definition), resuming: before, at: loop.now))
      var verdicts: [TrackerStatus] = []
      check.onVerdict = { check, isNews in if isNews { verdicts.append(check.finding.status) } }
      let begin = loop.now
      check.start()
      try turn(loop) { !verdicts.isEmpty }
      #expect(verdicts == [.down] && check.finding.reason == "cannot be ended")
      #expect(loop.now - begin >= .milliseconds(20), "fall 3 wants three")
      #expect(work.starts == 1)
      work.end()
      try turn(loop) { work.starts == 2 }
      #expect(verdicts == [.down])
      check.kill()
    }

    @Test func aRunThatCouldNotAskCountsForNothingAndIsToldOnce() throws {
      let loop = try EventLoop()
      let up = CheckResult(isSuccess: true, words: "fine")
      let unasked = CheckResult(isSuccess: false, refusal: .shortage, words: "too many open files")
      let work = WrittenWork(loop, [up, unasked, unasked, unasked, up])
      let check = Check(.probe(probe(1, interval: .milliseconds(10))), work: work, loop: loop, history: nil)
      var verdicts: [TrackerStatus] = []
      var refusals: [String] = []
      check.onVerdict = { check, _ in verdicts.append(check.finding.status) }
      check.onRefusal = { refusals.append($1) }
      check.start()
      try turn(loop) { work.starts.count > 8 }
      #expect(verdicts == [.up] && refusals == ["too many open files"])
    }

    @Test("A probe that may not ask leaves the verdict, and without one it is untracked until it may")
    func aRunThatMayNotAsk() throws {
      let loop = try EventLoop()
      let up = CheckResult(isSuccess: true, words: "fine")
      let barred = CheckResult(isSuccess: false, refusal: .unasked, words: "permission denied")
      let work = WrittenWork(loop, [barred, barred, up, barred, up])
      let check = Check(.probe(probe(1, interval: .milliseconds(10))), work: work, loop: loop, history: nil)
      var verdicts: [TrackerStatus] = []
      var reasons: [String] = []
      check.onVerdict = { check, _ in
        verdicts.append(check.finding.status)
        reasons.append(check.finding.reason)
      }
      check.start()
      try turn(loop) { work.starts.count > 8 }
      #expect(verdicts == [.untracked, .up] && reasons == ["cannot tell: permission denied", "fine"])
    }

    @Test func aRunThatJustOverrunsIsFollowedAtOnceAndALongOneAtTheNextTime() throws {
      let loop = try EventLoop()
      func pace(_ length: Nanoseconds) throws -> Double {
        let work = WrittenWork(loop, [CheckResult(isSuccess: true, words: "")])
        work.length = length
        let check = Check(.probe(probe(1, interval: .milliseconds(40))), work: work, loop: loop, history: nil)
        check.start()
        try turn(loop) { work.starts.count > 6 }
        check.kill()
        return (work.starts[6] - work.starts[0]).inMilliseconds / 6
      }
      // Never quicker, and no slower than that while the machine has nothing else to do, which it has not all the time.
      func expect(_ pace: ClosedRange<Double>, whenRunsTake length: Nanoseconds) throws {
        var paces: [Double] = []
        repeat { paces.append(try measured(length)) } while paces.last.map(pace.contains) == false && paces.count < 30
        #expect(paces.allSatisfy { $0 >= pace.lowerBound } && paces.last.map(pace.contains) == true, "\(paces)")
      }
      func measured(_ length: Nanoseconds) throws -> Double { try pace(length) }
      // As a run does that uses up a timeout as long as the interval: it goes on at its pace.
      try expect(39...50, whenRunsTake: .milliseconds(41))
      // Well beyond the interval: every second time.
      try expect(78...95, whenRunsTake: .milliseconds(65))
      try expect(39...48, whenRunsTake: .zero)
    }

    @Test func startsAreSpreadOverASecondAtMost() {
      #expect(Checks.delay(of: 0, among: 1) == .zero)
      #expect(Checks.delay(of: 1, among: 2) == .milliseconds(10))
      #expect(Checks.delay(of: 499, among: 500) == .milliseconds(998))
      #expect(Checks.delay(of: 9999, among: 10_000) < .seconds(1))
    }
  }
}
