import ControlModel
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Performs the effects of the core in their order.
  /// - Parameter due: the instant at which the timer was due that led to them, to compute how late their adverts are.
  func performEffects(at now: MonotonicInstant, due: MonotonicInstant?) {
    guard !effects.isEmpty else { return }
    for effect in effects {
      let router = effect.router
      markDirty(router)
      switch effect.action {
      case .send(let priority):
        if let due { recordLateness(now - due, of: router) }
        if priority != .resignation || !addresses.resignAfterRelease(router) { sendAdvert(priority, of: router) }
      case .claim:
        addresses.claim(router)
        entries.claim(router)
      case .release:
        addresses.release(router)
        entries.release(router)
      case .announce(let repeats):
        if !addresses.announceAfterClaim(router, rounds: repeats) {
          announcer.announce(router: router, rounds: repeats)
        }
      case .tryAddresses:
        addresses.scheduleTrial(router)
      case .cancelAnnouncements:
        addresses.cancelAnnouncements(router)
        announcer.cancel(router: router)
      case .transition(let transition):
        report(transition, of: router)
      case .priorityChanged(let from, let to):
        outbox.send(.priorityChanged(router: router, from: from, to: to))
      case .otherMaster(let address, let priority, let yields):
        reportOtherMaster(address, priority, yields: yields, of: router, at: now)
      }
    }
    effects.empty()
  }

  /// Adds a router's advert to the batch that leaves at the end of the turn.
  func sendAdvert(_ priority: Priority, of router: Int) {
    heartbeats?.send(
      priority, of: router, plan.routers[router].family, transport.signer(of: router) as? TrailerSigner,
      isUp: interfaces.isUp)
    // On a dead link the kernel keeps a unicast packet until the neighbour answers. A resignation that arrives when the link is back
    // would make the new master announce itself against the returning one.
    guard priority != .resignation || interfaces.isUp(plan.routers[router].interface) else { return }
    let sent = transport.send(priority, of: router, plan.routers[router], failure: recordSendFailure)
    keepReady(router)
    guard let record = board.router(router) else { return }
    record[.advertisementsSent] &+= UInt64(sent)
    if priority == .resignation { record[.resignationsSent] &+= UInt64(sent) }
  }

  /// Writes to the board what others need if this engine dies: the sequence number of a signed router's adverts, and
  /// its resignation, which has the next number and so is signed anew with each advert.
  func keepReady(_ router: Int) {
    guard let signer = transport.signer(of: router), let record = board.router(router) else { return }
    record.sequenceNumber = signer.number
    record.rewriteResignation(on: board, signer.writeResignations)
  }

  /// Builds the ready resignation on the board for another source address.
  func makeReady(_ router: Int) {
    guard let packets = transport.resignation(of: router, plan.routers[router]) else { return }
    board.router(router)?.write(packets, on: board)
  }

  func flushAdverts() {
    heartbeats?.flush()
    if !transport.flush(failure: recordSendFailure) { hasUnsentPackets = true }
  }

  private func recordSendFailure(router: Int, errno: Int32) {
    board.router(router)?[.sendErrors] &+= 1
    guard !sendFails[router] else { return }
    sendFails[router] = true
    outbox.send(.event(.sendFailed(on: plan.routers[router].interfaceName, errno: errno), router: router))
  }

  private func recordLateness(_ lateness: Nanoseconds, of router: Int) {
    guard let record = board.router(router) else { return }
    record[.greatestLateness] = max(record[.greatestLateness], UInt64(clamping: lateness.rawValue))
  }

  private func report(_ transition: Transition, of router: Int) {
    guard let record = board.router(router) else { return }
    let number = (record.lastTransition?.number ?? 0) &+ 1
    record.record(transition, number: number)
    if transition.to == .master { record[.becameMaster] &+= 1 }
    if transition.from == .master { record[.releasedMaster] &+= 1 }
    // In a new state a failure to send is worth a new line.
    sendFails[router] = false
    let detail = detail(of: transition.cause, router)
    details[router] = detail.isEmpty ? nil : detail
    outbox.send(.transition(router: router, number: number, transition, detail: detail))
  }

  /// Reports the details of a router's fault if they have changed, as when an address came that cannot be used.
  func refreshDetail(of router: Int) {
    guard core.state(of: router) == .fault, let cause = board.router(router)?.lastTransition?.transition.cause,
      cause == .sourceAddressLost
    else { return }
    let detail = detail(of: cause, router)
    guard details[router] ?? "" != detail else { return }
    details[router] = detail.isEmpty ? nil : detail
    outbox.send(.detail(router: router, text: detail))
  }

  /// Reports the details of each router's last transition to a new prober.
  func repeatDetails() {
    for router in plan.routers.indices {
      guard let cause = board.router(router)?.lastTransition?.transition.cause else { continue }
      let detail = detail(of: cause, router)
      if !detail.isEmpty { outbox.send(.detail(router: router, text: detail)) }
    }
  }

  /// Details of a fault that its cause does not give.
  private func detail(of cause: Cause, _ router: Int) -> String {
    switch cause {
    case .interfaceDown:
      plan.routers[router].unusableLink ?? ""
    case .sourceAddressLost:
      interfaces.complaint(of: plan.routers[router], virtual: virtualAddresses)
    // The board has what a tracker reported.
    case .trackerDown, .trackerUp, .started, .addressOwner, .masterDown, .masterResigned, .higherPriority, .tieLost,
      .preempted, .interfaceUp, .sourceAddressFound, .overdue, .noPeers, .peersFound, .addressesRefused,
      .addressesTaken, .syncGroup, .shutdown, .adopted:
      ""
    }
  }

  private func reportOtherMaster(
    _ address: IPAddress, _ priority: Priority, yields: Bool, of router: Int, at now: MonotonicInstant
  ) {
    if let record = board.router(router) {
      record[.otherMasters] &+= 1
      record[sighting: .otherMaster] = (address, now, priority.rawValue)
    }
    // At a hand-back the former master may send one more advert before it hears of the new one.
    let isFormer = !yields && hasJustBecomeMaster(router, at: now)
    guard limiter.shouldLog(isFormer ? .formerMaster : .otherMaster, from: address, at: now) else { return }
    let rivalry: LogEvent.Rivalry = yields ? .yields : isFormer ? .replaces : .stays
    outbox.send(.event(.otherMaster(address, priority, rivalry), router: router))
  }

  private func hasJustBecomeMaster(_ router: Int, at now: MonotonicInstant) -> Bool {
    guard let record = board.router(router), let last = record.lastTransition?.transition, last.to == .master,
      let interval = record.description?.interval
    else { return false }
    return now - last.at <= interval.nanoseconds
  }
}
