import ControlModel
import NetworkTypes
import Testing

@testable import Supervisor

@Suite struct StartTests {
  @Test func startsInOrderAndSaysReadyOnceEngineAndProberAre() {
    var harness = SupervisionHarness()
    #expect(harness.actions == [.startLoader(.first)])
    #expect(
      harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
        == [.startEngine(.first, bundle: .first, adopting: nil), .startProber(.first)])
    #expect(harness.send(.engineReported(.first, .ready)) == [.command(.first, .takeOver)])
    #expect(
      harness.send(.engineReported(.first, .running)) == [.serve(.first, engine: .first, bundle: .first)])
    #expect(harness.send(.proberReady(.first)) == [.announce(.ready)])
  }

  @Test(arguments: [ExitCode.configuration, .failure])
  func aLoaderThatFailsEndsTheService(code: ExitCode) {
    var harness = SupervisionHarness()
    #expect(
      harness.send(.loaderEnded(.first, .exited(code.rawValue), complaint: "")).deeds == [.end(code.rawValue)])
  }

  @Test(arguments: [ExitCode.missingInterface, .missingCapability, .alreadyServed])
  func anEngineThatNeverGetsReadyEndsTheServiceWithItsCode(code: ExitCode) {
    var harness = SupervisionHarness()
    harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    let ended = harness.send(.engineEnded(.first, .exited(code.rawValue)))
    #expect(ended.deeds == [.shutdownProber(.first)])
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [.end(code.rawValue)])
  }

  @Test func aFirstEngineThatIsNotReadyInTimeIsKilled() {
    var harness = SupervisionHarness()
    harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    #expect(harness.waitForDeadline().deeds == [.killEngine(.first), .shutdownProber(.first)])
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [.end(ExitCode.failure.rawValue)])
  }

  @Test func anEngineThatDiesOnItsFirstTakeOverLeavesNoAddress() {
    var harness = SupervisionHarness()
    harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    harness.send(.engineReported(.first, .ready))
    let died = harness.send(.engineEnded(.first, .killed(signal: 11))).deeds
    #expect(died == [.withdraw([.first]), .shutdownProber(.first)])
  }
}

@Suite struct CrashTests {
  @Test func aNewEngineAdoptsTheBoardOfTheOneThatCrashed() {
    var harness = SupervisionHarness()
    harness.bringUp()
    #expect(
      harness.send(.engineEnded(.first, .killed(signal: 9))).deeds
        == [.startEngine(.second, bundle: .first, adopting: .first)])
    #expect(harness.supervision.retainedBoards == [.first, .second])
    #expect(harness.send(.engineReported(.second, .ready)) == [.command(.second, .takeOver)])
    #expect(
      harness.send(.engineReported(.second, .running)) == [.serve(.first, engine: .second, bundle: .first)])
    #expect(harness.supervision.retainedBoards == [.second])
  }

  @Test func anEngineThatCrashesBeforeItRunsPassesOnTheTrueBoard() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.engineEnded(.first, .killed(signal: 4)))
    harness.send(.engineReported(.second, .ready))
    let crashed = harness.send(.engineEnded(.second, .killed(signal: 4))).deeds
    #expect(crashed == [.startEngine(.third, bundle: .first, adopting: .first)])
  }

  @Test func threeCrashesInTenSecondsWithdraw() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for engine in [EngineID.first, .second] {
      harness.send(.engineEnded(engine, .killed(signal: 4)))
      let next = EngineID(rawValue: engine.rawValue + 1)
      harness.send(.engineReported(next, .ready))
      harness.send(.engineReported(next, .running))
      harness.wait(.seconds(2))
    }
    #expect(
      harness.send(.engineEnded(.third, .killed(signal: 4))).deeds == [.withdraw([.third]), .shutdownProber(.first)])
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [.end(ExitCode.engineFailing.rawValue)])
  }

  @Test(
    "An engine that is ending is replaced before the kernel has taken it apart, and its end is told once it is known")
  func lostEngineIsReplacedAtOnce() {
    var harness = SupervisionHarness()
    harness.bringUp()
    let lost = harness.send(.engineLost(.first))
    #expect(lost == [.killEngine(.first), .startEngine(.second, bundle: .first, adopting: .first)])
    #expect(harness.supervision.retainedBoards == [.first, .second])
    let ended = harness.send(.engineEnded(.first, .killed(signal: 11)))
    #expect(ended == [.log(.error, "the engine was ended by SIGSEGV; a new engine goes on from its state")])
    harness.send(.engineReported(.second, .ready))
    harness.send(.engineReported(.second, .running))
    #expect(harness.supervision.current?.stage == .running)
  }

  @Test("Engines that are lost again and again make it give up as those that end do")
  func lostEnginesCountAsCrashes() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for engine in [EngineID.first, .second] {
      harness.send(.engineLost(engine))
      harness.send(.engineEnded(engine, .killed(signal: 9)))
      let next = EngineID(rawValue: engine.rawValue + 1)
      harness.send(.engineReported(next, .ready))
      harness.send(.engineReported(next, .running))
    }
    #expect(!harness.send(.engineLost(.third)).contains(.withdraw([.third])))
    // The kernel may still do what the dying engine asked for.
    let gone = harness.send(.engineEnded(.third, .killed(signal: 9)))
    #expect(gone.deeds == [.withdraw([.third]), .shutdownProber(.first)])
  }

  @Test(
    "The closed channel of an engine that is told to yield, to stop, or has not run yet says nothing new",
    arguments: ["preparing", "yielding", "stopping", "old"])
  func otherChannelsMayClose(stage: String) {
    var harness = SupervisionHarness()
    if stage == "preparing" {
      harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    } else {
      harness.bringUp()
    }
    if stage == "yielding" {
      harness.send(.reloadRequested(nil))
      harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
      harness.send(.engineReported(.second, .ready))
    }
    if stage == "stopping" { harness.send(.stopRequested) }
    if stage == "old" { harness.reload(to: .second, bundle: .second) }
    #expect(harness.send(.engineLost(.first)).isEmpty)
  }

  @Test func crashesFarApartNeverWithdraw() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for number in 1...20 as ClosedRange<UInt64> {
      let next = EngineID(rawValue: number + 1)
      let made = harness.send(.engineEnded(EngineID(rawValue: number), .killed(signal: 4))).deeds
      #expect(made == [.startEngine(next, bundle: .first, adopting: EngineID(rawValue: number))])
      harness.send(.engineReported(next, .ready))
      harness.send(.engineReported(next, .running))
      harness.wait(.seconds(6))
    }
  }

  @Test func anEngineThatIsNotReadyInTimeAfterACrashWithdraws() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.engineEnded(.first, .killed(signal: 4)))
    #expect(harness.waitForDeadline().deeds == [.killEngine(.second)])
    #expect(
      harness.send(.engineEnded(.second, .killed(signal: 9))).deeds
        == [.withdraw([.first, .second]), .shutdownProber(.first)])
  }

  @Test func anEngineThatStandsStillIsReplaced() {
    var harness = SupervisionHarness()
    harness.bringUp()
    let time = harness.now
    harness.send(.heartbeat(.first, time))
    #expect(harness.supervision.isAlive)
    for _ in 1...5 { #expect(harness.send(.heartbeat(.first, time)) == []) }
    #expect(!harness.supervision.isAlive)
    #expect(
      harness.send(.heartbeat(.first, time)).deeds
        == [.killEngine(.first), .startEngine(.second, bundle: .first, adopting: .first)])
    #expect(harness.supervision.isAlive)
    #expect(harness.send(.engineEnded(.first, .killed(signal: 9))) == [])
  }

  @Test func anEngineThatMovesIsLeftAlone() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for count in 0..<100 {
      harness.wait(.milliseconds(500))
      #expect(harness.send(.heartbeat(.first, harness.now - .milliseconds(Int64(count % 7)))) == [])
    }
  }
}

