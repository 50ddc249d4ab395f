import NetworkTypes
import VRRPCore

extension Status {
  /// Greatest number of refused addresses that are named for one router.
  private static let mostNamed = 3

  /// Sentences on what is wrong with a router now, apart from the reason for its state.
  func remarks(on router: Router) -> [String] {
    presentFaults(of: router) + refusals(of: router) + trial(of: router)
  }

  /// Sentence on the faults that hold a router in FAULT now, if they are not those of its last transition: one fault
  /// may follow another without a transition.
  private func presentFaults(of router: Router) -> [String] {
    guard router.snapshot.state == .fault, let cause = router.transition?.cause else { return [] }
    let failed = router.names.trackers.filter { binding in
      trackers.indices.contains(binding.tracker.rawValue)
        && binding.isFault(under: trackers[binding.tracker.rawValue].finding.status)
    }.map(\.tracker)
    let faults = router.snapshot.faults
    guard !Self.explains(cause, of: faults, failed) else { return [] }
    let named: [(FaultReasons, String)] = [
      (.interface, "\(router.names.interface) is down"), (.sourceAddress, "there is no address to send from"),
      (.peers, "there is no unicast peer to send to"), (.addresses, "the kernel refuses its addresses"),
      (.syncGroup, "its sync group is in FAULT"),
    ]
    var sentences = named.filter { faults.contains($0.0) }.map(\.1)
    if faults.contains(.tracker) {
      sentences += failed.map { tracker in
        let failed = trackers[tracker.rawValue]
        return "\(failed.name) is down" + (failed.reason.isEmpty ? "" : ": \(failed.reason)")
      }
    }
    return sentences.isEmpty ? [] : ["\(router.names.name): now in FAULT because " + sentences.joined(separator: "; ")]
  }

  /// True if the cause of the last transition is the only fault of the router now.
  private static func explains(_ cause: Cause, of faults: FaultReasons, _ failed: [TrackerID]) -> Bool {
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

  /// Sentences on the addresses that the kernel refuses, if the router should have them.
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
      "\(router.names.name): the addresses are tried again in \(DurationText.duration(nanoseconds: (due - now).rawValue))"
    ]
  }
}
