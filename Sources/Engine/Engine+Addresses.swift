import Configuration
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

extension Engine {
  /// Carries out steps of the work queue in as few netlink messages as they fit in.
  func changeAddresses(_ steps: [WorkQueue.Step]) {
    var changes: [AddressChange] = []
    var positions: [Int] = []
    for step in steps {
      let first = plan.routers[step.router].addresses.lowerBound
      for offset in step.positions {
        let position = first + offset
        guard let change = change(for: step.task, at: position) else { continue }
        changes.append(change)
        positions.append(position)
      }
    }
    for (index, result) in apply(changes).enumerated() {
      settle(positions[index], changes[index].operation, result)
      if changes[index].operation != .remove, result.isInPlace { lost.remove(positions[index]) }
    }
  }

  private func change(for task: WorkQueue.Task, at position: Int) -> AddressChange? {
    let address = plan.addresses[position]
    switch task {
    case .claim:
      // What is there already is not asked for again: only so is an owner's own address told from one that martlet added.
      guard board.address(position)?.isOwned != true else { return nil }
      // Marked before the kernel is asked: whoever cleans up after a crash must not miss it.
      board.address(position)?.isOwned = true
      return AddressChange(.add, address.specification)
    case .release:
      // Master again meanwhile: it stays, and so does the note that it is martlet's.
      guard core.state(of: address.router) != .master else { return nil }
      guard !native.contains(position), !isMastered(address.place) else {
        board.address(position)?.isOwned = false
        return nil
      }
      return AddressChange(.remove, address.specification)
    }
  }

  /// Removes an address that no router here has, or may have now; the log says which.
  func remove(_ place: AddressPlace) {
    let change = AddressChange(.remove, AddressSpecification(prefix: place.prefix, interface: place.interface))
    guard apply([change]).first == .done else { return }
    let reason: LogEvent.Removal = addressPositions[place] == nil ? .notConfigured : .notMaster
    let interface = interfaces[place.interface]?.name ?? ""
    outbox.send(.event(.addressRemoved(place.prefix.address, from: interface, reason)))
  }

  /// Puts back what somebody else removed from a master, a slice of it, and announces it again. What comes back too often, or cannot
  /// come back now, waits for ``reconcile(at:)``, which comes earlier for the former.
  func putBackVanished(at now: MonotonicInstant) {
    guard !vanished.isEmpty else { return }
    let slice = vanished.prefix(Self.slice)
    var due: [Int] = []
    for position in slice {
      let router = plan.addresses[position].router
      guard phase == .running, core.state(of: router) == .master, board.address(position)?.isOwned == true
      else { continue }
      board.address(position)?.isOwned = false
      // What goes with its interface was removed by nobody.
      if interfaces.isUp(plan.addresses[position].interface) { lost.insert(position) }
      // A claim under way adds it, or has passed it already, and then the next reconciliation does.
      guard !work.holds(router) else { continue }
      if let last = lastPutBack[position], now - last < Self.putBackInterval {
        reconcileDue = min(reconcileDue, last + Self.putBackInterval)
      } else {
        due.append(position)
      }
    }
    vanished.removeFirst(slice.count)
    putBack(due, at: now)
  }

  /// Makes the kernel agree with the routers' states, a pass a second and a slice a turn: what a master should have and has not is
  /// added, what somebody who is not master still has is removed.
  func reconcile(at now: MonotonicInstant) {
    guard now >= reconcileDue, phase == .running else { return }
    var missing: [Int] = []
    var surplus: [(position: Int, change: AddressChange)] = []
    while reconcilePosition < plan.addresses.count, missing.count + surplus.count < Self.slice {
      let position = reconcilePosition
      reconcilePosition += 1
      let router = plan.addresses[position].router
      guard !work.holds(router) else { continue }
      let isOwned = board.address(position)?.isOwned == true
      if core.state(of: router) == .master {
        if !isOwned, !native.contains(position) { missing.append(position) }
      } else if isOwned, let change = change(for: .release(resigns: false), at: position) {
        surplus.append((position, change))
      }
    }
    if reconcilePosition == plan.addresses.count {
      reconcilePosition = 0
      reconcileDue = now + Self.reconcileInterval
      reconcileEntries()
      retryDuplicates()
      refreshResignations()
    }
    for (removal, result) in zip(surplus, apply(surplus.map(\.change))) { settle(removal.position, .remove, result) }
    putBack(missing, at: now)
  }

  private func putBack(_ missing: [Int], at now: MonotonicInstant) {
    let positions = missing.filter { interfaces.isUp(plan.addresses[$0].interface) }
    for position in positions {
      lastPutBack[position] = now
      board.address(position)?.isOwned = true
    }
    let results = apply(positions.map { AddressChange(.add, plan.addresses[$0].specification) })
    for (position, result) in zip(positions, results) {
      settle(position, .add, result)
      // One that is there already was an echo of this engine's own removal, before it became master again.
      if result == .done { noteReturn(of: position, at: now) }
      if result.isInPlace { lost.remove(position) }
    }
  }

