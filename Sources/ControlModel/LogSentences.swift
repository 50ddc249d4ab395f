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
    case .addressesRefused(let error): return "the kernel refuses its addresses: \(Self.errorText(Int64(error)))"
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
    case .event(let event):
      return line(for: event)
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

  /// The line for an event: a sentence after the router's name, and the event's facts as fields.
  public func line(for event: LogEvent) -> LogLine {
    let (severity, sentence) = words(for: event)
    var fields = [("event", event.kind.label)]
    if let router = event.router { fields.append(("router", self.router(router))) }
    if let address = event.address { fields.append(("address", "\(address)")) }
    if event.number != 0 { fields.append(("number", "\(event.number)")) }
    if !event.text.isEmpty { fields.append(("text", event.text)) }
    return LogLine(severity, (event.router.map { self.router($0) + ": " } ?? "") + sentence, fields: fields)
  }

  static func errorText(_ number: Int64) -> String {
    guard let number = Int32(exactly: number), let text = strerror(number) else { return "errno \(number)" }
    return String(cString: text)
  }

  private func words(for event: LogEvent) -> (Severity, String) {
    let host = event.address.map { "\($0)" } ?? "an unknown host"
    switch event.kind {
    case .engineRunning:
      let routers = event.number == 1 ? "1 virtual router" : "\(event.number) virtual routers"
      return (
        .notice,
        event.text == "adopted"
          ? "a new engine runs \(routers) and goes on in their states" : "the engine runs \(routers)"
      )
    case .advertisementDropped:
      return (.warning, "refused an advert from \(host) on \(event.text): \(dropReason(event.number))")
    case .addressListDiffers:
      return (.warning, "\(host) advertises other addresses than are configured here; its adverts count all the same")
    case .otherMaster:
      let priority = "with priority \(event.number)"
      switch event.text {
      case "yields": return (.notice, "\(host) is master now, \(priority); this host gives way to it")
      case "replaces": return (.info, "\(host) was master until now, \(priority); it is to give way to this host")
      default: return (.warning, "\(host) claims to be master too, \(priority); this host stays master")
      }
    case .addressPutBack:
      return (.warning, "another program removed \(host) from \(event.text); martlet added it again and announced it")
    case .addressRefused:
      return (.error, "the kernel refused to add or remove \(host) on \(event.text): \(Self.errorText(event.number))")
    case .interfaceChanged:
      return (event.number == 1 ? .notice : .warning, "\(event.text) went \(event.number == 1 ? "up" : "down")")
    case .netlinkOverrun:
      return (.warning, "messages of the kernel about interfaces and addresses were lost; all were read again")
    case .sendFailed:
      return (
        .error,
        "cannot send adverts on \(event.text): \(Self.errorText(event.number)); this is logged once until it works again"
      )
    case .trackerChanged:
      let status = TrackerStatus(rawValue: event.number) ?? .unknown
      return (status == .down || status == .untracked ? .warning : .notice, "tracker \(event.text) is \(status.label)")
    case .degraded:
      return (.warning, event.text)
    case .addressRemoved:
      let reason = event.number == 1 ? "its virtual router is not master" : "it is no longer configured"
      return (.notice, "removed \(host) from \(event.text): \(reason)")
    case .advertisementLate:
      return (.warning, "an advert was sent \(Spoken.duration(nanoseconds: event.number)) late")
    case .duplicateAddress:
      return (.error, "another host uses \(host), which this host holds; it is announced again each second")
    case .entryPutBack:
      return (.warning, "another program removed \(event.text); martlet added it again")
    case .linkRestored:
      return (
        .warning,
        "another program changed the interface \(event.text), which has a virtual MAC address; martlet changed it back"
      )
    case .startDelayed:
      return (.notice, "the virtual routers will start in \(Spoken.duration(nanoseconds: event.number)), as configured")
    case .sessionChanged:
      let state = UInt8(exactly: event.number).flatMap(BFDState.init) ?? .down
      return (state == .up ? .notice : .warning, "BFD session \(event.text)")
    case .sessionPacketDiscarded:
      let reason = UInt8(exactly: event.number).flatMap(BFDDiscard.init)?.words ?? "reason \(event.number)"
      let session = event.text.isEmpty ? "" : " for session \(event.text)"
      return (.warning, "refused a BFD packet from \(host)\(session): \(reason)")
    case .clockSkew:
      let skew =
        "the clock of \(host) is \(event.number.magnitude) s \(event.number < 0 ? "behind" : "ahead of") this host's"
      return (.warning, "\(skew); beyond \(event.text) s its adverts will be refused")
    case .unsignedAdvertisement:
      return (.info, "\(host) does not sign its adverts; with mode enforce they would be refused")
    case .entryRefused:
      return (.error, "the kernel refused to add or remove \(event.text); martlet tries again each second")
    }
  }
}

extension LogEvent.Kind {
  /// A stable name for structured logs.
  public var label: String {
    switch self {
    case .engineRunning: "engine-running"
    case .advertisementDropped: "advertisement-dropped"
    case .addressListDiffers: "address-list-differs"
    case .otherMaster: "other-master"
    case .addressPutBack: "address-put-back"
    case .addressRefused: "address-refused"
    case .interfaceChanged: "interface-changed"
    case .netlinkOverrun: "netlink-overrun"
    case .sendFailed: "send-failed"
    case .trackerChanged: "tracker-changed"
    case .degraded: "degraded"
    case .addressRemoved: "address-removed"
    case .advertisementLate: "advertisement-late"
    case .duplicateAddress: "duplicate-address"
    case .entryPutBack: "entry-put-back"
    case .entryRefused: "entry-refused"
    case .linkRestored: "link-restored"
    case .startDelayed: "start-delayed"
    case .sessionChanged: "session-changed"
    case .sessionPacketDiscarded: "session-packet-discarded"
    case .clockSkew: "clock-skew"
    case .unsignedAdvertisement: "unsigned-advertisement"
    }
  }
}