@Suite struct ProberTests {
  @Test func aDeadProberIsStartedAgainAndServed() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.wait(.seconds(5))
    #expect(
      harness.send(.proberEnded(.first, .killed(signal: 11))).deeds
        == [.startProber(.second), .serve(.second, engine: .first, bundle: .first)])
    #expect(harness.send(.proberReady(.second)) == [])
  }

  @Test func aProberThatKeepsDyingIsStartedOnceASecond() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.wait(.seconds(5))
    harness.send(.proberEnded(.first, .exited(1)))
    for number in 2...20 as ClosedRange<UInt64> {
      let before = harness.now
      #expect(harness.send(.proberEnded(ProberID(rawValue: number), .exited(1))).deeds == [])
      let next = ProberID(rawValue: number + 1)
      #expect(harness.waitForDeadline() == [.startProber(next), .serve(next, engine: .first, bundle: .first)])
      #expect(harness.now - before == .seconds(1))
    }
  }

  @Test func aProberThatLeavesTwentyQuestionsUnansweredIsKilledAndReplaced() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for _ in 1...50 {
      #expect(harness.send(.proberCheck) == [.pingProber(.first)])
      harness.send(.proberAlive(.first))
    }
    for _ in 1...20 { #expect(harness.send(.proberCheck) == [.pingProber(.first)]) }
    #expect(harness.send(.proberCheck).deeds == [.killProber(.first)])
    #expect(harness.send(.proberCheck) == [])
    harness.wait(.seconds(5))
    let ended = harness.send(.proberEnded(.first, .killed(signal: 9))).deeds
    #expect(ended.contains(.startProber(.second)))
    // It has a minute to read its configuration, and no longer: one that stands still before it is ready is replaced too.
    for _ in 1...120 { #expect(harness.send(.proberCheck) == [.pingProber(.second)]) }
    #expect(harness.send(.proberCheck).deeds == [.killProber(.second)])
    #expect(harness.send(.proberCheck) == [])
    harness.wait(.seconds(5))
    let again = harness.send(.proberEnded(.second, .killed(signal: 9))).deeds
    #expect(again.contains(.startProber(ProberID(rawValue: 3))))
  }

  @Test func aProberThatDiesBeforeTheEngineRunsIsServedOnceItDoes() {
    var harness = SupervisionHarness()
    harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    harness.send(.proberEnded(.first, .exited(1)))
    #expect(harness.waitForDeadline() == [.startProber(.second)])
    harness.send(.engineReported(.first, .ready))
    #expect(
      harness.send(.engineReported(.first, .running)) == [.serve(.second, engine: .first, bundle: .first)])
    #expect(harness.send(.proberReady(.second)) == [.announce(.ready)])
  }
}
