import ConfigurationModel
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

extension InterfaceTable {
  /// The present interfaces and addresses.
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
  /// Handles the kernel's messages about links and addresses.
  func readMonitor() {
    let now = reactor.now
    do {
      try monitor.receive { event in handle(event, at: now) }
    } catch {
      resynchronize(at: now)
    }
  }

  private func handle(_ event: NetlinkEvent, at now: MonotonicInstant) {
    switch event {
    case .link(let link):
      let before = interfaces[link.index]
      // The kernel drops routes however short the link was down.
      if link.isUsable { entries.review = .all }
      interfaces.set(link, isUp: linkDelays.countsAsUp(link, wasUp: before?.isUp, at: now))
      linkChanged(link.index, before: before, at: now)
      virtualLinks.record(link)
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

  /// Applies the states of links that have lasted long enough.
  func applyLastingLinks(at now: MonotonicInstant) {
    for link in linkDelays.takeDue(at: now) {
      let before = interfaces[link.index]
      interfaces.set(link)
      linkChanged(link.index, before: before, at: now)
    }
  }

  /// Asks for an engine that uses the interfaces as they are now.
  func reportMoves() {
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
    if let tracker = plan.trackerNumbers[TrackerName(.interface, name)] {
      setTracker(tracker.rawValue, to: .interface(isUp: isUp), at: now)
    }
    if isUp { entries.recheck(.all) }
    if isUp { announceSources(of: plan.routers.indices.filter { sourcePlace(of: $0)?.interface == index }) }
    for router in routersOnInterface[index] ?? [] {
      if isUp { refreshSource(of: router, at: now) }
      reportInterface(of: router, at: now)
    }
    performEffects(at: now, due: nil)
    // Neighbours that asked for an address while its interface was down, or have cached another MAC address, must learn
    // the present one. A MAC address that another program gave a virtual link must not be announced.
    let isForeign = virtualLinks.planned[index].map { $0.mac != after?.mac } ?? false
    if isUp, !isForeign, before?.isUp != true || before?.mac != after?.mac {
      addresses.announceAddresses(on: index, into: &addressActions)
      performAddressActions(at: now)
    }
  }

  /// Tells the core whether a router has the interfaces that it needs. A missing interface counts whatever is
  /// configured, be it its own or one for its virtual MAC address.
  func reportInterface(of router: Int, at now: MonotonicInstant) {
    let planned = plan.routers[router]
    let isMissing = interfaces[planned.interface] == nil || planned.unusableLink != nil
    guard !planned.ignoresInterfaceFaults || isMissing else { return }
    let isUp = interfaces.isUp(planned.interface) && planned.unusableLink == nil
    core.handle(.interface(up: isUp, router: router), at: now, into: &effects)
  }

  /// Asks for another engine once a link that could not be used has been removed or changed.
  private func reviewForeignLink(before: Interface?, after: Interface?) {
    guard phase == .running, let before, plan.unusableLinks[before.name] != nil,
      before.name != after?.name || before.mac != after?.mac
    else { return }
    onInterfacesMoved?()
  }

  /// Announces the source addresses of routers with unicast peers to the neighbours.
  ///
  /// A master's kernel asks for the MAC address of a peer that was gone only once a second (RFC 4861 section 10,
  /// RetransTimer). Without the announcement a host that comes back would hear no advert for that long, and take over
  /// from a living master.
  func announceSources(of routers: some Sequence<Int>) {
    var announced: Set<AddressPlace> = []
    for router in routers where plan.routers[router].isUnicast {
      guard let place = sourcePlace(of: router), announced.insert(place).inserted,
        let mac = interfaces[place.interface]?.mac
      else { continue }
      // One for which there is no room is not needed: the kernel's own question comes within a second.
      _ = transport.announce(place.prefix.address, at: mac, on: place.interface)
    }
    if !transport.flushAnnouncements() { hasUnsentPackets = true }
  }

  /// Place of a router's source address; `nil` if it is a virtual one, which only its master announces.
  private func sourcePlace(of router: Int) -> AddressPlace? {
    guard let source = board.router(router)?.sourceAddress, !virtualAddresses.contains(source) else { return nil }
    let own = plan.routers[router].interface
    let carrier = interfaces.isUsable(source, on: own) ? own : interfaces.carrier(of: source)
    return carrier.map { AddressPlace(prefix: IPPrefix(host: source), interface: $0) }
  }

  private func isWatched(_ index: InterfaceIndex, _ name: String) -> Bool {
    routersOnInterface[index] != nil || plan.trackerNumbers[TrackerName(.interface, name)] != nil
  }

  private func addressAdded(_ address: AddressState, at now: MonotonicInstant) {
    guard !virtualAddresses.contains(address.prefix.address) else {
      let place = AddressPlace(prefix: address.prefix, interface: address.interface)
      if address.isDuplicate {
        addresses.foundDuplicate(place, into: &addressActions)
      } else if !address.isTentative {
        addresses.becameUsable(place, into: &addressActions)
      }
      return performAddressActions(at: now)
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
    performEffects(at: now, due: nil)
  }

  /// Reads everything again after messages were lost, and handles the differences like messages.
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
    performEffects(at: now, due: nil)
    reportMoves()
    for link in plan.virtualLinks where interfaces[link.interface] == nil {
      virtualLinkVanished(link.interface)
    }
    for link in snapshot.links { virtualLinks.record(link) }
    addresses.findVanished { interfaces.holds($0.prefix, on: $0.interface) }
    addresses.review(snapshot.addresses, into: &addressActions)
    performAddressActions(at: now)
    entries.review = max(entries.review, .tracked)
  }

  /// Watches the prober's channel for verdicts of checks.
  func watchProber() {
    proberRegistration = outbox.channel.flatMap { channel in
      try? reactor.watch(channel.rawValue, for: .readable) { [unowned self] _ in readProber() }
    }
  }

  /// Continues with another prober.
  func replaceProber(_ channel: Channel) {
    if let proberRegistration { reactor.unwatch(proberRegistration) }
    outbox.replace(channel)
    watchProber()
    repeatDetails()
  }

  private func readProber() {
    // The number is bounded, so that a prober that misbehaves cannot keep the engine from its adverts.
    for _ in 0..<64 {
      guard let channel = outbox.channel, let receipt = try? channel.receive() else { return }
      switch receipt {
      case .message(let bytes, _):
        guard let verdict = try? TrackerVerdict(decoding: bytes) else { continue }
        handle(verdict, at: reactor.now)
      case .truncated: continue
      case .wouldBlock: return
      case .closed:
        if let proberRegistration { reactor.unwatch(proberRegistration) }
        proberRegistration = nil
        return outbox.replace(nil)
      }
    }
  }

  private func handle(_ verdict: TrackerVerdict, at now: MonotonicInstant) {
    guard plan.trackers.indices.contains(verdict.tracker), plan.trackers[verdict.tracker].name.kind.isProbers
    else { return }
    setTracker(verdict.tracker, to: verdict.finding, at: now)
    performEffects(at: now, due: nil)
  }

  /// Records a tracker's finding, and tells the core if the status has changed.
  func setTracker(_ position: Int, to finding: TrackerFinding, at now: MonotonicInstant) {
    guard let record = board.tracker(position) else { return }
    let before = record.finding.status
    record.record(finding, at: now)
    guard phase == .running, before != finding.status else { return }
    // The prober has reported its own findings already.
    if !plan.trackers[position].name.kind.isProbers {
      outbox.send(.event(.trackerChanged(tracker: position, finding.status)))
    }
    core.handle(.tracker(TrackerID(rawValue: position), finding.status), at: now, into: &effects)
  }
}

extension TrackerFinding {
  /// Finding about an interface.
  static func interface(isUp: Bool) -> TrackerFinding {
    TrackerFinding(isUp ? .up : .down, isUp ? "" : "interface is down")
  }
}
