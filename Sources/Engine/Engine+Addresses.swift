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
        if case .claim = step.task {
          // Marked before the kernel is asked: whoever cleans up after a crash must not miss it.
          board.address(position)?.isOwned = true
          changes.append(AddressChange(.add, plan.addresses[position].specification))
        } else {
          changes.append(AddressChange(.remove, plan.addresses[position].specification))
        }
        positions.append(position)
      }
    }
    for (index, result) in apply(changes).enumerated() {
      settle(positions[index], changes[index].operation, result)
    }
  }

  /// Removes an address that no router here has, or may have now.
  func remove(_ place: AddressPlace) {
    let change = AddressChange(.remove, AddressSpecification(prefix: place.prefix, interface: place.interface))
    guard apply([change]).first == .done else { return }
    outbox.send(
      .event(
        LogEvent(.addressRemoved, address: place.prefix.address, text: interfaces[place.interface]?.name ?? "")))
  }

  /// Puts back what somebody else removed from a master, and announces it again.
  func putBackVanished(at now: MonotonicInstant) {
    guard !vanished.isEmpty else { return }
    for position in vanished {
      let address = plan.addresses[position]
      guard phase == .running, core.state(of: address.router) == .master, !work.holds(address.router),
        interfaces.isUp(address.interface), board.address(position)?.isOwned == true
      else { continue }
      let result = apply([AddressChange(.add, address.specification)]).first
      // It is there: the removal was an echo of this engine's own before it became master again.
      guard result == .done else { continue }
      board.router(address.router)?[.addressesPutBack] &+= 1
      announcer.announce(router: address.router, rounds: 1)
      outbox.send(
        .event(
          LogEvent(
            .addressPutBack, router: address.router, address: address.prefix.address,
            text: interfaces[address.interface]?.name ?? "")))
    }
    vanished.removeAll(keepingCapacity: true)
  }

  /// Sends announcements until a slice is full or none may leave.
  func announceSlice(at now: MonotonicInstant) {
    var count = 0
    while count < Self.slice,
      let next = announcer.next(at: now, addresses: { plan.routers[$0].addresses.count })
    {
      let position = plan.routers[next.router].addresses.lowerBound + next.position
      let address = plan.addresses[position]
      guard board.address(position)?.isOwned == true, let mac = interfaces[address.interface]?.mac else { continue }
      guard transport.announce(address.prefix.address, at: mac, on: address.interface) else {
        announcer.postpone(next.router, position: next.position, until: now + .milliseconds(1))
        break
      }
      announcer.didSend(address.prefix.address.family, at: now)
      board.router(next.router)?[.announcementsSent] &+= 1
      count += 1
    }
    _ = transport.flushAnnouncements()
  }

  private func apply(_ changes: [AddressChange]) -> [AddressChangeResult] {
    guard !changes.isEmpty else { return [] }
    do {
      return try kernelAddresses.apply(changes)
    } catch {
      return Array(repeating: .failed(error.errno), count: changes.count)
    }
  }

  private func settle(_ position: Int, _ operation: AddressChange.Operation, _ result: AddressChangeResult) {
    let record = board.address(position)
    switch result {
    case .done, .alreadyThere, .notThere:
      record?.isOwned = operation != .remove
    case .failed(let errno):
      // One that could not be removed stays marked, so that the next engine or the supervisor tries again.
      if operation != .remove { record?.isOwned = false }
      let address = plan.addresses[position]
      outbox.send(
        .event(
          LogEvent(
            .addressRefused, router: address.router, address: address.prefix.address, number: Int64(errno),
            text: interfaces[address.interface]?.name ?? "")))
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
    return specification
  }
}
