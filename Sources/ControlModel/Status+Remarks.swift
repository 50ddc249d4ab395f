import NetworkTypes
import VRRPCore

extension Status {
  /// Most refused addresses that are named for one router.
  private static let mostNamed = 3

  /// What is wrong with a router now, besides how it came to its state: a sentence each.
  func remarks(on router: Router) -> [String] {
    presentFaults(of: router) + refusals(of: router) + trial(of: router)
  }

  /// What holds a router in FAULT now, where that is something else than what its last transition tells: one fault may follow another
  /// without a transition.
  private func presentFaults(of router: Router) -> [String] {
    guard router.snapshot.state == .fault, let cause = router.transition?.cause else { return [] }
    let failed = router.names.trackers.filter { binding in
      trackers.indices.contains(binding.tracker.rawValue)
        && binding.isFault(under: trackers[binding.tracker.rawValue].status)
    }.map(\.tracker)
    let faults = router.snapshot.faults
    guard !Self.tells(cause, of: faults, failed) else { return [] }
    let named: [(FaultReasons, String)] = [
      (.interface, "\(router.names.interface) is down"), (.sourceAddress, "there is no address to send from"),
      (.peers, "there is no unicast peer to send to"), (.addresses, "the kernel refuses its addresses"),
      (.syncGroup, "its sync group is in FAULT on another's account"),
    ]
    var sentences = named.filter { faults.contains($0.0) }.map(\.1)
    if faults.contains(.tracker) {
      sentences += failed.map { tracker in
        let reason = trackers[tracker.rawValue].reason
        let names = trackers[tracker.rawValue].names
        return "\(names.kind) \(names.name) is down" + (reason.isEmpty ? "" : ": \(reason)")
      }
    }
    return sentences.isEmpty ? [] : ["\(router.names.name): now in FAULT because " + sentences.joined(separator: "; ")]
  }

  /// Whether the cause of the last transition is all that holds a router in FAULT now.
  private static func tells(_ cause: Cause, of faults: FaultReasons, _ failed: [TrackerID]) -> Bool {
    switch cause {
    case .interfaceDown: faults == .interface
    case .sourceAddressLost: faults == .sourceAddress
    case .noPeers: faults == .peers
    case .addressesRefused: faults == .addresses
    case .syncGroup: faults == .syncGroup
    case .trackerDown(let tracker):
      faults.isSubset(of: [.tracker, .syncGroup]) && (failed == [tracker] || failed.isEmpty)
    case .started, .addressOwner, .masterDown, .masterResigned, .higherPriority, .tieLost, .preempted, .trackerUp,
      .interfaceUp, .sourceAddressFound, .overdue, .peersFound, .addressesTaken, .shutdown, .adopted:
      false
    }
  }

  /// The addresses that the kernel does not take, as far as the router should have them.
  private func refusals(of router: Router) -> [String] {
    guard router.snapshot.state == .master || router.snapshot.faults.contains(.addresses) else { return [] }
    let refused = router.addresses.filter { $0.refusal != nil }
    var sentences = refused.prefix(Self.mostNamed).map { address in
      let reason = Names.errorText(address.refusal ?? 0)
      return "\(router.names.name): the kernel refuses \(address.prefix.address)/\(address.prefix.length): \(reason)"
    }
    if refused.count > Self.mostNamed {
      sentences.append("\(router.names.name): the kernel refuses \(refused.count - Self.mostNamed) more")
    }
    return sentences
  }

  private func trial(of router: Router) -> [String] {
    guard router.snapshot.state == .fault, router.snapshot.faults.contains(.addresses),
      let due = router.snapshot.mainDeadline
    else { return [] }
    return [
      "\(router.names.name): the addresses are tried again in \(Spoken.duration(nanoseconds: (due - now).rawValue))"
    ]
  }
}
