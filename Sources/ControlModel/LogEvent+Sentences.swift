import NetworkTypes
import VRRPCore

extension Names {
  /// The line for an event: a sentence after the router's name, and the event's facts as fields.
  public func line(for event: LogEvent, router: Int? = nil) -> LogLine {
    let (address, number, text) = facts(of: event)
    var fields = [("event", event.label)]
    if let router { fields.append(("router", self.router(router))) }
    if let address { fields.append(("address", "\(address)")) }
    if number != 0 { fields.append(("number", "\(number)")) }
    if !text.isEmpty { fields.append(("text", text)) }
    let head = router.map { self.router($0) + ": " } ?? ""
    return LogLine(event.severity, head + sentence(for: event), fields: fields)
  }

  private func sentence(for event: LogEvent) -> String {
    switch event {
    case .engineRunning(let routers, let isAdopted): Self.beginning(routers, isAdopted: isAdopted)
    case .advertisementDropped(let reason, let sender, let interface):
      "refused an advert from \(sender) on \(interface): \(dropReason(reason))"
    case .addressListDiffers(let master):
      "\(master) advertises other addresses than are configured here; its adverts count all the same"
    case .otherMaster(let master, let priority, let rivalry): Self.claim(of: master, priority, rivalry)
    case .addressPutBack(let address, let interface):
      "another program removed \(address) from \(interface); martlet added it again and announced it"
    case .addressRefused(let address, let interface, let errno):
      "the kernel refused to add or remove \(address) on \(interface): \(Self.errorText(errno))"
    case .interfaceChanged(let interface, let isUp): "\(interface) went \(isUp ? "up" : "down")"
    case .netlinkOverrun: "messages of the kernel about interfaces and addresses were lost; all were read again"
    case .sendFailed(let interface, let errno): Self.failure("adverts on \(interface)", errno)
    case .sessionSendFailed(let session, let errno): Self.failure("packets of BFD session \(session)", errno)
    case .trackerChanged(let tracker, let status): "tracker \(trackerName(tracker)) is \(status.label)"
    case .degraded(let words): words
    case .addressRemoved(let address, let interface, .notConfigured):
      "removed \(address) from \(interface): it is no longer configured"
    case .addressRemoved(let address, let interface, .notMaster):
      "removed \(address) from \(interface): its virtual router is not master"
    case .duplicateAddress(let address):
      "another host uses \(address), which this host holds; it is announced again each second"
    case .entryPutBack(let entry): "another program removed \(entry); martlet added it again"
    case .entryRefused(let entry, let reason):
      "the kernel refused to add or remove \(entry): \(reason); martlet tries again each second"
    case .linkRestored(let interface):
      "another program changed the interface \(interface), which has a virtual MAC address; martlet changed it back"
    case .startDelayed(let delay):
      "the virtual routers will start in \(Spoken.duration(nanoseconds: delay.rawValue)), as configured"
    case .sessionChanged: "BFD session \(Self.change(event))"
    case .sessionPacketDiscarded(let reason, let sender, let session):
      "refused a BFD packet from \(sender)\(session.isEmpty ? "" : " for session \(session)"): \(reason.words)"
    case .clockSkew(let sender, let seconds, let allowed): Self.skew(of: sender, seconds, allowed: allowed)
    case .unsignedAdvertisement(let sender):
      "\(sender) does not sign its adverts; with mode enforce they would be refused"
    }
  }

  private static func beginning(_ count: Int, isAdopted: Bool) -> String {
    let routers = count == 1 ? "1 virtual router" : "\(count) virtual routers"
    return isAdopted ? "a new engine runs \(routers) and goes on in their states" : "the engine runs \(routers)"
  }

  private static func claim(of master: IPAddress, _ priority: Priority, _ rivalry: LogEvent.Rivalry) -> String {
    switch rivalry {
    case .yields: "\(master) is master now, with priority \(priority); this host gives way to it"
    case .replaces: "\(master) was master until now, with priority \(priority); it is to give way to this host"
    case .stays: "\(master) claims to be master too, with priority \(priority); this host stays master"
    }
  }

