import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

extension InterfaceTable {
  /// The interfaces and addresses as they are now.
  init(readBy monitor: NetlinkMonitor) throws(SystemError) {
    self.init()
    replace(with: try monitor.snapshot())
  }

  mutating func replace(with snapshot: NetlinkSnapshot) {
    removeAll()
    for link in snapshot.links { set(link) }
    for address in snapshot.addresses { set(address) }
  }

  mutating func set(_ link: LinkState, isUp: Bool? = nil) {
    setLink(
      link.index, name: link.name, mac: link.mac, isUp: isUp ?? link.isUsable,
      alias: link.isMartlets ? link.alias : nil)
  }

  mutating func set(_ address: AddressState) {
    setAddress(
      InterfaceAddress(
        prefix: address.prefix, isTentative: address.isTentative || address.isDuplicate,
        isSecondary: address.isSecondary),
      on: address.interface)
  }
}

extension Engine {
  /// Takes what the kernel has to tell of links and addresses.
  func readMonitor() {
    let now = reactor.now
    do {
      try monitor.receive { event in take(event, at: now) }
    } catch {
      resynchronize(at: now)
    }
  }

  private func take(_ event: NetlinkEvent, at now: MonotonicInstant) {
    switch event {
    case .link(let link):
      let before = interfaces[link.index]
      // The kernel drops routes however short the link was down.
      if link.isUsable { entries.review = .all }
      interfaces.set(link, isUp: linkDelays.countsAsUp(link, wasUp: before?.isUp, at: now))
      linkChanged(link.index, before: before, at: now)
      virtualLinks.note(link)
      if before?.name != link.name { reportMoves() }
      reviewForeignLink(before: before, after: interfaces[link.index])
    case .linkRemoved(let index, _):
      let before = interfaces[index]
      interfaces.removeLink(index)
      linkDelays.forget(index)
      linkChanged(index, before: before, at: now)
      virtualLinkVanished(index)
      reviewForeignLink(before: before, after: nil)
    case .addressAdded(let address):
      addressAdded(address, at: now)
      if !plan.placedSources.isEmpty { reportMoves() }
    case .addressRemoved(let address):
      addressRemoved(address, at: now)
    case .routeRemoved(let route):
      entries.entriesVanished(plan.entriesOfRoute[route] ?? [], at: now)
    case .ruleRemoved:
      entries.entriesVanished(plan.rules, at: now)
    case .overrun:
      board.overruns &+= 1
      outbox.send(.event(.netlinkOverrun))
      resynchronize(at: now)
    }
  }

  /// Takes the states of links that have lasted.
  func takeLastingLinks(at now: MonotonicInstant) {
    for link in linkDelays.takeDue(at: now) {
      let before = interfaces[link.index]
      interfaces.set(link)
      linkChanged(link.index, before: before, at: now)
    }
  }

  /// Asks for an engine that knows the interfaces as they are now.
  private func reportMoves() {
    guard phase == .running else { return }
    if interfaces.differs(from: plan.interfaces) || interfaces.moves(from: plan.placedSources) { onInterfacesMoved?() }
  }

  private func linkChanged(_ index: InterfaceIndex, before: Interface?, at now: MonotonicInstant) {
    let after = interfaces[index]
    guard before?.isUp != after?.isUp || before?.mac != after?.mac, phase == .running else { return }
    entries.needsGroupReview = !plan.entriesOfGroup.isEmpty
    let isUp = after?.isUp ?? false
    let name = after?.name ?? before?.name ?? ""
    if (before?.isUp ?? false) != isUp, isWatched(index, name) {
      outbox.send(.event(.interfaceChanged(name, isUp: isUp)))
    }
    for (position, tracker) in plan.trackers.enumerated() where tracker.interfaceName == name {
      setTracker(position, to: .interface(isUp: isUp, since: now), at: now)
    }
    if isUp { entries.look(at: .all) }
    if isUp { announceSources(of: plan.routers.indices.filter { sourcePlace(of: $0)?.interface == index }) }
    for router in routersOnInterface[index] ?? [] {
      if isUp { refreshSource(of: router, at: now) }
      tellInterface(of: router, at: now)
    }
    carryOut(at: now, due: nil)
    // Whoever asked for an address while its interface was away, or knows it by another link-layer address, must learn where it is.
    // An address that somebody gave a virtual link is none that they should learn.
    let isForeign = virtualLinks.planned[index].map { $0.mac != after?.mac } ?? false
    if isUp, !isForeign, before?.isUp != true || before?.mac != after?.mac {
      addresses.announceAddresses(on: index, into: &addressActions)
      carryOutAddressActions(at: now)
    }
  }

