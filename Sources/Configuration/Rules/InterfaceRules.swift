import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for the names of interfaces, and for their delays.
  static let interfaces: [Rule] = [
    Rule(
      "interface-name", .meaning, .error, "A word cannot be the name of an interface",
      "The kernel takes 1 to 15 characters and no slash. The name of a virtual interface is made of vmac_prefix and the number, and must fit too.",
      .instance("interface a-very-long-interface", "interface eth0"),
      remedy: "write a name of 1 to 15 characters without a slash"),
    Rule(
      "loopback-interface", .meaning, .error, "Adverts are to be sent on the loopback interface",
      "Nobody else is on it. Name the interface by which the hosts reach each other; addresses may still go to lo with dev lo.",
      .instance("interface lo", "interface eth0"), remedy: "name a link on which the other hosts are"),
    Rule(
      "link-delay", .meaning, .warning,
      "A link's fault would be noticed after the other hosts have given the master up",
      "A delay in interface_up_down_delays is at most the time of all but one of the adverts that a backup waits for. It is cut to that.",
      .file(
        "interface_up_down_delays {\neth0 9\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n}",
        "interface_up_down_delays {\neth0 1\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n}")),
    Rule(
      "duplicate-interface", .meaning, .warning, "An interface has two lines of delays, or is in two groups",
      "The first one counts.",
      .file("interface_up_down_delays {\n  eth0 1\n  eth0 2\n}", "interface_up_down_delays {\n  eth0 1\n}"),
      remedy: "take one of the two lines out"),
    Rule(
      "empty-block", .meaning, .warning, "A garp_group lacks its interfaces or its intervals",
      "It spaces nothing, and keepalived removes it.",
      .file("garp_group {\n  interface eth0\n}", "garp_group {\n  interface eth0\n  garp_interval 0.1\n}")),
    Rule(
      "duplicate-namespace", .meaning, .warning, "net_namespace is given twice", "The first one counts.",
      .file("net_namespace a\nnet_namespace b", "net_namespace a"), remedy: "take one of the two lines out"),
  ]
}

extension Lowering {
  /// Shortens a link delay that would hide a fault until the other hosts have given the master up.
  func limitLinkDelays() {
    guard !linkDelays.isEmpty else { return }
    for router in instances {
      guard let interface = router.ownInterface, var delay = linkDelays[interface.value],
        let span = linkDelaySpans[interface.value]
      else { continue }
      let adverts = router.core.downTimerAdverts - 1
      let limit = Nanoseconds.milliseconds(Int64(router.core.interval.rawValue) * 10 * Int64(max(0, adverts)))
      guard delay.down > limit || delay.up > limit else { continue }
      let shown = Self.seconds(limit)
      diagnostics.report(
        .warning, "link-delay",
        "a delay of \(interface.value) is longer than \(adverts) adverts of \(router.name.value); it counts as \(shown) s",
        at: span, notes: [("\(router.name.value) uses the interface here", interface.span)],
        suggestion: "write at most \(shown)")
      delay.down = min(delay.down, limit)
      delay.up = min(delay.up, limit)
      linkDelays[interface.value] = delay
    }
  }
}
