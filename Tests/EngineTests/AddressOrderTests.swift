import Netlink
import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import Engine

/// Whatever happens in whatever order: a master gets its addresses, a backup loses them, nothing of others is touched, and the board
/// misses no address that martlet has in the kernel.
@Suite struct AddressOrderTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let routers: [KeptRouter]
    var own: [Int] = []
    var slice = 1
    var isFirstOfNetwork = false
    let steps: [AddressModel.Step]

    func model(_ fault: AddressModel.Fault = .none) throws -> AddressModel {
      var model = AddressModel(try Plan(routers), slice: slice, hostHas: own, fault: fault)
      model.kernel.removesOthersWithFirst = isFirstOfNetwork
      return model
    }
  }

  private static let common: [AddressModel.Step] = [
    .claim(0), .release(0, resigns: true), .turn, .deliver, .second,
  ]
  private static let refusals: [AddressModel.Step] = ModelKernel.Refusal.allCases.map { .refuse($0) }
  private static let handOvers: [AddressModel.Step] = [
    .prepare, .handOver(dies: false), .handOver(dies: true), .dyingTurn(after: 0), .dyingTurn(after: 1),
  ]
  private static let two = KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24"])

  static let scenarios = [
    Scenario(testDescription: "refusals", routers: [two], steps: common + refusals + [.trial(0)]),
    Scenario(
      testDescription: "removals by others", routers: [two], isFirstOfNetwork: true,
      steps: common + [.hostRemoves(0), .hostRemoves(1), .hostAdds(0), .overrun]),
    Scenario(
      testDescription: "links that go", routers: [KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24%eth1"])],
      steps: common + [
        .link(Plan.eth0, isGone: true), .link(Plan.eth0, isGone: false), .link(Plan.eth1, isGone: true),
        .link(Plan.eth1, isGone: false), .hostRemoves(1),
      ]),
    Scenario(
      testDescription: "hand-overs and crashes", routers: [two],
      steps: common + handOvers + [.hostRemoves(0), .refuse(.noAnswer), .refuse(.none)]),
    Scenario(
      testDescription: "an address of two routers",
      routers: [two, KeptRouter(addresses: ["192.0.2.2/24", "192.0.2.3/24"])], slice: 128,
      steps: common + [.claim(1), .release(1, resigns: false), .hostRemoves(1)] + refusals),
    Scenario(
      testDescription: "an address of two routers and of several engines",
      routers: [two, KeptRouter(addresses: ["192.0.2.2/24", "192.0.2.3/24"])],
      steps: common + handOvers + [.claim(1), .release(1, resigns: false)]),
    Scenario(
      testDescription: "duplicates", routers: [KeptRouter(addresses: ["2001:db8::1/64"])],
      steps: common + refusals + handOvers + [
        .conflict(0, isOver: false), .conflict(0, isOver: true), .overrun, .hostRemoves(0),
      ]),
    Scenario(
      testDescription: "an owner whose host had the address",
      routers: [
        KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24"], ownsAddresses: true)
      ], own: [0],
      steps: common + [
        .hostRemoves(0), .hostAdds(0), .hostAdds(1), .refuse(.forbidden), .refuse(.none), .trial(0),
        .handOver(dies: false),
      ]),
    Scenario(
      testDescription: "engines of an owner whose host had the address",
      routers: [
        KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24"], ownsAddresses: true)
      ], own: [0], steps: common + handOvers + [.hostRemoves(0), .refuse(.noRoom), .refuse(.none)]),
    Scenario(
      testDescription: "an owner's address that another router has as well",
      routers: [
        KeptRouter(addresses: ["192.0.2.1/24"], ownsAddresses: true), KeptRouter(addresses: ["192.0.2.1/24"]),
      ], own: [0],
      steps: common + [
        .claim(1), .release(1, resigns: false), .hostRemoves(0), .hostAdds(0), .handOver(dies: false),
      ]),
  ]

  private static func explore(_ scenario: Scenario, _ fault: AddressModel.Fault, most: Int) throws
    -> Exploration<AddressModel, AddressModel.Step>
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

  @Test("Each fault is seen", arguments: AddressModel.Fault.allCases.filter { $0 != .none })
  func eachFault(_ fault: AddressModel.Fault) throws {
    let seen = try Self.scenarios.contains { scenario in
      try !Self.explore(scenario, fault, most: 300).failures.isEmpty
    }
    #expect(seen, "\(fault)")
  }

  /// Twelve routers with up to thirty addresses each, of which some are shared, of both families and on two interfaces.
  private static func large() throws -> Plan {
    try Plan(
      (0..<12).map { router in
        let isSix = router % 3 == 2
        let addresses = (0..<(router * 7) % 30 + 1).map { number in
          // The last address of a router is the first of the next but two.
          let owner = number == 0 && router >= 3 ? router - 3 : router
          return isSix ? "2001:db8::\(owner + 1):\(number + 1)/64" : "10.\(owner).0.\(number + 1)/24"
        }
        return KeptRouter(
          addresses: router % 4 == 1 ? addresses.map { "\($0)%eth1" } : addresses, ownsAddresses: router == 3)
      })
  }

  @Test("In random orders, with many addresses", arguments: 1...12 as ClosedRange<UInt64>)
  func randomOrders(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let plan = try Self.large()
    var model = AddressModel(plan, slice: seed % 2 == 0 ? 128 : 16, hostHas: Array(plan.routers[3].addresses))
    var way: [AddressModel.Step] = []
    for _ in 1...400 {
      let step = Self.step(of: model, &random)
      guard model.allows(step) else { continue }
      way.append(step)
      model.take(step)
      if !model.violations.isEmpty { break }
    }
    let faults = model.violations.isEmpty ? model.restlessness() : model.violations
    #expect(faults.isEmpty, "\(faults.first ?? "") after \(way.suffix(30))")
    #expect(way.count > 150)
  }

  private static func step(
    of model: AddressModel, _ random: inout SeededGenerator
  ) -> AddressModel.Step {
    let router = Int.random(in: model.plan.routers.indices, using: &random)
    let position = Int.random(in: model.plan.addresses.indices, using: &random)
    let ownsAddress = model.plan.core[model.plan.addresses[position].router].priority == .owner
    let interface = Bool.random(using: &random) ? Plan.eth0 : Plan.eth1
    switch Int.random(in: 0..<100, using: &random) {
    case ..<20: return .claim(router)
    case ..<32: return .release(router, resigns: Bool.random(using: &random))
    case ..<60: return .turn
    case ..<72: return .deliver
    case ..<78: return .second
    case ..<82: return .hostRemoves(position)
    case ..<84: return ownsAddress ? .turn : .hostAdds(position)
    case ..<86: return .link(interface, isGone: Bool.random(using: &random))
    case ..<90: return .refuse(ModelKernel.Refusal.allCases.randomElement(using: &random) ?? .none)
    case ..<92: return .conflict(position, isOver: Bool.random(using: &random))
    case ..<93: return .overrun
    case ..<95: return .trial(router)
    case ..<96: return .prepare
    case ..<98: return .handOver(dies: Bool.random(using: &random))
    default: return .dyingTurn(after: Int.random(in: 0...20, using: &random))
    }
  }
}