  /// Tells the core whether a router has the interfaces that it cannot do without. One that is missing counts whatever is configured, be
  /// it its own or one for its virtual MAC address.
  func tellInterface(of router: Int, at now: MonotonicInstant) {
    let planned = plan.routers[router]
    let isMissing = interfaces[planned.interface] == nil || planned.foreignLink != nil
    guard !planned.ignoresInterfaceFaults || isMissing else { return }
    let isUp = interfaces.isUp(planned.interface) && planned.foreignLink == nil
    core.handle(.interface(up: isUp, router: router), at: now, into: &effects)
  }

  /// Asks for another engine once a link that was in the way has gone, or has become another.
  private func reviewForeignLink(before: Interface?, after: Interface?) {
    guard phase == .running, let before, plan.foreignLinks[before.name] != nil,
      before.name != after?.name || before.mac != after?.mac
    else { return }
    onInterfacesMoved?()
  }

  /// Tells the neighbours where this host is that routers with unicast peers send from.
  ///
  /// A master's kernel asks for the link-layer address of a peer that was gone only once a second (RFC 4861 section 10, RetransTimer),
  /// so a host that comes back would hear no advert for that long, and take over from a master that lives.
  func announceSources(of routers: some Sequence<Int>) {
    var announced: Set<AddressPlace> = []
    for router in routers where plan.routers[router].isUnicast {
      guard let place = sourcePlace(of: router), announced.insert(place).inserted,
        let mac = interfaces[place.interface]?.mac
      else { continue }
      // One that finds no room is not missed: the kernel's own question comes within a second.
      _ = transport.announce(place.prefix.address, at: mac, on: place.interface)
    }
    if !transport.flushAnnouncements() { hasUnsentPackets = true }
  }

  /// Where the address is that a router's adverts leave from; `nil` if it is a virtual one, which only its master announces.
  private func sourcePlace(of router: Int) -> AddressPlace? {
    guard let source = board.router(router)?.sourceAddress, !virtualAddresses.contains(source) else { return nil }
    let own = plan.routers[router].interface
    let carrier = interfaces.isUsable(source, on: own) ? own : interfaces.carrier(of: source)
    return carrier.map { AddressPlace(prefix: IPPrefix(host: source), interface: $0) }
  }

  private func isWatched(_ index: InterfaceIndex, _ name: String) -> Bool {
    routersOnInterface[index] != nil || plan.trackers.contains { $0.interfaceName == name }
  }

  private func addressAdded(_ address: AddressState, at now: MonotonicInstant) {
    guard !virtualAddresses.contains(address.prefix.address) else {
      let place = AddressPlace(prefix: address.prefix, interface: address.interface)
      if address.isDuplicate {
        addresses.foundDuplicate(place, into: &addressActions)
      } else if !address.isTentative {
        addresses.nowUsable(place, into: &addressActions)
      }
      return carryOutAddressActions(at: now)
    }
    interfaces.set(address)
    refreshSources(on: address.interface, at: now)
  }

  private func addressRemoved(_ address: AddressState, at now: MonotonicInstant) {
    let place = AddressPlace(prefix: address.prefix, interface: address.interface)
    addresses.addressVanished(place)
    entries.review = max(entries.review, .tracked)
    entries.entriesVanished(plan.entriesOfPlace[place] ?? [], at: now)
    guard !virtualAddresses.contains(address.prefix.address) else { return }
    interfaces.removeAddress(address.prefix, from: address.interface)
    refreshSources(on: address.interface, at: now)
  }

