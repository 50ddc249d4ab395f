import NetworkTypes
import Testing
import VRRPCore

@testable import Engine

/// What a backup allows for the time in which no engine ran.
@Suite struct AdoptionTests {
  private let heard = MonotonicInstant(nanoseconds: 100_000_000_000)

  private func snapshot(deadline: Nanoseconds, lastHeard: MonotonicInstant?) -> VirtualRouterSnapshot {
    var snapshot = VirtualRouterSnapshot(
      state: .backup, activeInterval: Centiseconds(rawValue: 100), effectivePriority: .standard)
    snapshot.mainDeadline = heard + deadline
    snapshot.lastHeard = lastHeard
    return snapshot
  }

  @Test func aBackupHearsOneMoreIntervalAfterACrash() {
    var adopted = snapshot(deadline: .milliseconds(3600), lastHeard: heard)
    adopted.allowForSilence(until: heard + .milliseconds(3500), downTimerAdverts: 3)
    #expect(adopted.mainDeadline == heard + .milliseconds(4750))
  }

  @Test func manyCrashesDoNotKeepABackupFromTakingOver() {
    var adopted = snapshot(deadline: .milliseconds(3600), lastHeard: heard)
    for crash in 1...40 {
      adopted.allowForSilence(until: heard + .milliseconds(Int64(crash) * 400), downTimerAdverts: 3)
    }
    #expect(adopted.mainDeadline == heard + .milliseconds(5250))
  }

  @Test func nobodyHeardMeansNothingToWaitFor() {
    var adopted = snapshot(deadline: .milliseconds(3600), lastHeard: nil)
    adopted.allowForSilence(until: heard + .milliseconds(3500), downTimerAdverts: 3)
    #expect(adopted.mainDeadline == heard + .milliseconds(3600))
  }
}
