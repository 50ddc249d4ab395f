import NetworkTypes
import Testing
import VRRPCore

/// Any inputs in any order: what holds whatever happens.
@Suite struct RandomInputTests {
  /// A router's addresses and state as its effects alone tell them.
  struct Shadow {
    var holds = false
    var state = RouterState.initialize
    /// Whether it has sent an advert that only a master may send, and must claim next.
    var owesClaim = false

    /// Takes an action in, and returns what is wrong with it.
    mutating func take(_ action: Action, inOrderAfter previous: Action?) -> String? {
      if owesClaim, action != .claim { return "sent without being master" }
      switch action {
      case .claim:
        defer { holds = true }
        owesClaim = false
        return holds ? "claimed twice" : nil
      case .release:
        defer { holds = false }
        return holds ? nil : "released what it did not hold"
      case .send(.resignation):
        return holds ? "resigned before it released" : previous == .release ? nil : "resigned out of turn"
      case .send:
        // Only an owner sends here, and that is its first deed as master.
        owesClaim = state == .fault || state == .initialize
        return nil
      case .announce:
        return holds ? nil : "announced what it does not hold"
      case .transition(let transition):
        defer { state = transition.to }
        if transition.from != state { return "left a state it was not in" }
        if transition.from == transition.to { return "moved to where it was" }
        return (transition.to == .master) == holds ? nil : "told of a deed not done"
      case .otherMaster:
        return state == .master ? nil : "heard another master without being one"
      case .tryAddresses:
        return state == .fault ? nil : "tried addresses out of FAULT"
      case .cancelAnnouncements, .priorityChanged:
        return nil
      }
    }
  }

  private static func configurations(
    using random: inout RoundGenerator
  ) -> [VirtualRouterConfiguration] {
    (0..<6).map { number in
      .test(
        [1, 100, 150, 254, 255].randomElement(using: &random) ?? 100,
        interval: [0, 1, 10, 100, 65535].randomElement(using: &random) ?? 1
      ) {
        $0.preempt = Bool.random(using: &random)
        $0.preemptDelay = .seconds(Int64.random(in: -5...5, using: &random))
        $0.downTimerAdverts = Int.random(in: -1...5, using: &random)
        $0.higherPrioritySendAdvert = Bool.random(using: &random)
        $0.announcements.refreshInterval = .milliseconds(Int64.random(in: -1...3000, using: &random))
        $0.trackers = (0..<3).map {
          TrackerBinding(
            tracker: TrackerID(rawValue: $0), weight: [0, 20, -300].randomElement(using: &random) ?? 0,
            reverse: Bool.random(using: &random))
        }
      }
    }
  }

  private static func input(using random: inout RoundGenerator) -> HostInput {
    let router = Int.random(in: -1...6, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return .start(router: router)
    case 1:
      return .tracker(
        TrackerID(rawValue: Int.random(in: -1...3, using: &random)),
        [.unknown, .up, .down, .level(.random(in: -300...300, using: &random))].randomElement(using: &random) ?? .up)
    case 2: return .interface(up: Int.random(in: 0..<3, using: &random) > 0, router: router)
    case 3: return .sourceAddress([.own, .own, .lowPeer, nil].randomElement(using: &random) ?? nil, router: router)
    case 11: return .peers(present: Int.random(in: 0..<3, using: &random) > 0, router: router)
    case 12: return .addressesRefused(error: 1, router: router)
    case 13: return .addressesTaken(router: router)
    case 4: return Int.random(in: 0..<300, using: &random) == 0 ? .shutdown(router: router) : .timer
    case 5...10:
      let advert = Advertisement(
        version: .v3, virtualRouterID: testID,
        priority: Priority(rawValue: [0, 1, 99, 100, 150, 254, 255].randomElement(using: &random) ?? 0),
        interval: Centiseconds(rawValue: [0, 1, 100, 65535].randomElement(using: &random) ?? 0))
      return .advertisement(
        advert, from: [.own, .peer, .lowPeer].randomElement(using: &random) ?? .peer, router: router)
    default: return .timer
    }
  }

  @Test("Deeds and words stay in step under any inputs", arguments: 0..<20)
  func anyInputs(round: Int) {
    var random = RoundGenerator(round: round)
    let routers = Self.configurations(using: &random)
    let groups =
      round % 2 == 0 ? [] : [SyncGroupConfiguration(members: [0, 1, 2]), SyncGroupConfiguration(members: [3, 4])]
    var rig = Rig(routers, groups: groups, trackers: 3)
    var shadows = Array(repeating: Shadow(), count: routers.count)
    var history: [String] = []
    for router in routers.indices {
      rig.handle(.sourceAddress(.own, router: router))
    }
    for _ in 0..<5000 {
      rig.now = rig.now + .milliseconds(Int64.random(in: 0...400, using: &random))
      let input = Self.input(using: &random)
      history.append("\(input)")
      var previous: [Int: Action] = [:]
      for effect in rig.handle(input) {
        let wrong = shadows[effect.router].take(effect.action, inOrderAfter: previous[effect.router])
        previous[effect.router] = effect.action
        #expect(wrong == nil, "round \(round), router \(effect.router) after \(history.suffix(12))")
      }
      #expect(!shadows.contains { $0.owesClaim })
      if input == .timer, let next = rig.host.nextDeadline {
        #expect(next > rig.now, "what was due has been done")
      }
    }
    for router in routers.indices {
      #expect(rig.state(router) == shadows[router].state)
    }
  }
}