  private func refreshSources(on interface: InterfaceIndex, at now: MonotonicInstant) {
    guard phase == .running else { return }
    refreshHeartbeats(on: interface)
    for router in plan.routers.indices {
      let planned = plan.routers[router]
      if planned.interface == interface || planned.configuredSource != nil || planned.isUnicast {
        refreshSource(of: router, at: now)
      }
    }
    carryOut(at: now, due: nil)
  }

  /// Reads everything anew after messages were lost, and treats the difference as if it had been told.
  func resynchronize(at now: MonotonicInstant) {
    guard let snapshot = try? monitor.snapshot() else {
      needsResynchronization = true
      return
    }
    needsResynchronization = false
    linkDelays.forgetAll()
    let before = interfaces
    interfaces.replace(with: snapshot)
    guard phase == .running else { return }
    for index in Set(before.interfaces.keys).union(interfaces.interfaces.keys) {
      linkChanged(index, before: before[index], at: now)
    }
    refreshHeartbeats()
    for router in plan.routers.indices { refreshSource(of: router, at: now) }
    carryOut(at: now, due: nil)
    reportMoves()
    for link in plan.virtualLinks where interfaces[link.interface] == nil {
      virtualLinkVanished(link.interface)
    }
    for link in snapshot.links { virtualLinks.note(link) }
    addresses.findVanished { interfaces.holds($0.prefix, on: $0.interface) }
    addresses.review(snapshot.addresses, into: &addressActions)
    carryOutAddressActions(at: now)
    entries.review = max(entries.review, .tracked)
  }

  /// Takes what the prober has to say of checks.
  func watchProber() {
    proberRegistration = outbox.channel.flatMap { channel in
      try? reactor.watch(channel.rawValue, for: .readable) { [unowned self] _ in readProber() }
    }
  }

  /// Goes on with another prober.
  func replaceProber(_ channel: Channel) {
    if let proberRegistration { reactor.unwatch(proberRegistration) }
    outbox.replace(channel)
    watchProber()
    repeatDetails()
  }

  private func readProber() {
    // Bounded, so that a prober gone mad cannot keep the engine from its adverts.
    for _ in 0..<64 {
      guard let channel = outbox.channel, let receipt = try? channel.receive() else { return }
      switch receipt {
      case .message(let bytes, _):
        guard let verdict = try? TrackerVerdict(decoding: bytes) else { continue }
        take(verdict, at: reactor.now)
      case .truncated: continue
      case .wouldBlock: return
      case .closed:
        if let proberRegistration { reactor.unwatch(proberRegistration) }
        proberRegistration = nil
        return outbox.replace(nil)
      }
    }
  }

  private func take(_ verdict: TrackerVerdict, at now: MonotonicInstant) {
    guard plan.trackers.indices.contains(verdict.tracker), plan.trackers[verdict.tracker].isProbers else { return }
    setTracker(verdict.tracker, to: verdict.finding(since: now), at: now)
    carryOut(at: now, due: nil)
  }

  /// Notes what a tracker is found to be now, and tells the core if its status is another one than before.
  func setTracker(_ position: Int, to finding: TrackerFinding, at now: MonotonicInstant) {
    guard let record = board.tracker(position) else { return }
    let before = record.finding
    var finding = finding
    if before.status == finding.status { finding.since = before.since }
    record.finding = finding
    guard phase == .running, before.status != finding.status else { return }
    // What the prober has found it has told already.
    if !plan.trackers[position].isProbers { outbox.send(.event(.trackerChanged(tracker: position, finding.status))) }
    core.handle(.tracker(TrackerID(rawValue: position), finding.status), at: now, into: &effects)
  }
}

extension TrackerFinding {
  /// What an interface is found to be.
  static func interface(isUp: Bool, since: MonotonicInstant) -> TrackerFinding {
    TrackerFinding(isUp ? .up : .down, since: since, isUp ? "" : "interface is down")
  }
}
