import NetworkTypes
import VRRPCore

extension Status {
  /// Most refused addresses that are named for one router.
  private static let mostNamed = 3

  /// What is wrong with a router now, besides how it came to its state: a sentence each.
  func remarks(on router: Router) -> [String] {
    refusals(of: router) + trial(of: router)
  }

  /// The addresses that the kernel does not take, as far as the router should have them.
  private func refusals(of router: Router) -> [String] {
    guard router.snapshot.state == .master || router.snapshot.faults.contains(.addresses) else { return [] }
    let refused = router.addresses.filter { $0.refusal != nil }
    var sentences = refused.prefix(Self.mostNamed).map { address in
      let reason = Names.errorText(Int64(address.refusal ?? 0))
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
