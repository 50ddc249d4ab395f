import NetworkTypes
import Testing
import VRRPCore

@Suite struct StartTests {
  @Test("A router hears before it claims: BACKUP first, MASTER when the master-down interval has passed")
  func startsInBackup() {
    var rig = Rig([.test()])
    let begin = rig.now
    let started = rig.start()
    #expect(started.deeds.isEmpty)
    #expect(started.transitions.map(\.to) == [.backup])
    #expect(started.transitions.map(\.cause) == [.started])

    let taken = rig.fireNext()
    #expect(rig.now - begin == .milliseconds(3000) + Nanoseconds(rawValue: 609_375_000))
    #expect(taken.deeds == [.send(Priority(rawValue: 100)), .claim, .announce(repeats: 5)])
    #expect(
      taken.last
        == .transition(
          Transition(
            from: .backup, to: .master, cause: .masterDown(master: nil, lastHeard: nil),
            priority: Priority(rawValue: 100), at: rig.now)))
  }

  @Test("A router that owns the addresses begins as MASTER")
  func ownerStartsAsMaster() {
    var rig = Rig([.test(255)])
    let started = rig.start()
    #expect(started.deeds == [.send(.owner), .claim, .announce(repeats: 5)])
    #expect(started.transitions.map(\.from) == [.initialize])
    #expect(started.transitions.map(\.cause) == [.addressOwner])
    #expect(rig.untilNext == .seconds(1))
  }
}
