import ConfigurationModel
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

/// Performing of what ``AddressKeeper`` decides, on the board and in the kernel, and passing of events to it.
extension Engine {
  /// Adds addresses of masters again that another program removed.
  func returnVanishedAddresses(at now: MonotonicInstant) {
    addresses.writeMarks(markAddress)
    guard !addresses.vanished.isEmpty else { return }
    addresses.returnVanished(at: now, isUp: interfaces.isUp, into: &addressRequests)
    changeAddresses(at: now)
  }

  /// Performs a slice of the waiting claims and releases.
  func workSlice(at now: MonotonicInstant) {
    guard !addresses.queue.isEmpty else { return }
    addresses.takeSlice(into: &addressRequests)
    changeAddresses(at: now)
    addresses.finishSlice(into: &addressActions)
    performAddressActions(at: now)
    flushAdverts()
  }

  /// Makes the kernel agree with the routers' states, one pass a second and one slice a turn.
  func reconcile(at now: MonotonicInstant) {
    guard now >= addresses.reconcileDue, phase == .running else { return }
    let isOver = addresses.reconcile(at: now, isUp: interfaces.isUp, into: &addressRequests)
    changeAddresses(at: now)
    guard isOver else { return }
    removeOrphans(at: now)
    entries.reconcile()
    refreshResignations()
  }

  /// Tells the core of masters without a single address, and tries refused addresses again.
  func reviewRefusals(at now: MonotonicInstant) {
    guard !addresses.refusals.isIdle, phase == .running else { return }
    addresses.reviewRefusals(into: &addressActions)
    performAddressActions(at: now)
    while addresses.takeTrial(into: &addressRequests, &addressActions) { changeAddresses(at: now) }
    performEffects(at: now, due: nil)
  }

  /// Takes over the addresses of the previous engine.
  func adoptAddresses(_ previous: PreviousAddresses, at now: MonotonicInstant) {
    addresses.adopt(
      previous, masters: { core.state(of: $0) == .master }, holds: { interfaces.holds($0.prefix, on: $0.interface) },
      into: &addressActions)
    addresses.writeMarks(markAddress)
    removeOrphans(at: now)
    guard addresses.needsLook, let snapshot = try? monitor.snapshot() else { return }
    // Addresses that became usable without a report are announced now, and duplicates are claimed again. Later changes
    // are reported by the kernel.
    addresses.review(snapshot.addresses, into: &addressActions)
    performAddressActions(at: now)
  }

  private func removeOrphans(at now: MonotonicInstant) {
    addresses.removeOrphans(
      ask: { places in
        apply(places.map { AddressChange(.remove, AddressSpecification(prefix: $0.prefix, interface: $0.interface)) })
      }, into: &addressActions)
    performAddressActions(at: now)
  }

  /// Asks the kernel for the keeper's requests, and performs the actions that follow.
  private func changeAddresses(at now: MonotonicInstant) {
    addresses.perform(
      addressRequests, mark: markAddress,
      ask: { requests in
        apply(
          requests.map {
            AddressChange($0.operation, plan.addresses[$0.position].specification, prepared: $0.position)
          })
      }, into: &addressActions)
    performAddressActions(at: now)
  }

  func markAddress(_ position: Int, _ mark: AddressMark) {
    guard let record = board.address(position) else { return }
    record.ownership = mark.ownership
    record.isTentative = mark.isTentative
    record.refusal = mark.refusal
  }

  private func apply(_ changes: [AddressChange]) -> [AddressChangeResult] {
    do {
      return try kernelAddresses.apply(changes)
    } catch {
      return Array(repeating: .failed(error.errno), count: changes.count)
    }
  }

  /// Performs the actions that follow from the kernel's answers.
  func performAddressActions(at now: MonotonicInstant) {
    for action in addressActions {
      switch action {
      case .claimed(let router): entries.claimed(router)
      case .released(let router): entries.released(router)
      case .resign(let router): sendAdvert(.resignation, of: router)
      case .announce(let router, let rounds): announcer.announce(router: router, rounds: rounds)
      case .announceAddress(let position, let rounds):
        let router = plan.addresses[position].router
        announcer.announce(
          router: router, position: position - plan.routers[router].addresses.lowerBound, rounds: rounds)
      case .announceAdded(let router): core.announceAdded(router: router, at: now)
      case .addressesRefused(let router, let error):
        core.handle(.addressesRefused(error: error, router: router), at: now, into: &effects)
        markDirty(router)
      case .addressesTaken(let router):
        core.handle(.addressesTaken(router: router), at: now, into: &effects)
        markDirty(router)
      case .report(let report): log(report, at: now)
      }
    }
    addressActions.empty()
  }

  private func log(_ report: AddressReport, at now: MonotonicInstant) {
    switch report {
    case .putBack(let position):
      let address = plan.addresses[position]
      board.router(address.router)?[.addressesPutBack] &+= 1
      guard limiter.shouldLog(.addressPutBack, from: address.prefix.address, at: now) else { return }
      let name = interfaces[address.interface]?.name ?? ""
      outbox.send(.event(.addressPutBack(address.prefix.address, on: name), router: address.router))
    case .refusal(let position, let error):
      let address = plan.addresses[position]
      let name = interfaces[address.interface]?.name ?? plan.name(of: address.interface)
      outbox.send(.event(.addressRefused(address.prefix.address, on: name, errno: error), router: address.router))
    case .duplicate(let position):
      let address = plan.addresses[position]
      guard limiter.shouldLog(.duplicateAddress, from: address.prefix.address, at: now) else { return }
      outbox.send(.event(.duplicateAddress(address.prefix.address), router: address.router))
    case .removal(let place, let isConfigured):
      let name = interfaces[place.interface]?.name ?? ""
      outbox.send(
        .event(.addressRemoved(place.prefix.address, from: name, isConfigured ? .notMaster : .notConfigured)))
    }
  }

  /// Sends announcements until a slice is full or none may leave.
  func announceSlice(at now: MonotonicInstant) {
    var count = 0
    while count < addresses.slice,
      let next = announcer.next(at: now, addresses: { plan.routers[$0].addresses.count })
    {
      let position = plan.routers[next.router].addresses.lowerBound + next.position
      let address = plan.addresses[position]
      guard addresses.isAnnounceable(position), let mac = interfaces[address.interface]?.mac else { continue }
      guard transport.announce(address.prefix.address, at: mac, on: address.interface) else {
        announcer.postpone(next.router, position: next.position, until: now + .milliseconds(1))
        break
      }
      announcer.didSend(next.router, position: next.position, at: now)
      board.router(next.router)?[.announcementsSent] &+= 1
      count += 1
    }
    if !transport.flushAnnouncements() { hasUnsentPackets = true }
  }
}

extension PlannedAddress {
  /// Specification of the address for the kernel.
  var specification: AddressSpecification {
    var specification = AddressSpecification(prefix: prefix, interface: interface)
    specification.label = definition.label
    specification.broadcast = definition.broadcast
    specification.peer = definition.peer
    specification.runsDuplicateDetection = !definition.skipsDuplicateDetection
    specification.preferredLifetime = definition.preferredLifetime
    if prefix.address.family == .ipv4 { specification.scope = AddressScope(rawValue: definition.scope) }
    if definition.noPrefixRoute { specification.flags.insert(.noPrefixRoute) }
    if definition.isHome { specification.flags.insert(.home) }
    if definition.managesTemporary { specification.flags.insert(.managesTemporary) }
    if definition.joinsMulticast { specification.flags.insert(.joinsMulticast) }
    return specification
  }
}
