import Glibc
import NetworkTypes
import VRRPCore

extension RouterState {
  /// The state as keepalived's users write it: `INIT`, `BACKUP`, `MASTER`, `FAULT`.
  public var label: String {
    switch self {
    case .initialize: "INIT"
    case .backup: "BACKUP"
    case .master: "MASTER"
    case .fault: "FAULT"
    }
  }
}

extension TrackerStatus {
  /// The status in one word.
  public var label: String {
    switch self {
    case .unknown: "unknown"
    case .up: "up"
    case .down: "down"
    case .level(let level): "\(level)"
    case .untracked: "untracked"
    }
  }
}

extension Cause {
  /// A stable name for structured logs, status and metrics.
  public var label: String {
    switch self {
    case .started: "started"
    case .addressOwner: "address-owner"
    case .masterDown: "master-down"
    case .masterResigned: "master-resigned"
    case .higherPriority: "higher-priority"
    case .tieLost: "tie-lost"
    case .preempted: "preempted"
    case .trackerDown: "tracker-down"
    case .trackerUp: "tracker-up"
    case .interfaceDown: "interface-down"
    case .interfaceUp: "interface-up"
    case .sourceAddressLost: "source-address-lost"
    case .sourceAddressFound: "source-address-found"
    case .overdue: "overdue"
    case .noPeers: "no-peers"
    case .peersFound: "peers-found"
    case .addressesRefused: "addresses-refused"
    case .addressesTaken: "addresses-taken"
    case .syncGroup: "sync-group"
    case .shutdown: "shutdown"
    case .adopted: "adopted"
    }
  }
}

extension Names {
  /// Why a transition happened, as a clause without a full stop.
  /// - Parameters:
  ///   - detail: the tracker's last words, or what is behind a fault that its name does not tell; empty when there are none.
  ///   - router: the position of the router, whose interface some causes name.
  public func sentence(for transition: Transition, router: Int, detail: String = "") -> String {
    let interface = routers.indices.contains(router) ? routers[router].interface : "its interface"
    let words = detail.isEmpty ? "" : ": " + detail
    let output = detail.isEmpty ? "" : "; it says: " + detail
    switch transition.cause {
    case .started: return "started" + words
    case .addressOwner: return "this host owns the addresses (priority 255)"
    case .masterDown(let master, let lastHeard): return silence(of: master, since: lastHeard, until: transition.at)
    case .masterResigned(let master): return "\(master) resigned as master (priority 0)"
    case .higherPriority(let master, let priority): return "\(master) is master with the higher priority \(priority)"
    case .tieLost(let master, let priority): return "\(master) has the same priority \(priority) and the higher address"
    case .preempted(let master, let priority): return "\(master), which was master, has only priority \(priority)"
    case .trackerDown(let tracker): return self.tracker(tracker.rawValue) + " is down" + words
    case .trackerUp(let tracker): return self.tracker(tracker.rawValue) + " is no longer down" + output
    case .interfaceDown: return detail.isEmpty ? "\(interface) is down" : detail
    case .interfaceUp: return "\(interface) is up again"
    case .sourceAddressLost: return detail.isEmpty ? "\(interface) has no address to send adverts from" : detail
    case .sourceAddressFound: return "\(interface) has an address to send adverts from again"
    case .overdue(let silence):
      let time = Spoken.duration(nanoseconds: silence.rawValue)
      return "this host was held up and sent no advert for \(time), so another may be master (timer_expired_backup)"
    case .noPeers: return "there is no unicast peer to send adverts to"
    case .peersFound: return "there is a unicast peer to send adverts to again"
    case .addressesRefused(let error): return "the kernel refuses its addresses: \(Self.errorText(error))"
    case .addressesTaken: return "the kernel takes its addresses again"
    case .syncGroup(let member): return "follows \(self.router(member)) of its sync group" + words
    case .shutdown: return "martlet stops"
    case .adopted: return "a new engine took over; the state is the same"
    }
  }

  private func silence(of master: IPAddress?, since: MonotonicInstant?, until: MonotonicInstant) -> String {
    guard let master else { return "no advert from any host (master-down)" }
    guard let since else { return "no advert from \(master) (master-down)" }
    let silent = Spoken.duration(nanoseconds: (until - since).rawValue)
    return "no advert from \(master) for \(silent) (master-down)"
  }

  /// The line for a transition.
  public func line(for transition: Transition, number: UInt64, router: Int, detail: String) -> LogLine {
    let name = self.router(router)
    let sentence = sentence(for: transition, router: router, detail: detail)
    var fields = [
      ("event", "transition"), ("router", name), ("from", transition.from.label), ("to", transition.to.label),
      ("cause", transition.cause.label), ("reason", sentence), ("priority", "\(transition.priority)"),
      ("number", "\(number)"), ("monotonic_ns", "\(transition.at.nanoseconds)"),
    ]
    if !detail.isEmpty { fields.append(("detail", detail)) }
    return LogLine(
      .notice,
      "\(name): \(transition.from.label) → \(transition.to.label), \(sentence), priority \(transition.priority)",
      fields: fields)
  }

  /// The line for anything an engine says.
  public func line(for message: EngineMessage) -> LogLine {
    switch message {
    case .transition(let router, let number, let transition, let detail):
      return line(for: transition, number: number, router: router, detail: detail)
    case .priorityChanged(let router, let from, let to):
      let name = self.router(router)
      return LogLine(
        .info, "\(name): effective priority \(from) → \(to)",
        fields: [("event", "priority"), ("router", name), ("from", "\(from)"), ("to", "\(to)")])
    case .event(let event, let router):
      return line(for: event, router: router)
    case .detail(let router, let text):
      return LogLine(
        .notice, "\(self.router(router)): \(text)",
        fields: [("event", "detail"), ("router", self.router(router)), ("detail", text)])
    case .dropped(let count):
      return LogLine(
        .warning, "\(count) messages of the engine are lost: the process that writes the log was too slow",
        fields: [("event", "messages-dropped"), ("count", "\(count)")])
    }
  }

  static func errorText(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "errno \(number)" }
    return String(cString: text)
  }
}
