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

extension ProberTests {
  @Suite struct TrackedProcessTests {
    private static func definition(
      _ command: String, _ parameters: [String] = [], _ match: TrackedProcessDefinition.ParameterMatch = .none,
      full: Bool = false
    ) -> TrackedProcessDefinition {
      var definition = TrackedProcessDefinition(name: "p", command: command, parameters: parameters)
      definition.parameterMatch = match
      definition.usesCommandLine = full
      return definition
    }

    @Test(
      "A process is one of those meant by its name, or by its command line",
      arguments: [
        (definition("haproxy"), "haproxy", ["/usr/sbin/haproxy", "-Ws"], true),
        (definition("/usr/sbin/haproxy"), "haproxy", ["haproxy"], true),
        (definition("hap"), "haproxy", ["haproxy"], false),
        (definition("a-very-long-process-name"), "a-very-long-pro", [], true),
        (definition("sh", ["-c"], .exact), "sh", ["sh", "-c"], true),
        (definition("sh", ["-c"], .exact), "sh", ["sh", "-c", "x"], false),
        (definition("sh", [], .exact), "sh", ["sh"], true),
        (definition("sh", [], .exact), "sh", ["sh", "-c"], false),
        (definition("sh", ["-c"], .partial), "sh", ["sh", "-c", "x"], true),
        (definition("sh", ["-c", "x"], .partial), "sh", ["sh", "-c"], false),
        (definition("sh", ["-c", "/op"], .initial), "sh", ["sh", "-c", "/opt/x"], true),
        (definition("sh", ["-c", "/op"], .initial), "sh", ["sh", "-d", "/opt/x"], false),
        (definition("/bin/x", full: true), "x", ["/bin/x", "-y"], true),
        (definition("x", full: true), "x", ["/bin/x"], false),
        (definition("x", full: true), "x", [], false),
      ])
    func matching(definition: TrackedProcessDefinition, name: String, arguments: [String], isOne: Bool) {
      #expect(definition.matches(ProcessIdentity(name: name, arguments: arguments)) == isOne)
    }

    @Test(
      "So many processes are well or not",
      arguments: [
        (1, nil, 0, false), (1, nil, 1, true), (1, nil, 9, true), (2, 3, 1, false), (2, 3, 3, true), (2, 3, 4, false),
        (1, 0, 0, true), (1, 0, 1, false),
      ] as [(Int, Int?, Int, Bool)])
    func counts(quorum: Int, most: Int?, count: Int, isWell: Bool) {
      var definition = Self.definition("x")
      (definition.quorum, definition.greatestCount) = (quorum, most)
      #expect(definition.isWell(count: count) == isWell)
    }

    @Test(
      "Where processes may be hidden, what was never seen is untracked and not down, be some wanted or none",
      arguments: [nil, 0, 2] as [Int?])
    func hidden(most: Int?) throws {
      let rig = try TrackedProcessRig()
      (rig.hidesAll, rig.obstacle) = (true, "/proc hides them")
      try rig.run("stay")
      rig.adopt { $0.greatestCount = most }
      #expect(rig.said == [.untracked] && rig.reason == "cannot tell: /proc hides them")
      #expect(rig.processes.findings.map(\.1.status) == [.untracked])
      // Seen at last, it is judged like any other.
      (rig.hidesAll, rig.obstacle) = (false, nil)
      #expect(try rig.wait(for: [.untracked, most == 0 ? .down : .up]))
    }

    @Test("A verdict from before is left as it is where processes may be hidden", arguments: [true, false])
    func hiddenLater(wasUp: Bool) throws {
      let rig = try TrackedProcessRig()
      (rig.hidesAll, rig.obstacle) = (true, "/proc hides them")
      let status: TrackerStatus = wasUp ? .up : .down
      rig.adopt(
        previous: TrackerFinding(status, ""))
      let passes = rig.processes.passes
      let end = MonotonicClock.now() + .seconds(10)
      while rig.processes.passes < passes + 2, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.processes.passes >= passes + 2)
      #expect(rig.said == [] && rig.processes.findings.map(\.1.status) == [status])
    }

    @Test("Who has seen the processes that count sees them end, though others may be hidden")
    func seenAmongHidden() throws {
      let rig = try TrackedProcessRig()
      rig.obstacle = "/proc hides them"
      try rig.run("stay")
      rig.adopt()
      #expect(try rig.wait(for: [.up]))
      rig.killAll()
      #expect(try rig.wait(for: [.up, .down]))
    }