  private func noteReturn(of position: Int, at now: MonotonicInstant) {
    let address = plan.addresses[position]
    announcer.announce(
      router: address.router, position: position - plan.routers[address.router].addresses.lowerBound)
    guard lost.contains(position) else { return }
    board.router(address.router)?[.addressesPutBack] &+= 1
    guard limiter.shouldLog(.addressPutBack, from: address.prefix.address, at: now) else { return }
    let interface = interfaces[address.interface]?.name ?? ""
    outbox.send(.event(.addressPutBack(address.prefix.address, on: interface), router: address.router))
  }

  /// Sends announcements until a slice is full or none may leave.
  func announceSlice(at now: MonotonicInstant) {
    var count = 0
    while count < Self.slice,
      let next = announcer.next(at: now, addresses: { plan.routers[$0].addresses.count })
    {
      let position = plan.routers[next.router].addresses.lowerBound + next.position
      let address = plan.addresses[position]
      guard board.address(position)?.isOwned == true || native.contains(position), !settling.contains(position),
        let mac = interfaces[address.interface]?.mac
      else { continue }
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

  /// Announces an address that the kernel now answers for.
  ///
  /// It acknowledges an IPv6 address at once and makes it its own a little later, or after duplicate address detection. Whoever believed
  /// an announcement before that would be sent away, or for a whole second unheard: a router passes on what is not its own, the
  /// neighbour's answer to its own solicitation too, and solicits again only after RetransTimer (RFC 4861 section 10).
  func settled(_ position: Int) {
    duplicates.remove(position)
    guard settling.remove(position) != nil else { return }
    board.address(position)?.isSettling = false
    let router = plan.addresses[position].router
    guard core.state(of: router) == .master else { return }
    announcer.announce(
      router: router, position: position - plan.routers[router].addresses.lowerBound,
      rounds: plan.core[router].announcements.repeats)
  }

  /// Notes that the kernel gives an address up because another host answers for it, as an old master may until it hears of the new.
  func noteDuplicate(_ place: AddressPlace, at now: MonotonicInstant) {
    let held = (addressPositions[place] ?? []).filter { board.address($0)?.isOwned == true }
    duplicates.formUnion(held)
    guard let position = held.first, limiter.shouldLog(.duplicateAddress, from: place.prefix.address, at: now)
    else { return }
    let router = plan.addresses[position].router
    outbox.send(.event(.duplicateAddress(place.prefix.address), router: router))
  }

  /// Has the kernel look once more whether another host answers for an address. By itself it never would.
  private func retryDuplicates() {
    let positions = duplicates.filter {
      core.state(of: plan.addresses[$0].router) == .master && board.address($0)?.isOwned == true
    }
    duplicates.removeAll()
    guard !positions.isEmpty else { return }
    let specifications = positions.map { plan.addresses[$0].specification }
    _ = apply(specifications.map { AddressChange(.remove, $0) })
    let results = apply(specifications.map { AddressChange(.add, $0) })
    for (position, result) in zip(positions, results) { settle(position, .add, result) }
  }

  func apply(_ changes: [AddressChange]) -> [AddressChangeResult] {
    guard !changes.isEmpty else { return [] }
    do {
      return try kernelAddresses.apply(changes)
    } catch {
      return Array(repeating: .failed(error.errno), count: changes.count)
    }
  }

  private func settle(_ position: Int, _ operation: AddressChange.Operation, _ result: AddressChangeResult) {
    let record = board.address(position)
    let address = plan.addresses[position]
    switch result {
    case .done, .alreadyThere, .notThere:
      if operation != .remove {
        refusals.take(position)
        record?.refusal = nil
      }
      // That it is not there any more, as it never was, is no news of one that the kernel would not take.
      if record?.refusal == nil { refused.remove(position) }
      record?.isOwned = operation != .remove
      if operation == .remove {
        settling.remove(position)
        duplicates.remove(position)
        record?.isSettling = false
      } else if result == .done, address.prefix.address.family == .ipv6 {
        settling.insert(position)
        record?.isSettling = true
      }
      if result == .alreadyThere, isOwner(address.router), lastPutBack[position] == nil {
        // The owner's address is the host's own: it was there before martlet and stays when martlet goes.
        native.insert(position)
        record?.isOwned = false
      }
    case .failed(let errno):
      // One that could not be removed stays marked, so that it is tried again, if need be by whoever cleans up.
      if operation != .remove {
        record?.isOwned = false
        record?.refusal = errno
        refusals.refuse(position, of: address.router, errno)
      }
      guard refused.insert(position).inserted else { return }
      let interface = plan.name(of: address.interface)
      outbox.send(
        .event(.addressRefused(address.prefix.address, on: interface, errno: errno), router: address.router))
    }
  }
}

extension PlannedAddress {
  /// The address as the kernel is asked for it.
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
