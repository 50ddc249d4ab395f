import ControlModel
import NetworkTypes
import Testing

@testable import Supervisor

@Suite struct ReloadTests {
  private let requester = ReloadRequester(prober: .first, token: 7)

  @Test func handsOverFromTheOldEngineToTheNew() {
    var harness = SupervisionHarness()
    harness.bringUp()
    #expect(
      harness.send(.reloadRequested(requester)) == [
        .announce(.reloading), .startReloadLoader(.second, inForce: .first, allowsEmpty: false),
      ])
    #expect(
      harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
        == [.startEngine(.second, bundle: .second, adopting: .first)])
    #expect(harness.send(.engineReported(.second, .ready)) == [.command(.first, .yield)])
    #expect(harness.send(.engineReported(.first, .yielded)) == [.command(.second, .takeOver)])
    #expect(harness.send(.engineEnded(.first, .exited(0))) == [])
    #expect(
      harness.send(.engineReported(.second, .running)).deeds == [
        .serve(.first, engine: .second, bundle: .second), .answer(requester, code: 0, message: ""),
        .announce(.ready),
      ])
    #expect(harness.supervision.retainedBoards == [.second])
    #expect(harness.supervision.retainedBundles == [.second])
  }

  @Test func aConfigurationWithErrorsChangesNothing() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    let failed = harness.send(.loaderEnded(.second, .exited(2), complaint: "a.conf:3:1: error: what")).deeds
    #expect(failed == [.answer(requester, code: 2, message: "a.conf:3:1: error: what"), .announce(.ready)])
    #expect(harness.supervision.current?.id == .first)
    #expect(harness.supervision.retainedBundles == [.first])
  }

  @Test func anEngineWhoseInterfacesMovedIsReplacedByOneWithTheSameConfiguration() {
    var harness = SupervisionHarness()
    harness.bringUp()
    #expect(
      harness.send(.engineReported(.first, .interfacesMoved)).deeds
        == [.startEngine(.second, bundle: .first, adopting: .first)])
    // More of them meanwhile change nothing: the new engine looks for itself.
    #expect(harness.send(.engineReported(.first, .interfacesMoved)).deeds == [])
    #expect(harness.send(.engineReported(.second, .ready)) == [.command(.first, .yield)])
    #expect(harness.send(.engineReported(.first, .yielded)) == [.command(.second, .takeOver)])
    #expect(
      harness.send(.engineReported(.second, .running)).deeds == [
        .serve(.first, engine: .second, bundle: .first), .announce(.ready),
      ])
    #expect(harness.supervision.reload == nil)
  }

  @Test func interfacesThatMoveDuringAReloadLeadToAnotherEngineOnlyIfItFails() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    #expect(harness.send(.engineReported(.first, .interfacesMoved)).deeds == [])
    let deeds = harness.send(.loaderEnded(.second, .exited(2), complaint: "what")).deeds
    #expect(deeds.contains(.startEngine(.second, bundle: .first, adopting: .first)))
  }

  @Test("However often a prober asks for a reload, so many requests wait, and the others are answered at once")
  func requestsAreBounded() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    var turnedAway = 0
    for token in 0..<5000 as Range<UInt32> {
      let actions = harness.send(.reloadRequested(ReloadRequester(prober: .first, token: token)))
      turnedAway += actions.count { if case .answer = $0 { true } else { false } }
    }
    let waiting = harness.supervision.queued?.count ?? 0
    #expect(waiting >= 128 && waiting <= 256 && turnedAway == 5000 - waiting)
    // Signals have nobody to answer, and lead to one more reload all the same.
    #expect(harness.send(.reloadRequested(nil)) == [])
  }

  @Test func anEngineThatCannotGetReadyChangesNothing() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    let failed = harness.send(.engineEnded(.second, .exited(3))).deeds
    #expect(
      failed == [
        .answer(
          requester, code: 3,
          message:
            "the new engine ended with code 3 (an interface that the configuration names does not exist, the log says which) before it was ready"
        ),
        .announce(.ready),
      ])
    #expect(harness.supervision.current?.stage == .running)
    #expect(harness.supervision.retainedBoards == [.first])
  }

  @Test func beingToldToStopIsNotForgottenWhenTheNextEngineDiesDuringTheHandOver() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    #expect(harness.send(.stopRequested).deeds == [])
    let deeds = harness.send(.engineEnded(.second, .killed(signal: 9))).deeds
    #expect(deeds.contains(.command(.first, .shutdown)))
    // It has let go by then, and what lets go does not withdraw.
    #expect(harness.send(.engineEnded(.first, .exited(0))).deeds == [.withdraw([.first]), .shutdownProber(.first)])
  }

  @Test func aKilledEngineThatIsNotGoneInTimeIsWithdrawnFromAtOnceAndAtTheEnd() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.stopRequested)
    #expect(harness.waitForDeadline().deeds == [.killEngine(.first)])
    let killed = harness.now
    #expect(harness.waitForDeadline().deeds == [.withdraw([.first]), .shutdownProber(.first)])
    #expect(harness.now - killed == .seconds(1))
    #expect(harness.supervision.retainedBoards == [.first])
    let last = harness.send(.proberEnded(.first, .exited(0))).deeds
    #expect(last == [.withdraw([.first]), .end(0)])
  }

  @Test func anEngineThatIsNotReadyInTimeChangesNothing() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    let failed = harness.waitForDeadline().deeds
    #expect(failed.first == .killEngine(.second))
    #expect(harness.supervision.current?.id == .first)
    #expect(harness.send(.engineEnded(.second, .killed(signal: 9))) == [])
  }

  @Test func anOldEngineThatDoesNotLetGoIsKilled() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    #expect(harness.waitForDeadline().deeds == [.killEngine(.first), .command(.second, .takeOver)])
    #expect(harness.supervision.retainedBoards.contains(.first))
  }

  @Test func anOldEngineThatYieldsAndStaysIsKilledLater() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    harness.send(.engineReported(.first, .yielded))
    harness.send(.engineReported(.second, .running))
    #expect(harness.waitForDeadline() == [.killEngine(.first)])
    #expect(harness.send(.engineEnded(.first, .killed(signal: 9))) == [])
  }

  @Test func anEngineThatDiesOnTakingOverGivesWayToTheOldConfiguration() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    harness.send(.engineReported(.first, .yielded))
    let died = harness.send(.engineEnded(.second, .killed(signal: 4))).deeds
    #expect(died.contains(.removeLeftovers(of: .second, notOn: .first)))
    #expect(died.last == .startEngine(.third, bundle: .first, adopting: .first))
    #expect(died.contains { if case .answer(requester, let code, _) = $0 { code != 0 } else { false } })
    #expect(harness.supervision.retainedBoards == [.first, .third])
  }

  @Test func anOldEngineThatCrashesWhileTheNewPreparesIsReplacedFirst() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    #expect(
      harness.send(.engineEnded(.first, .killed(signal: 4))).deeds
        == [.killEngine(.second), .startEngine(.third, bundle: .first, adopting: .first)])
    harness.send(.engineReported(.third, .ready))
    let running = harness.send(.engineReported(.third, .running)).deeds
    #expect(running.contains(.startReloadLoader(.third, inForce: .first, allowsEmpty: false)))
    #expect(!running.contains { if case .answer = $0 { true } else { false } })
  }

  @Test func requestsDuringAReloadShareOneMore() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    for _ in 0..<50 { #expect(harness.send(.reloadRequested(requester)) == []) }
    let first = harness.send(.loaderEnded(.second, .exited(2), complaint: "no")).deeds
    #expect(
      first == [
        .announce(.ready), .announce(.reloading),
        .startReloadLoader(.third, inForce: .first, allowsEmpty: false),
      ])
    let second = harness.send(.loaderEnded(.third, .exited(2), complaint: "no")).deeds
    #expect(second.count { $0 == .answer(requester, code: 2, message: "no") } == 50)
    #expect(!second.contains { if case .startReloadLoader = $0 { true } else { false } })
  }

  @Test("A file that leaves nothing is taken if one of those who share the reload says that it may be")
  func whoAllowsAnEmptyFile() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.reloadRequested(requester))
    harness.send(.reloadRequested(ReloadRequester(prober: .first, token: 8, allowsEmpty: true)))
    let next = harness.send(.loaderEnded(.second, .exited(2), complaint: "no")).deeds
    #expect(next.last == .startReloadLoader(.third, inForce: .first, allowsEmpty: true))
    // It holds for this one reload.
    harness.send(.loaderEnded(.third, .exited(2), complaint: "no"))
    #expect(
      harness.send(.reloadRequested(requester)).last
        == .startReloadLoader(BundleID(rawValue: 4), inForce: .first, allowsEmpty: false))
  }

  @Test func aReloadAskedForBeforeTheStartIsDoneComesAfterIt() {
    var harness = SupervisionHarness()
    #expect(harness.send(.reloadRequested(nil)) == [])
    harness.send(.loaderEnded(.first, .exited(0), complaint: ""))
    harness.send(.engineReported(.first, .ready))
    #expect(
      harness.send(.engineReported(.first, .running))
        .contains(.startReloadLoader(.second, inForce: .first, allowsEmpty: false)))
  }

  @Test func aThousandReloadsKeepNothing() {
    var harness = SupervisionHarness()
    harness.bringUp()
    for number in 2...1001 as ClosedRange<UInt64> {
      harness.reload(to: EngineID(rawValue: number), bundle: BundleID(rawValue: number))
      #expect(harness.supervision.retainedBoards == [EngineID(rawValue: number)])
      #expect(harness.supervision.retainedBundles == [BundleID(rawValue: number)])
    }
    #expect(harness.supervision.retiring.isEmpty)
    #expect(harness.supervision.nextDeadline == nil)
  }
}