    @Test("A process that counts and is hidden from one moment on still counts until it ends")
    func hiddenMeanwhile() throws {
      let rig = try TrackedProcessRig()
      try rig.run("stay")
      rig.adopt()
      #expect(try rig.wait(for: [.up]))
      rig.hidesAll = true
      let passes = rig.processes.passes
      let end = MonotonicClock.now() + .seconds(10)
      while rig.processes.passes < passes + 2, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.processes.passes >= passes + 2 && rig.said == [.up])
      rig.killAll()
      #expect(try rig.wait(for: [.up, .down]))
    }

    @Test("A quorum is gained and lost with the processes")
    func quorum() throws {
      let rig = try TrackedProcessRig()
      rig.adopt { $0.quorum = 2 }
      #expect(rig.said == [.down])
      try rig.run()
      try rig.run()
      #expect(try rig.wait(for: [.down, .up]))
      rig.killOne()
      #expect(try rig.wait(for: [.down, .up, .down]))
      try rig.run()
      #expect(try rig.wait(for: [.down, .up, .down, .up]))
    }

    @Test("Where other processes are meant under a name, its verdict holds as long as after any other change")
    func otherProcesses() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt()
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      let before = rig.said
      let change = rig.loop.now
      rig.adopt { ($0.command, $0.terminateDelay) = ("no-such-program", .milliseconds(400)) }
      #expect(rig.said == before)
      #expect(try rig.wait(for: before + [.down]))
      let lasted = rig.loop.now - change
      #expect(lasted >= .milliseconds(400), "\(lasted)")
    }

    @Test("A process that has ended counts no more, though nobody has asked how it ended")
    func unreaped() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt()
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      let before = rig.said
      rig.killOneAndLeaveIt()
      #expect(try rig.wait(for: before + [.down]))
      let passes = rig.processes.passes
      let end = MonotonicClock.now() + .seconds(30)
      while rig.processes.passes < passes + 2, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.said == before + [.down])
    }

    @Test("One that starts its successor and ends while somebody looks has handed over all the same")
    func handOverDuringALook() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt()
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      let before = rig.said
      for _ in 0..<2 { try rig.runSuccessor(isForked: false) }
      // The first look finds one that is gone by the time when it is looked at, and the one that it had started has come since.
      let middle = rig.running[1]
      rig.killSecond()
      rig.lists = [[middle], [middle, rig.running[1]]]
      rig.killFirst()
      let end = MonotonicClock.now() + .seconds(30)
      while !rig.lists.isEmpty, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.lists == [] && rig.said == before)
    }

    @Test("A process whose first thread has ended goes on, though it has no arguments any more")
    func firstThread() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt { ($0.command, $0.parameters, $0.parameterMatch) = ("/bin/sh", [rig.program], .partial) }
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      let before = rig.said
      rig.arguments = []
      func goOn() throws {
        let passes = rig.processes.passes
        let end = MonotonicClock.now() + .seconds(30)
        while rig.processes.passes < passes + 2, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      }
      try goOn()
      #expect(rig.said == before)
      // Other arguments make another of it, and its end is its end.
      rig.arguments = ["/bin/sh", "other"]
      #expect(try rig.wait(for: before + [.down]))
      rig.arguments = ["/bin/sh", rig.program]
      #expect(try rig.wait(for: before + [.down, .up]))
      rig.arguments = []
      try goOn()
      rig.killOne()
      #expect(try rig.wait(for: before + [.down, .up, .down]))
    }

    @Test(
      "A process that hands over to another and ends is no loss, though nobody has looked since",
      arguments: [false, true])
    func handOver(isForked: Bool) throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt()
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      try expectNoLoss(rig, isForked: isForked)
    }

    @Test("Neither where the kernel tells of it", needsEvents, arguments: [false, true])
    func handOverTold(isForked: Bool) throws {
      let rig = try TrackedProcessRig()
      let subscription = try ProcessSubscription()
      try rig.run()
      rig.adopt()
      rig.processes.listen(
        ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue))), mark: subscription.mark)
      let end = MonotonicClock.now() + .seconds(30)
      while !rig.processes.isTold || rig.said.last != .up, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      try expectNoLoss(rig, isForked: isForked)
    }

    @Test("Nor where the kernel has told more of others than is read at once", needsEvents)
    func handOverAmongOthers() throws {
      let rig = try TrackedProcessRig()
      let subscription = try ProcessSubscription()
      try rig.run()
      rig.adopt()
      rig.processes.listen(
        ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue))), mark: subscription.mark)
      let end = MonotonicClock.now() + .seconds(30)
      while !rig.processes.isTold || rig.said.last != .up, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      let before = rig.said
      #expect(before.last == .up)
      let others = try ChildProcess(
        SpawnRequest(
          executable: "/bin/sh", arguments: ["sh", "-c", "i=0; while [ $i -lt 1500 ]; do (:); i=$((i+1)); done"],
          environment: []))
      awaitEnd(of: others)
      try rig.runSuccessor(isForked: false)
      rig.killFirst()
      let quiet = MonotonicClock.now() + .milliseconds(200)
      while MonotonicClock.now() < quiet { try rig.loop.turn(until: quiet) }
      #expect(rig.said == before)
    }

    private func expectNoLoss(_ rig: TrackedProcessRig, isForked: Bool) throws {
      let before = rig.said
      #expect(before.last == .up)
      for _ in 0..<20 {
        try rig.runSuccessor(isForked: isForked)
        rig.killFirst()
        let end = MonotonicClock.now() + .milliseconds(20)
        while MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      }
      #expect(rig.said == before)
    }

    @Test("Too many are a failure where there is a greatest number")
    func tooMany() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt { $0.greatestCount = 0 }
      #expect(try rig.wait(for: [.down]) || rig.said == [.up, .down])
      rig.killOne()
      #expect(try rig.wait(for: rig.said + [.up]))
    }

    /// Whether the kernel tells of processes where the tests run: it does so in its first namespaces, and only root.
    static var isTold: Bool {
      guard let subscription = try? ProcessSubscription() else { return false }
      let reader = ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue)))
      for _ in 0..<1000 {
        switch try? reader.next() {
        case .event(.subscribed(subscription.mark)): return true
        case .wouldBlock, nil: return false
        default: continue
        }
      }
      return false
    }
    static let needsEvents = ConditionTrait.enabled(
      if: isTold, "the kernel tells of processes only in its first network, process and user namespaces")

    @Test("Where the kernel tells of processes, they are known without another pass", needsEvents)
    func events() throws {
      let rig = try TrackedProcessRig()
      var wishes: [Bool] = []
      rig.processes.onWish = { wishes.append($0) }
      let subscription = try ProcessSubscription()
      rig.adopt { $0.quorum = 2 }
      #expect(wishes == [true])
      rig.processes.listen(
        ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue))), mark: subscription.mark)
      let end = MonotonicClock.now() + .seconds(30)
      while !rig.processes.isTold, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.processes.isTold)
      let (begin, passes) = (MonotonicClock.now(), rig.processes.passes)
      try rig.run()
      try rig.run()
      #expect(try rig.wait(for: [.down, .up]))
      rig.killOne()
      #expect(try rig.wait(for: [.down, .up, .down]))
      try rig.run()
      #expect(try rig.wait(for: [.down, .up, .down, .up]))
      // All without a pass, of which there are few where the kernel tells.
      #expect(rig.processes.passes == passes || MonotonicClock.now() >= begin + TrackedProcesses.rarePassInterval)
      rig.processes.adopt([]) { _ in nil }
      #expect(wishes == [true, false])
      #expect(!rig.processes.isTold)
    }

    @Test("An answer to somebody else's subscription is none to ours, and passes go on", needsEvents)
    func othersAnswer() throws {
      let rig = try TrackedProcessRig()
      let subscription = try ProcessSubscription()
      rig.adopt()
      rig.processes.listen(
        ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue))), mark: subscription.mark &+ 1)
      let passes = rig.processes.passes
      let end = MonotonicClock.now() + .seconds(30)
      while rig.processes.passes < passes + 2, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.processes.passes >= passes + 2)
      #expect(!rig.processes.isTold)
    }

    @Test("Events that found no room lead to one pass", needsEvents)
    func overrun() throws {
      let rig = try TrackedProcessRig()
      let subscription = try ProcessSubscription()
      // The least room that a socket can have.
      var room: Int32 = 1
      setsockopt(subscription.rawValue, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
      rig.adopt { $0.quorum = 3 }
      rig.processes.listen(
        ProcessEventReader(FileDescriptor(owning: dup(subscription.rawValue))), mark: subscription.mark)
      let end = MonotonicClock.now() + .seconds(30)
      while !rig.processes.isTold, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      let passes = rig.processes.passes
      // All have become what they are to be before anybody looks, so that none of it comes after the look.
      for _ in 0..<20 { try rig.runSuccessor(isForked: false) }
      #expect(try rig.wait(for: [.down, .up]))
      #expect(rig.processes.passes == passes + 1)
    }

    @Test("A restart within terminate_delay is no loss")
    func restart() throws {
      let rig = try TrackedProcessRig()
      try rig.run()
      rig.adopt { $0.terminateDelay = .seconds(8) }
      #expect(try rig.wait(for: [.up]) || rig.said == [.down, .up])
      let before = rig.said
      rig.killOne()
      try rig.run()
      // Two passes: the end is known by the pidfd at once, the successor by the next pass.
      let end = MonotonicClock.now() + TrackedProcesses.passInterval * 3
      while MonotonicClock.now() < end { try rig.loop.turn(until: end) }
      #expect(rig.said == before)
      #expect(rig.processes.findings.map(\.1.status) == [.up])
    }
  }
}
