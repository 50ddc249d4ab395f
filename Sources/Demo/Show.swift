import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// The demo itself: a pair, a client, and what befalls the pair.
final class Show {
  /// A promise that the show made and whether it was kept.
  struct Outcome {
    var what: String
    var measured: String
    var bound: String
    var held: Bool
  }

  private static let highPriority: UInt8 = 200
  private static let lowPriority: UInt8 = 100

  private let lab: Lab
  private let timeline: Timeline
  private let file = RouterFile(version: .v3, interval: .milliseconds(100))
  private let a: any Peer
  private let b: any Peer
  private let client: Client
  private(set) var outcomes: [Outcome] = []

  init(in lab: Lab, kind: PeerKind) throws {
    self.lab = lab
    timeline = Timeline(of: lab)
    a = try kind.peer(in: lab.addHost("a", number: 1))
    b = try kind.peer(in: lab.addHost("b", number: 2))
    client = try lab.addHost("client", number: 100).ask(file.address())
  }

  func run() async throws {
    timeline.say(timeline.bold("Two hosts running \(a.kind), one floating address, \(file.address())."))
    timeline.say("A client asks for it every 5 ms. Each letter is 50 ms: the host that answered, or · for nobody.\n")
    try await begin()
    try await crash()
    try await comeBack()
    try await plannedStop()
    if let martlet = a as? MartletPeer { try await losesItsEngine(martlet) }
    finish()
  }

  /// Whether all that was shown held.
  var held: Bool { !outcomes.isEmpty && outcomes.allSatisfy(\.held) }

  // MARK: Scenes

  private func begin() async throws {
    try start(a, Self.highPriority)
    try start(b, Self.lowPriority)
    timeline.event("a and b start; a has the higher priority")
    try await follow(a, since: .labNow(), within: .seconds(6))
    timeline.event("a is MASTER and holds \(file.address())", emphasis: true)
    try await watch(.seconds(2))
  }

  private func crash() async throws {
    timeline.event("a's host dies: no goodbye, no link")
    let before = MonotonicInstant.labNow()
    try a.host.crash()
    try await follow(b, since: before, within: .seconds(6))
    try await settle()
    let outage = client.summary(since: before).longestOutage
    timeline.event("b is MASTER; the client waited \(outage.milliseconds(decimals: 0))", emphasis: true)
    let bound = file.masterDownInterval(priority: Self.lowPriority)
    record("crash of the master's host", outage, within: bound, allowance: .milliseconds(250))
    try await watch(.seconds(2))
  }

  private func comeBack() async throws {
    timeline.event("a's host boots again")
    let before = MonotonicInstant.labNow()
    try a.host.boot()
    try start(a, Self.highPriority)
    try await follow(a, since: before, within: .seconds(8))
    try await settle()
    let outage = client.summary(since: before).longestOutage
    timeline.event("a is MASTER again; the client waited \(outage.milliseconds(decimals: 0))", emphasis: true)
    record("the better host comes back", outage, within: .zero, allowance: .milliseconds(100))
    try await watch(.seconds(2))
  }

  private func plannedStop() async throws {
    timeline.event("a is stopped for maintenance: systemctl stop")
    let before = MonotonicInstant.labNow()
    let stopping = a.process
    stopping?.signal(SIGTERM)
    try await follow(b, since: before, within: .seconds(4))
    try await settle()
    let outage = client.summary(since: before).longestOutage
    timeline.event("b is MASTER; the client waited \(outage.milliseconds(decimals: 0))", emphasis: true)
    record(
      "planned stop", outage, within: file.skewTime(priority: Self.lowPriority), allowance: .milliseconds(150))
    try await watch(.seconds(1))
    _ = await stopping?.terminate()
    let again = MonotonicInstant.labNow()
    timeline.event("a is started again")
    try start(a, Self.highPriority)
    try await follow(a, since: again, within: .seconds(8))
    timeline.event("a is MASTER again", emphasis: true)
    try await watch(.seconds(1))
  }

  private func losesItsEngine(_ martlet: MartletPeer) async throws {
    guard let engine = martlet.rolePID("engine") else {
      return outcomes.append(Outcome(what: "killed engine", measured: "no engine found", bound: "", held: false))
    }
    timeline.event("a's engine process is killed: kill -9 \(engine)")
    let before = MonotonicInstant.labNow()
    kill(engine, SIGKILL)
    try await watch(.seconds(2))
    let moved = lab.capture.adverts(vrid: file.vrid, since: before).contains { $0.sender == b.host.macAddress }
    let outage = client.summary(since: before).longestOutage
    timeline.event(
      moved ? "b took over" : "a went on as MASTER; the client waited \(outage.milliseconds(decimals: 0))",
      emphasis: true)
    record("engine killed, no failover", outage, within: .zero, allowance: .milliseconds(100), also: !moved)
  }

  private func finish() {
    let total = client.summary()
    client.stop()
    timeline.say("")
    func column(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    timeline.say(timeline.bold(column("", 30) + column("client waited", 16) + "the protocol's own share"))
    for outcome in outcomes {
      let mark = outcome.held ? timeline.paint("✓", 32) : timeline.paint("✗", 31)
      timeline.say("\(mark) " + column(outcome.what, 28) + column(outcome.measured, 16) + outcome.bound)
    }
    timeline.say("\n\(total.answered) of \(total.sent) requests were answered in all.")
  }

  // MARK: Props

  private func start(_ peer: any Peer, _ priority: UInt8) throws {
    try peer.start(file.text(for: peer.host, priority: priority, peers: [a.host, b.host].filter { $0 !== peer.host }))
  }

  /// Shows the strip until `peer` sends adverts and its address answers.
  private func follow(_ peer: any Peer, since instant: MonotonicInstant, within bound: Nanoseconds) async throws {
    let end = MonotonicInstant.labNow() + bound
    while true {
      let speaks = lab.capture.adverts(vrid: file.vrid, since: instant).contains {
        $0.sender == peer.host.macAddress && $0.priority > 0
      }
      if speaks, try lab.holders(of: file.address()) == [peer.host.name] { return }
      guard MonotonicInstant.labNow() < end else {
        throw LabError("\(peer.host.name) did not become master within \(bound)\n\(peer.log)")
      }
      try await tick()
    }
  }

  private func watch(_ time: Nanoseconds) async throws {
    let end = MonotonicInstant.labNow() + time
    while MonotonicInstant.labNow() < end { try await tick() }
  }

  /// Long enough for the first answers to be counted.
  private func settle() async throws { try await watch(.milliseconds(200)) }

  private func tick() async throws {
    try Interruption.check()
    let end = MonotonicInstant.labNow() + Timeline.cell
    await eventually(within: Timeline.cell) { MonotonicInstant.labNow() >= end }
    timeline.beat()
  }

  private func record(
    _ what: String, _ outage: Nanoseconds, within bound: Nanoseconds, allowance: Nanoseconds, also: Bool = true
  ) {
    outcomes.append(
      Outcome(
        what: what, measured: outage.milliseconds(decimals: 0),
        bound: bound == .zero ? "none" : "up to \(bound.milliseconds(decimals: 0))",
        held: also && outage <= bound + allowance))
  }
}