@Suite struct StopTests {
  @Test func theEngineWithdrawsBeforeTheProberEnds() {
    var harness = SupervisionHarness()
    harness.bringUp()
    #expect(harness.send(.stopRequested) == [.announce(.stopping), .command(.first, .shutdown)])
    #expect(harness.send(.stopRequested) == [])
    #expect(harness.send(.engineEnded(.first, .exited(0))) == [.shutdownProber(.first)])
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [.end(0)])
    #expect(harness.supervision.retainedBoards.isEmpty)
  }

  @Test func anEngineThatDoesNotStopIsKilledAndItsAddressesWithdrawn() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.stopRequested)
    #expect(harness.waitForDeadline().deeds == [.killEngine(.first)])
    #expect(harness.supervision.retainedBoards == [.first])
    #expect(
      harness.send(.engineEnded(.first, .killed(signal: 9))).deeds == [.withdraw([.first]), .shutdownProber(.first)])
    #expect(harness.waitForDeadline().deeds == [.killProber(.first), .end(0)])
  }

  @Test func anEngineThatCrashesWhileStoppingIsNotReplaced() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.stopRequested)
    #expect(
      harness.send(.engineEnded(.first, .killed(signal: 11))).deeds == [.withdraw([.first]), .shutdownProber(.first)])
  }

  @Test func aStopDuringTheLoadEndsAtOnce() {
    var harness = SupervisionHarness()
    #expect(harness.send(.stopRequested) == [.killLoader, .end(0)])
  }

  @Test func aStopDuringAHandOverReachesTheNewEngine() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    #expect(harness.send(.stopRequested) == [])
    #expect(
      harness.send(.engineReported(.first, .yielded))
        == [.command(.second, .takeOver), .announce(.stopping), .command(.second, .shutdown)])
    #expect(harness.send(.engineEnded(.second, .exited(0))) == [.shutdownProber(.first)])
  }

  @Test func aStopAfterACrashWithdrawsTheTrueBoard() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.engineEnded(.first, .killed(signal: 4)))
    #expect(
      harness.send(.stopRequested)
        == [.announce(.stopping), .killEngine(.second), .withdraw([.first, .second]), .shutdownProber(.first)])
  }

  @Test func aStopWaitsForAnEngineThatStoodStillAndIsNotGoneYet() {
    var harness = SupervisionHarness()
    harness.bringUp()
    let time = harness.now
    for _ in 0...6 { harness.send(.heartbeat(.first, time)) }
    #expect(harness.send(.stopRequested) == [.announce(.stopping), .killEngine(.second)])
    #expect(
      harness.send(.engineEnded(.first, .killed(signal: 9)))
        == [.withdraw([.first, .second]), .shutdownProber(.first)])
  }

  @Test func aProberThatEndsBeforeTheKilledEngineDelaysNothing() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.stopRequested)
    harness.waitForDeadline()
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [])
    #expect(harness.send(.engineEnded(.first, .killed(signal: 9))) == [.withdraw([.first]), .end(0)])
  }

  @Test func aStopDuringAReloadAnswersWhoAskedForIt() {
    let requester = ReloadRequester(prober: .first, token: 3)
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(requester))
    let stopped = harness.send(.stopRequested)
    #expect(stopped.contains(.killLoader))
    #expect(stopped.contains(.answer(requester, code: 1, message: "martlet is stopping")))
  }

  @Test func noDeadlineIsLeftBehindToSpinOn() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    harness.send(.loaderEnded(.second, .exited(0), complaint: ""))
    harness.send(.engineReported(.second, .ready))
    harness.send(.engineReported(.first, .yielded))
    harness.send(.stopRequested)
    for _ in 0..<10 {
      harness.waitForDeadline()
      if harness.supervision.phase == .ended { break }
      if let next = harness.supervision.nextDeadline { #expect(next > harness.now) }
    }
    #expect(harness.supervision.phase == .ended)
  }
}
