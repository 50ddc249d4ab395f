import ControlModel
import NetworkTypes
import Testing

@testable import Supervisor

@Suite struct StartupScriptTests {
  /// A supervision whose configuration has a startup script, which runs.
  private func startingUp() -> SupervisionHarness {
    var harness = SupervisionHarness()
    harness.send(.loaderEnded(.first, Self.loaded, complaint: ""))
    return harness
  }

  private static let loaded = Ending.exited(ExitCode.loadedWithStartupScript.rawValue)
  private static let engine = SupervisionAction.startEngine(.first, bundle: .first, adopting: nil)

  @Test func theEngineComesAfterTheScript() {
    var harness = SupervisionHarness()
    #expect(
      harness.send(.loaderEnded(.first, Self.loaded, complaint: ""))
        == [.startProber(.first), .runStartupScript(.first, bundle: .first)])
    #expect(harness.supervision.retainedBundles == [.first])
    let longer = harness.send(.proberTakesLonger(.first, .seconds(100)))
    #expect(longer == [.announce(.takingLonger(.seconds(106)))])
    #expect(harness.send(.startupFinished(.first)) == [Self.engine])
    #expect(harness.send(.startupFinished(.first)).isEmpty)
    harness.send(.engineReported(.first, .ready))
    #expect(harness.send(.engineReported(.first, .running)) == [.serve(.first, engine: .first, bundle: .first)])
    #expect(harness.send(.proberReady(.first)) == [.announce(.ready)])
  }

  @Test func aReloadRunsNoScript() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.reloadRequested(nil))
    let loaded = harness.send(.loaderEnded(.second, Self.loaded, complaint: ""))
    #expect(loaded == [.startEngine(.second, bundle: .second, adopting: .first)])
  }

  @Test func aReloadThatIsAskedForMeanwhileComesAfterTheStart() {
    var harness = startingUp()
    #expect(harness.send(.reloadRequested(nil)).isEmpty)
    harness.send(.startupFinished(.first))
    harness.send(.engineReported(.first, .ready))
    #expect(
      harness.send(.engineReported(.first, .running)).contains(
        .startReloadLoader(.second, inForce: .first, allowsEmpty: false)))
  }

  @Test func aProberThatDiesWithTheScriptDelaysNothing() {
    var harness = startingUp()
    harness.wait(.seconds(5))
    let ended = harness.send(.proberEnded(.first, .killed(signal: 11))).deeds
    #expect(ended == [.startProber(.second), Self.engine])
    harness.send(.engineReported(.first, .ready))
    #expect(harness.send(.engineReported(.first, .running)) == [.serve(.second, engine: .first, bundle: .first)])
    // A word of the dead one means nothing.
    #expect(harness.send(.startupFinished(.first)).isEmpty)
  }

  @Test func aProberThatDiesAtOnceIsStartedAgainAfterItsPause() {
    var harness = startingUp()
    #expect(harness.send(.proberEnded(.first, .killed(signal: 11))).deeds == [Self.engine])
    #expect(harness.waitForDeadline().deeds == [.startProber(.second)])
  }

  @Test func aProberThatStandsStillMeanwhileIsKilled() {
    var harness = startingUp()
    for _ in 0..<20 { #expect(harness.send(.proberCheck) == [.pingProber(.first)]) }
    #expect(harness.send(.proberCheck).deeds == [.killProber(.first)])
  }

  @Test func aScriptWhoseEndNobodyReportsIsNotWaitedForForever() {
    var harness = startingUp()
    #expect(harness.waitForDeadline().deeds == [Self.engine])
  }

  @Test func aStopMeanwhileEndsTheProberAndNothingElse() {
    var harness = startingUp()
    #expect(harness.send(.stopRequested) == [.announce(.stopping), .shutdownProber(.first)])
    #expect(harness.send(.startupFinished(.first)).isEmpty)
    #expect(harness.send(.proberEnded(.first, .exited(0))) == [.end(0)])
  }

  @Test func theShutdownScriptHasItsTime() {
    var harness = SupervisionHarness()
    harness.bringUp()
    harness.send(.stopRequested)
    harness.send(.engineEnded(.first, .exited(0)))
    let longer = harness.send(.proberTakesLonger(.first, .seconds(30)))
    #expect(longer == [.announce(.takingLonger(.seconds(36)))])
    #expect(harness.supervision.nextDeadline == harness.now + .seconds(36))
    #expect(harness.waitForDeadline().deeds == [.killProber(.first), .end(0)])
  }

  @Test func nobodyIsGivenMoreTimeThanAConfigurationCanAllow() {
    var harness = SupervisionHarness()
    harness.bringUp()
    #expect(harness.send(.proberTakesLonger(.first, .seconds(1))).isEmpty)
    harness.send(.stopRequested)
    harness.send(.engineEnded(.first, .exited(0)))
    harness.send(.proberTakesLonger(.first, Nanoseconds(rawValue: .max)))
    #expect(harness.supervision.nextDeadline == harness.now + .seconds(1016))
  }

  @Test func theProberGetsTheBundleAndTheEngineComesWhenItHasReported() throws {
    let stage = try SupervisorStage(loaderCode: ExitCode.loadedWithStartupScript.rawValue)
    #expect(try stage.reaches { stage.isServing })
    #expect(stage.processes.told == ["startup script with 1", "takeOver", "serve with 3"])
    #expect(stage.processes.all.map(\.role) == [.loader, .prober, .engine])
  }
}
