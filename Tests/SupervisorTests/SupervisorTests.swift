import ControlModel
import HostWithdrawal
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Supervisor

@Suite struct SupervisorTests {
  @Test func bringsAnEngineAndAProberUp() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    #expect(stage.processes.told == ["takeOver", "serve with 3"])
    #expect(stage.processes.started(.engine).first?.arguments == ["martlet", "engine"])
    #expect(stage.processes.started(.loader).first?.arguments.suffix(2) == ["--", "/nowhere.conf"])
  }

  @Test func theNextEngineGetsTheCrashedOnesBoardAndBundle() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    let crashed = try #require(stage.processes.living(.engine).first)
    let board = crashed.inode(at: .board)
    let bundle = crashed.inode(at: .bundle)
    #expect(crashed.inode(at: .previousBoard) == nil)
    crashed.end(.killed(signal: SIGSEGV))
    #expect(try stage.reaches { stage.processes.started(.engine).count == 2 })
    let next = try #require(stage.processes.living(.engine).first)
    #expect(next.arguments.last == "--goes-on")
    #expect(next.inode(at: .previousBoard) == board)
    #expect(next.inode(at: .bundle) == bundle)
    #expect(next.inode(at: .board) != board)
    #expect(try stage.reaches { stage.isServing })
    #expect(stage.withdrawal.performed.isEmpty)
  }

  @Test func threeCrashesWithdrawWhatTheBoardOwns() throws {
    let stage = try SupervisorStage()
    let address = try #require(IPAddress("192.0.2.1"))
    let prefix = try #require(IPPrefix(address, length: 24))
    for number in 1...3 {
      #expect(try stage.reaches { stage.isServing })
      let engine = try #require(stage.processes.living(.engine).first)
      let record = try #require(engine.board?.address(0))
      record.prefix = prefix
      record.interface = InterfaceIndex(rawValue: 7)
      record.isOwned = true
      engine.end(.killed(signal: SIGILL))
      let started = stage.processes.started(.engine).count
      #expect(started == number)
      if number < 3 { #expect(try stage.reaches { stage.processes.started(.engine).count > started }) }
    }
    #expect(try stage.reaches { stage.supervisor.exitCode != nil })
    #expect(stage.supervisor.exitCode == ExitCode.engineFailing.rawValue)
    let withdrawn = Withdrawal.Address(interface: InterfaceIndex(rawValue: 7), prefix: prefix)
    #expect(stage.withdrawal.performed.map(\.addresses) == [[withdrawn]])
    #expect(stage.processes.living(.prober).isEmpty)
  }

  @Test func aNewProberGetsAChannelToTheEngine() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    try #require(stage.processes.living(.prober).first).end(.killed(signal: SIGTRAP))
    #expect(try stage.reaches { stage.processes.started(.prober).count == 2 && stage.isServing })
    #expect(stage.processes.told == ["takeOver", "serve with 3", "proberLink", "serve with 3"])
    #expect(stage.processes.started(.engine).count == 1)
  }

  @Test("A prober can read the board of its engine, and nobody but the board's owner can open it to write")
  func theBoardIsTheEngines() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    let prober = try #require(stage.processes.living(.prober).first)
    let board = try #require(prober.servedBoard)
    #expect(board.access == O_RDONLY)
    #expect(board.mode == 0o600)
  }

  @Test("A prober that leaves everything unread is killed once and said to be so once")
  func oneThatDoesNotReadIsKilledOnce() throws {
    let stage = try SupervisorStage(showsLog: true)
    #expect(try stage.reaches { stage.isServing })
    let prober = try #require(stage.processes.living(.prober).first)
    prober.outlivesSignals = true
    // More answers than the channel has room for, all in one turn.
    let requester = ReloadRequester(prober: try #require(stage.supervisor.supervision.prober?.id), token: 1)
    stage.processes.load = ("<3>" + String(repeating: "e", count: 3000) + "\n", 2)
    for _ in 0..<40 {
      for _ in 0..<64 { stage.supervisor.enqueue(.reloadRequested(requester)) }
      try stage.supervisor.turn(until: MonotonicClock.now() + .milliseconds(1))
    }
    let end = MonotonicClock.now() + .seconds(5)
    while stage.supervisor.supervision.reload != nil, MonotonicClock.now() < end {
      try stage.supervisor.turn(until: MonotonicClock.now() + .milliseconds(5))
    }
    let lines = stage.log.split(separator: "\n").filter { $0.contains("does not read") }
    #expect(lines.count == 1)
    #expect(prober.signals == [SIGKILL])
    prober.outlivesSignals = false
  }

  private static let needsEvents = ConditionTrait.enabled(
    if: (try? ProcessSubscription()) != nil, "the kernel tells of processes only in its first network namespace")

  @Test(needsEvents) func aProberThatTracksProcessesIsToldOfThemUntilItDoesNot() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    let prober = try #require(stage.processes.living(.prober).first)
    func isSubscribed() -> Bool { stage.supervisor.probers.values.contains { $0.processEvents != nil } }
    prober.say(ProberReport.processEvents(wanted: true).encoded)
    #expect(try stage.reaches { stage.processes.told.last == "process events with 1" })
    #expect(isSubscribed())
    prober.say(ProberReport.processEvents(wanted: false).encoded)
    #expect(try stage.reaches { !isSubscribed() })
    prober.say(ProberReport.processEvents(wanted: true).encoded)
    func told() -> Int { stage.processes.told.filter { $0 == "process events with 1" }.count }
    #expect(try stage.reaches { told() == 2 })
    // The next one has to ask for itself.
    prober.end(.killed(signal: SIGKILL))
    #expect(try stage.reaches { stage.processes.started(.prober).count == 2 && stage.isServing })
    #expect(told() == 2)
    #expect(!isSubscribed())
  }

  @Test func whoAskedForAReloadLearnsWhatIsWrong() throws {
    let stage = try SupervisorStage()
    stage.processes.load = ("<4>b.conf:1:1: warning: w\n<3>b.conf:2:3: error: e\n<3>other\n", 2)
    #expect(try stage.reaches { stage.isServing })
    let prober = try #require(stage.processes.living(.prober).first)
    prober.say(ProberReport.reloadRequested(token: 5).encoded)
    #expect(try stage.reaches { stage.processes.told.last == "answer 2 b.conf:2:3: error: e (and 1 more)" })
    #expect(stage.processes.started(.engine).count == 1)
    #expect(stage.isServing)
  }

  @Test func reloadsThatCannotBeDoneKeepTheOldEngine() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    stage.processes.lastGoodEngine = 1
    let engine = try #require(stage.processes.living(.engine).first)
    for number in 1...5 {
      stage.supervisor.enqueue(.reloadRequested(nil))
      #expect(try stage.reaches { stage.processes.started(.engine).count == 1 + number && stage.isServing })
    }
    #expect(stage.processes.living(.engine).count == 1)
    #expect(stage.processes.living(.engine).first === engine)
    #expect(!stage.processes.told.contains("yield"))
  }

  @Test func stopsTheEngineThenTheProber() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    stage.supervisor.enqueue(.stopRequested)
    #expect(try stage.reaches { stage.supervisor.exitCode != nil })
    #expect(stage.supervisor.exitCode == 0)
    #expect(stage.processes.told.suffix(2) == ["shutdown", "prober shutdown"])
    #expect(stage.processes.all.allSatisfy { $0.signals.isEmpty })
  }

  @Test func anEngineThatStandsStillIsReplaced() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    stage.processes.heartbeatStands = true
    let engine = try #require(stage.processes.living(.engine).first)
    #expect(try stage.reaches { !engine.isAlive })
    #expect(engine.signals == [SIGKILL])
    stage.processes.heartbeatStands = false
    #expect(try stage.reaches { stage.isServing })
  }

  @Test func anExecutableThatIsNotThereIsOneLineAndACode() throws {
    let locks = try SupervisorStage()
    let supervisor = try Supervisor(
      options: SupervisorOptions(configurationPath: "/nowhere.conf"),
      addressLocks: locks.supervisor.addressLocks, log: SupervisorLog(format: .text, isSilent: true),
      service: ServiceNotification(environment: ProcessEnvironment([])), withdrawal: FakeWithdrawal(),
      launch: { (request) throws(SystemError) in
        throw SystemError(operation: "execute", errno: ENOENT, object: request.executable)
      })
    supervisor.start()
    #expect(supervisor.exitCode == ExitCode.failure.rawValue)
  }

  /// In a process of its own, where nothing else opens and closes descriptors.
  @Test func twoHundredReloadsAndCrashesLeaveNoDescriptor() async {
    await #expect(processExitsWith: .success) {
      let stage = try SupervisorStage()
      stage.processes.keepsHistory = false
      guard try stage.reaches({ stage.isServing }) else { exit(10) }
      func reload(_ count: Int) throws {
        for _ in 0..<count {
          let old = stage.processes.living(.engine).first
          stage.supervisor.enqueue(.reloadRequested(nil))
          guard try stage.reaches({ stage.isServing && stage.processes.living(.engine).first !== old }) else {
            exit(11)
          }
        }
      }
      try reload(5)
      let before = SupervisorStage.openDescriptors()
      let watched = stage.supervisor.reactor.watchedCount
      try reload(200)
      stage.processes.living(.engine).first?.end(.killed(signal: SIGSEGV))
      guard try stage.reaches({ !stage.isServing }), try stage.reaches({ stage.isServing }) else { exit(12) }
      stage.processes.living(.prober).first?.end(.killed(signal: SIGSEGV))
      guard try stage.reaches({ !stage.isServing }), try stage.reaches({ stage.isServing }) else { exit(13) }
      try reload(1)
      guard SupervisorStage.openDescriptors() == before else { exit(14) }
      guard stage.supervisor.reactor.watchedCount == watched else { exit(15) }
      exit(0)
    }
  }
}