  private static func failure(_ what: String, _ errno: Int32) -> String {
    "cannot send \(what): \(errorText(errno)); this is logged once until it works again"
  }

  private static func skew(of sender: IPAddress, _ seconds: Int, allowed: Int) -> String {
    let skew = "\(seconds.magnitude) s \(seconds < 0 ? "behind" : "ahead of") this host's"
    return "the clock of \(sender) is \(skew); beyond \(allowed) s its adverts will be refused"
  }

  /// A BFD session's change after the word "session"; empty for every other event.
  private static func change(_ event: LogEvent) -> String {
    guard case .sessionChanged(let session, let neighbor, let old, let new, let reason) = event else { return "" }
    return "\(session) with \(neighbor): \(old.label) → \(new.label)" + (reason.isEmpty ? "" : ", \(reason)")
  }

  private func trackerName(_ index: Int) -> String {
    trackers.indices.contains(index) ? trackers[index].name : "#\(index)"
  }

  /// What stands in an event's fields; 0 and an empty text for what it does not have.
  private func facts(of event: LogEvent) -> (address: IPAddress?, number: Int64, text: String) {
    switch event {
    case .engineRunning(let routers, let isAdopted): (nil, Int64(routers), isAdopted ? "adopted" : "fresh")
    case .advertisementDropped(let reason, let sender, let interface): (sender, Int64(reason), interface)
    case .addressListDiffers(let address), .duplicateAddress(let address), .unsignedAdvertisement(let address):
      (address, 0, "")
    case .otherMaster(let master, let priority, let rivalry): (master, Int64(priority.rawValue), "\(rivalry)")
    case .addressPutBack(let address, let interface): (address, 0, interface)
    case .addressRefused(let address, let interface, let errno): (address, Int64(errno), interface)
    case .interfaceChanged(let interface, let isUp): (nil, isUp ? 1 : 0, interface)
    case .netlinkOverrun: (nil, 0, "")
    case .sendFailed(let interface, let errno): (nil, Int64(errno), interface)
    case .sessionSendFailed(let session, let errno): (nil, Int64(errno), "BFD session \(session)")
    case .trackerChanged(let tracker, let status): (nil, status.rawValue, trackerName(tracker))
    case .degraded(let text), .entryPutBack(let text), .linkRestored(let text): (nil, 0, text)
    case .addressRemoved(let address, let interface, let reason): (address, Int64(reason.rawValue), interface)
    case .entryRefused(let entry, let reason): (nil, 0, "\(entry): \(reason)")
    case .startDelayed(let delay): (nil, delay.rawValue, "")
    case .sessionChanged(_, let neighbor, _, let new, _): (neighbor, Int64(new.rawValue), Self.change(event))
    case .sessionPacketDiscarded(let reason, let sender, let session): (sender, Int64(reason.rawValue), session)
    case .clockSkew(let sender, let seconds, let allowed): (sender, Int64(seconds), "\(allowed)")
    }
  }
}

extension LogEvent {
  fileprivate var severity: Severity {
    switch self {
    case .addressRefused, .sendFailed, .sessionSendFailed, .duplicateAddress, .entryRefused: .error
    case .advertisementDropped, .addressListDiffers, .addressPutBack, .netlinkOverrun, .degraded, .entryPutBack,
      .linkRestored, .sessionPacketDiscarded, .clockSkew, .otherMaster(_, _, .stays):
      .warning
    case .interfaceChanged(_, let isUp): isUp ? .notice : .warning
    case .sessionChanged(_, _, _, let state, _): state == .up ? .notice : .warning
    case .trackerChanged(_, let status): status == .down || status == .untracked ? .warning : .notice
    case .engineRunning, .addressRemoved, .startDelayed, .otherMaster(_, _, .yields): .notice
    case .unsignedAdvertisement, .otherMaster(_, _, .replaces): .info
    }
  }

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
    case .sendFailed, .sessionSendFailed: "send-failed"
    case .trackerChanged: "tracker-changed"
    case .degraded: "degraded"
    case .addressRemoved: "address-removed"
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
