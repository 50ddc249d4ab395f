import Configuration
import ConfigurationModel
import Netlink
import NetworkTypes
import SeededRandom
import Testing

@testable import Engine

/// Whatever happens in whatever order: the entries of a master get into the kernel, those of a backup leave it, nothing of others is
/// touched, and the board misses nothing that martlet has there.
@Suite struct EntryOrderTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The entries of each router; then the static ones.
    let routers: [[KernelEntryDefinition]]
    var fixed: [KernelEntryDefinition] = []
    var own: [Int] = []
    var slice = 1
    let steps: [EntryModel.Step]

    func model(_ fault: EntryModel.Fault = .none) throws -> EntryModel {
      EntryModel(
        try Plan(routers.map { KeptRouter(addresses: ["192.0.2.1/24"], entries: $0) }, entries: fixed), slice: slice,
        hostHas: own, fault: fault)
    }
  }

  private static let common: [EntryModel.Step] = [.claim(0), .addressesDone(0), .release(0), .turn, .deliver, .pass]
  private static let refusals: [EntryModel.Step] = ModelKernel.Refusal.allCases.map { .refuse($0) }
  private static let links: [EntryModel.Step] = [.link(isThere: false), .link(isThere: true)]
  private static let engines: [EntryModel.Step] = [.handOver, .dyingTurn(after: 0), .dyingTurn(after: 1)]
  private static let second: [EntryModel.Step] = [.claim(1), .addressesDone(1), .release(1)]

  static let scenarios = [
    Scenario(
      testDescription: "refusals", routers: [[.route(1), .rule(1)]], fixed: [.route(2)],
      steps: common + refusals + [.stop]),
    Scenario(
      testDescription: "removals and links", routers: [[.route(1), .rule(1), .rule(2)]],
      steps: common + links + [.hostRemoves(0), .hostRemoves(1), .handOver]),
    Scenario(
      testDescription: "routes of others", routers: [[.route(1, isMartlets: false), .route(2, isMartlets: false)]],
      own: [0],
      steps: common + links + [.hostAdds(0), .hostAdds(1), .hostRemoves(0), .hostRemoves(1), .handOver]),
    Scenario(
      testDescription: "a route that must be new",
      routers: [[.route(1, isMartlets: false, mustBeNew: true)], [.route(1)]],
      own: [0], slice: 128, steps: common + second + [.hostAdds(0), .hostRemoves(0), .handOver]),
    Scenario(
      testDescription: "hand-overs and crashes", routers: [[.route(1), .rule(1)]], fixed: [.route(2)],
      steps: common + engines + [.hostRemoves(1), .refuse(.noAnswer), .refuse(.none), .stop]),
    Scenario(
      testDescription: "a route of two routers", routers: [[.route(1), .route(2)], [.route(2)]],
      steps: common + second + engines + [.refuse(.noRoom), .refuse(.none)]),
    Scenario(
      testDescription: "a route of two routers and of the host",
      routers: [[.route(1, isMartlets: false)], [.route(1, isMartlets: false)]], own: [0], slice: 128,
      steps: common + second + links + [.hostRemoves(0), .hostAdds(0), .handOver]),
    Scenario(
      testDescription: "a new route of two routers",
      routers: [[.route(1, mustBeNew: true)], [.route(1, mustBeNew: true)]], steps: common + second + [.handOver]),
  ]

  private static func explore(_ scenario: Scenario, _ fault: EntryModel.Fault, most: Int) throws
    -> Exploration<EntryModel, EntryModel.Step>
  {
    Exploration(
      from: try scenario.model(fault), most: most,
      steps: { model in scenario.steps.filter(model.allows) }, take: { $0.take($1) }, key: \.key,
      faults: { $0.violations.isEmpty ? $0.restlessness() : $0.violations })
  }

  @Test("In every order of steps", arguments: scenarios)
  func everyOrder(_ scenario: Scenario) throws {
    let run = try Self.explore(scenario, .none, most: 2000)
    #expect(run.failures.isEmpty, "\(run.failures.joined(separator: "\n"))")
    #expect(run.states > 100, "\(run.states) states, \(run.depth) steps deep")
  }

  @Test("Each fault is seen", arguments: EntryModel.Fault.allCases.filter { $0 != .none })
  func eachFault(_ fault: EntryModel.Fault) throws {
    let seen = try Self.scenarios.contains { scenario in
      try !Self.explore(scenario, fault, most: 300).failures.isEmpty
    }
    #expect(seen, "\(fault)")
  }

  @Test("In random orders, with many entries", arguments: 1...12 as ClosedRange<UInt64>)
  func randomOrders(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    // Neighbours share a route.
    let routers = (0..<8).map { router in
      (0...router * 4).map { KernelEntryDefinition.route(router * 40 + $0) }
        + [.rule(router), .route((router + 1) % 8 * 40)]
    }
    let plan = try Plan(
      routers.map { KeptRouter(addresses: ["192.0.2.1/24"], entries: $0) },
      entries: (0..<20).map { KernelEntryDefinition.route(1000 + $0) })
    var model = EntryModel(plan, slice: seed % 2 == 0 ? 128 : 8)
    var way: [EntryModel.Step] = []
    for _ in 1...400 where model.violations.isEmpty {
      let step = Self.step(of: model, &random)
      guard model.allows(step) else { continue }
      way.append(step)
      model.take(step)
    }
    let faults = model.violations.isEmpty ? model.restlessness() : model.violations
    #expect(faults.isEmpty, "\(faults.first ?? "") after \(way.suffix(30))")
    #expect(way.count > 150)
  }

  private static func step(of model: EntryModel, _ random: inout SeededGenerator) -> EntryModel.Step {
    let router = Int.random(in: model.plan.routers.indices, using: &random)
    let position = Int.random(in: model.plan.entries.indices, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case ..<15: return .claim(router)
    case ..<35: return .addressesDone(router)
    case ..<45: return .release(router)
    case ..<70: return .turn
    case ..<78: return .deliver
    case ..<82: return .pass
    case ..<88: return .hostRemoves(position)
    case ..<91: return .refuse(ModelKernel.Refusal.allCases.randomElement(using: &random) ?? .none)
    case ..<94: return .link(isThere: Bool.random(using: &random))
    case ..<97: return .handOver
    default: return .dyingTurn(after: Int.random(in: 0...10, using: &random))
    }
  }
}

extension KernelEntryDefinition {
  /// A route to a network of its own by `eth0`.
  static func route(
    _ number: Int, isMartlets: Bool = true, mustBeNew: Bool = false, isTracked: Bool = true
  ) -> KernelEntryDefinition {
    let address = IPAddress(v4: 0x0A00_0000 + UInt32(number) << 8)
    var route = Route(destination: IPPrefix(address, length: 24) ?? IPPrefix(host: address))
    route.interface = "eth0"
    // RTPROT_STATIC.
    if !isMartlets { route.originator = 4 }
    if mustBeNew { route.placement = .only }
    route.isTracked = isTracked
    return KernelEntryDefinition(.route(route), text: "route \(number)")
  }

  static func rule(_ number: Int) -> KernelEntryDefinition {
    let rule = RoutingRule(family: .ipv4, action: .blackhole, preference: UInt32(number + 1))
    return KernelEntryDefinition(.rule(rule), text: "rule \(number)")
  }
}
