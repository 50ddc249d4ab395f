import Configuration
import ConfigurationModel
import ControlModel
import NetworkTypes
import SimulationKit
import VRRPCore

/// What came of a rehearsal.
public struct Performance: Sendable {
  /// Something that happened.
  public struct Event: Sendable, Hashable {
    /// When.
    public let at: MonotonicInstant
    /// The host it happened on; `nil` for a command of the script.
    public let host: Int?
    /// One line without a full stop.
    public let text: String
    /// The router that changed its state, by its name, and the state it came to.
    public let router: String?
    /// That state.
    public let state: RouterState?
  }

  /// The hosts.
  public let hosts: [RehearsedHost]
  /// What happened, in order.
  public let events: [Event]
  /// Who held which addresses.
  public let stories: [AddressStory]
  /// How long it lasted.
  public let duration: Nanoseconds

  init(of cluster: Cluster, hosts: [RehearsedHost], script: Script) {
    self.hosts = hosts
    stories = AddressStory.all(of: cluster, hosts: hosts)
    duration = cluster.now - MonotonicInstant(nanoseconds: 0)
    let commands = script.steps.filter { $0.at <= cluster.now }
      .map { Event(at: $0.at, host: nil, text: $0.text, router: nil, state: nil) }
    let deeds = cluster.deeds.compactMap { Self.event(for: $0, on: hosts[$0.host]) }
    let refusals = cluster.refusals.map { Self.event(for: $0, on: hosts[$0.host]) }
    let order = (commands + deeds + refusals).enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    events = order.map(\.element)
  }

  /// Whether addresses had two holders or none for longer than the protocol lets it be.
  public var isOverrun: Bool { stories.contains { story in story.periods.contains(where: story.isOverrun) } }

  private static func event(for deed: Deed, on host: RehearsedHost) -> Event? {
    let name = host.names.router(deed.router)
    switch deed.action {
    case .transition(let transition):
      let reason = host.names.sentence(for: transition, router: deed.router)
      return Event(
        at: deed.at, host: deed.host,
        text: "\(name) \(transition.from.label) → \(transition.to.label), \(reason), priority \(transition.priority)",
        router: name, state: transition.to)
    case .priorityChanged(let old, let new):
      return Event(
        at: deed.at, host: deed.host, text: "\(name) effective priority \(old) → \(new)", router: nil, state: nil)
    case .send, .claim, .release, .announce, .cancelAnnouncements, .otherMaster, .tryAddresses:
      return nil
    }
  }

  private static func event(for refusal: Refusal, on host: RehearsedHost) -> Event {
    let name = host.names.router(refusal.router)
    return Event(
      at: refusal.at, host: refusal.host, text: "\(name) does not obey adverts of \(refusal.sender): \(refusal.error)",
      router: nil, state: nil)
  }
}
