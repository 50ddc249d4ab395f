import NetworkTypes
import Testing
import VRRPCore

/// Every state against every input: what state follows and what is done.
///
/// Deeds are written `S100` send at priority 100, `C` claim, `R` release, `A5` announce five times, `X` cancel announcements,
/// `P80` priority changed to 80, `?` try whether the addresses are taken, `O+` and `O-` another master was heard and this one yields or stays.
@Suite struct TransitionTableTests {
  enum Start: String, Sendable, CaseIterable {
    case notStarted, awaitingVerdict, backup, master, fault, refused, stopped

    /// A router of priority 100 with tracker 0 (no weight) and tracker 1 (-20) in this state, a second after entering it.
    var rig: Rig {
      var rig = Rig(
        [
          .test {
            $0.trackers = [
              TrackerBinding(tracker: TrackerID(rawValue: 0)),
              TrackerBinding(tracker: TrackerID(rawValue: 1), weight: -20),
            ]
          }
        ], trackers: 2)
      if self != .awaitingVerdict { rig.handle(.tracker(TrackerID(rawValue: 0), .up)) }
      rig.handle(.tracker(TrackerID(rawValue: 1), .up))
      rig.handle(.interface(up: true, router: 0))
      rig.handle(.sourceAddress(.own, router: 0))
      if self != .notStarted { rig.handle(.start(router: 0)) }
      switch self {
      case .notStarted, .awaitingVerdict, .backup: break
      case .master: rig.fireNext()
      case .refused:
        rig.fireNext()
        rig.handle(.addressesRefused(error: 1, router: 0))
      case .fault: rig.handle(.interface(up: false, router: 0))
      case .stopped: rig.handle(.shutdown(router: 0))
      }
      rig.run(for: .milliseconds(900))
      return rig
    }
  }

  enum Input: String, Sendable, CaseIterable {
    case start, resignation, lower, equalFromLowerAddress, equalFromSameAddress, equalFromHigherAddress, higher
    case timer, trackerDown, trackerUp, weightDown, interfaceDown, interfaceUp, addressLost, addressChanged, refused,
      taken, shutdown

    func apply(to rig: inout Rig) -> [Action] {
      switch self {
      case .start: rig.handle(.start(router: 0)).map(\.action)
      case .resignation: rig.hear(0)
      case .lower: rig.hear(90)
      case .equalFromLowerAddress: rig.hear(100, from: .lowPeer)
      case .equalFromSameAddress: rig.hear(100, from: .own)
      case .equalFromHigherAddress: rig.hear(100)
      case .higher: rig.hear(110)
      case .timer: rig.fireNext()
      case .trackerDown: rig.handle(.tracker(TrackerID(rawValue: 0), .down)).map(\.action)
      case .trackerUp: rig.handle(.tracker(TrackerID(rawValue: 0), .up)).map(\.action)
      case .weightDown: rig.handle(.tracker(TrackerID(rawValue: 1), .down)).map(\.action)
      case .interfaceDown: rig.handle(.interface(up: false, router: 0)).map(\.action)
      case .interfaceUp: rig.handle(.interface(up: true, router: 0)).map(\.action)
      case .addressLost: rig.handle(.sourceAddress(nil, router: 0)).map(\.action)
      case .addressChanged: rig.handle(.sourceAddress(.lowPeer, router: 0)).map(\.action)
      case .refused: rig.handle(.addressesRefused(error: 1, router: 0)).map(\.action)
      case .taken: rig.handle(.addressesTaken(router: 0)).map(\.action)
      case .shutdown: rig.handle(.shutdown(router: 0)).map(\.action)
      }
    }
  }

  /// The cells in which anything happens; in every other one the state stays and nothing is done.
  static let table: [Start: [Input: String]] = [
    .notStarted: [
      .start: "backup"
    ],
    .awaitingVerdict: [
      .trackerDown: "fault", .trackerUp: "backup", .weightDown: "initialize P80", .interfaceDown: "fault",
      .addressLost: "fault",
    ],
    .backup: [
      .timer: "master S100 C A5", .trackerDown: "fault", .weightDown: "backup P80", .interfaceDown: "fault",
      .addressLost: "fault", .shutdown: "initialize",
    ],
    .master: [
      .resignation: "master S100", .lower: "master O- S100 A5", .equalFromLowerAddress: "master O- S100 A5",
      .equalFromSameAddress: "master O-", .equalFromHigherAddress: "backup O+ X R", .higher: "backup O+ X R",
      .timer: "master S100", .trackerDown: "fault X R S0", .weightDown: "master P80",
      .interfaceDown: "fault X R S0", .addressLost: "fault X R S0", .refused: "fault X R S0",
      .shutdown: "initialize X R S0",
    ],
    .fault: [
      .weightDown: "fault P80", .interfaceUp: "backup", .shutdown: "initialize",
    ],
    .refused: [
      .timer: "fault ?", .taken: "backup", .weightDown: "fault P80", .shutdown: "initialize",
    ],
    .stopped: [:],
  ]

  @Test(arguments: Start.allCases, Input.allCases)
  func cell(_ start: Start, _ input: Input) {
    var rig = start.rig
    let before = rig.state()
    let actions = input.apply(to: &rig)
    let shown = (["\(rig.state())"] + actions.deeds.map(Self.short)).joined(separator: " ")
    #expect(shown == Self.table[start]?[input] ?? "\(before)")

    let expected = before == rig.state() ? [] : [rig.state()]
    #expect(actions.transitions.map(\.to) == expected)
    #expect(actions.transitions.allSatisfy { $0.from == before && $0.at == rig.now })
    if let last = actions.last, !expected.isEmpty {
      #expect(last == .transition(actions.transitions[0]), "the word comes after the deeds")
    }
  }

  static func short(_ action: Action) -> String {
    switch action {
    case .send(let priority): "S\(priority)"
    case .claim: "C"
    case .release: "R"
    case .announce(let repeats): "A\(repeats)"
    case .cancelAnnouncements: "X"
    case .tryAddresses: "?"
    case .transition: "T"
    case .priorityChanged(_, let priority): "P\(priority)"
    case .otherMaster(_, _, let yields): yields ? "O+" : "O-"
    }
  }

  @Test(arguments: Start.allCases)
  func whatNamesNothingThatExistsDoesNothing(_ start: Start) {
    var rig = start.rig
    let before = rig.host.snapshot(of: 0)
    for router in [-1, 1, Int.max, Int.min] {
      #expect(rig.hear(255, router: router).isEmpty)
      #expect(rig.handle(.start(router: router)).isEmpty)
      #expect(rig.handle(.shutdown(router: router)).isEmpty)
      #expect(rig.handle(.interface(up: false, router: router)).isEmpty)
      #expect(rig.handle(.sourceAddress(nil, router: router)).isEmpty)
      #expect(rig.handle(.tracker(TrackerID(rawValue: router == 1 ? 2 : router), .down)).isEmpty)
    }
    #expect(rig.hear(255, version: .v2).isEmpty)
    #expect(rig.host.snapshot(of: 0) == before)
  }
}
