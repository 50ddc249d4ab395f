import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

extension Rule {
  /// Rules for trackers.
  static let trackers: [Rule] = [
    Rule(
      "unknown-script", .meaning, .warning, "track_script names a script that does not exist",
      "keepalived leaves the line out, so that nothing is checked and a sick service keeps its address.",
      .instance("track_script {\n  check_web\n}", "priority 100")),
    Rule(
      "unknown-session", .meaning, .warning, "track_bfd names a session that does not exist",
      "Nothing would be tracked.", .instance("track_bfd {\n  left\n}", "priority 100")),
    Rule(
      "unknown-file", .meaning, .warning, "track_file names a file that no block defines", "Nothing would be tracked.",
      .instance("track_file {\n  load\n}", "priority 100")),
    Rule(
      "unknown-process", .meaning, .warning, "track_process names processes that no block defines",
      "Nothing would be tracked.", .instance("track_process {\n  proxy\n}", "priority 100")),
    Rule(
      "unknown-probe", .meaning, .warning, "track_probe names a probe that no block defines", "Nothing would be asked.",
      .instance("track_probe {\n  web\n}", "priority 100")),
    Rule(
      "script-after-use", .meaning, .warning, "A vrrp_script stands after the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does. Move the block to the front while keepalived may still read the file.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_script {\n    c\n  }\n}\nvrrp_script c {\n  script /bin/true\n}",
        "vrrp_script c {\n  script /bin/true\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_script {\n    c\n  }\n}"
      )),
    Rule(
      "session-after-use", .meaning, .warning, "A bfd_instance stands after the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}"
      )),
    Rule(
      "file-after-use", .meaning, .warning, "A track_file block stands after the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.", late("track_file", "track_file a {\n  file /run/a\n}")),
    Rule(
      "process-after-use", .meaning, .warning, "A vrrp_track_process stands after the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.", late("track_process", "vrrp_track_process a {\n  process nginx\n}")
    ),
    Rule(
      "tracked-own-interface", .meaning, .warning, "A router tracks its own interface",
      "That is tracked anyway; the line is ignored.",
      .instance("track_interface {\n  eth0\n}", "track_interface {\n  eth1\n}"), remedy: "take the line out"),
    Rule(
      "tracked-twice", .meaning, .warning, "One thing is tracked twice", "The second line is ignored.",
      .instance("track_interface {\n  eth1\n  eth1\n}", "track_interface {\n  eth1\n}")),
    Rule(
      "owner-weight", .meaning, .warning, "A tracker with a weight stands beside priority 255",
      "The priority of the addresses' owner never changes (RFC 9568 section 5.2.4), so the tracker is left out.",
      .instance(
        "priority 255\ntrack_interface {\n  eth1 weight -5\n}", "priority 254\ntrack_interface {\n  eth1 weight -5\n}"),
      remedy: "give the router a priority below 255, or the tracker no weight"),
    Rule(
      "nopreempt-with-weight", .lint, .warning, "A router with nopreempt has trackers with weights",
      "A weight lowers the priority of a master whose check fails, and under nopreempt no backup takes over from a master because of its priority. So the weight never moves anything. Without a weight the failure is a fault: the master gives its addresses up at once.",
      .instance("nopreempt\ntrack_interface {\n  eth1 weight -50\n}", "nopreempt\ntrack_interface {\n  eth1\n}")),
    Rule(
      "weight-without-effect", .lint, .warning, "A weight changes no priority",
      "A priority stays within 1 to 254, whatever is added to it or taken from it.",
      .instance(
        "priority 254\ntrack_interface {\n  eth1 weight 10\n}", "priority 244\ntrack_interface {\n  eth1 weight 10\n}"),
      remedy: "give the router a priority that leaves room for the weight"),
    Rule(
      "weight-clamped", .lint, .warning, "Weights take a priority beyond 254",
      "What is above 254 is lost, and hosts that all come to 254 rank by address only.",
      .instance(
        "priority 250\ntrack_interface {\n  eth1 weight 10\n}", "priority 240\ntrack_interface {\n  eth1 weight 10\n}"),
      remedy: "write a lower priority or weight, so that the sum is at most 254"),
  ]

  /// An example of a block after its use, and before it.
  private static func late(_ keyword: String, _ block: String) -> Example {
    let user = "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  \(keyword) {\n    a\n  }\n}"
    return .file("\(user)\n\(block)", "\(block)\n\(user)")
  }
}

extension Lowering {
  /// Reports tracked names that do not exist; keepalived also requires the definition before its use.
  func checkTrackedNames() {
    for entry in trackEntries {
      guard let wording = entry.kind.wording else { continue }
      let name = entry.name.value
      guard let place = trackable(entry)?.name.span else {
        reportUnknown(
          .warning, wording.unknown, "there is no \(wording.block) \(name); nothing is \(wording.use)", entry.name,
          among: names(of: entry.kind), otherwise: "write \(wording.block) \(name) { \(wording.example) }")
        continue
      }
      guard let afterUse = wording.afterUse, place.file == entry.name.span.file, place.line > entry.name.span.line
      else { continue }
      diagnostics.report(
        .warning, afterUse,
        "\(wording.block) \(name) stands after its use; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", place)],
        suggestion: "move the \(wording.block) block to the front")
    }
  }

  /// All tracker entries of routers and groups.
  var trackEntries: [TrackEntry] { instances.flatMap(\.notes.tracked.list) + groups.flatMap(\.notes.tracked.list) }

  /// Drops the router's own interface, which is tracked anyway.
  func dropOwnInterface(of router: inout InstanceReading) {
    guard let own = router.ownInterface?.value else { return }
    router.notes.tracked.list.removeAll { entry in
      guard entry.kind == .interface, entry.name.value == own else { return false }
      diagnostics.report(
        .warning, "tracked-own-interface",
        "\(own) is the router's own interface and tracked anyway; the line is ignored",
        at: entry.name.span, changes: [.removeLine(entry.name.span)])
      return true
    }
  }

  /// Drops weights of the addresses' owner, whose priority never changes (RFC 9568 section 5.2.4).
  func dropWeightsOfOwner(_ router: inout InstanceReading) {
    guard router.isOwner else { return }
    router.notes.tracked.list.removeAll { entry in
      guard weight(of: entry) != 0 else { return false }
      diagnostics.report(
        .warning, "owner-weight", "priority 255 never changes, so \(entry.name.value) with a weight is not tracked",
        at: entry.name.span)
      if entry.kind == .script { router.notes.scriptsWithoutEffect.append(entry.name.value) }
      return true
    }
  }

  /// Sets weights of a group to 0 if a member owns its addresses.
  func dropWeights(ofOwnersGroup index: Int) {
    let group = groups[index]
    for (position, entry) in group.notes.tracked.list.enumerated() where weight(of: entry) != 0 {
      diagnostics.report(
        .warning, "owner-weight",
        "a member of \(group.name.value) has priority 255, so \(entry.name.value) counts with weight 0",
        at: entry.name.span)
      groups[index].notes.tracked.list[position].weight = Located(0, entry.name.span)
    }
  }

  /// Reports weights beside `nopreempt`: a weight only lowers a priority, and no backup preempts a master whose priority is low.
  func findWeightsUnderNopreempt() {
    let trackers = WeightedTrackers(self)
    for router in instances {
      guard !router.core.preempt, let nopreempt = router.places["nopreempt"] else { continue }
      for tracker in trackers.of(router) {
        diagnostics.report(
          .warning, "nopreempt-with-weight",
          "\(router.name.value) has nopreempt, so a weight of \(tracker.value.tracker.name) moves nothing: no backup takes over from a master whose priority falls",
          at: tracker.span, notes: [("nopreempt is written here", nopreempt)],
          suggestion:
            "give \(tracker.value.tracker.name) no weight, so that its failure is a fault, or take nopreempt out, on all hosts"
        )
      }
    }
  }

  /// Reports weights that have no effect in part or at all, because a priority stays within 1 to 254.
  func findWeightsBeyondBounds() {
    let weights = WeightedTrackers(self)
    for router in instances where !router.isOwner {
      let trackers = weights.of(router)
      let gains = trackers.reduce(0) { $0 + max(0, $1.value.weight) }
      let losses = trackers.reduce(0) { $0 + min(0, $1.value.weight) }
      let base = Int(router.core.priority.rawValue)
      let place = router.places["priority"].map { [("the priority is written here", Optional($0))] } ?? []
      for tracker in trackers where tracker.value.weight > 0 ? base + losses >= 254 : base + gains <= 1 {
        diagnostics.report(
          .warning, "weight-without-effect",
          "\(router.name.value) has priority \(base) and a priority stays within 1 to 254, so weight \(tracker.value.weight) of \(tracker.value.tracker.name) changes nothing",
          at: tracker.span, notes: place)
      }
      guard base < 254, base + gains > 254, let first = trackers.first(where: { $0.value.weight > 0 }) else { continue }
      diagnostics.report(
        .warning, "weight-clamped",
        "\(router.name.value): priority \(base) and weights of \(gains) make \(base + gains), which becomes 254; hosts that both come to 254 rank by address",
        at: first.span, notes: place)
    }
  }
}

extension TrackerKind {
  /// Words and ids of findings about one kind of tracker.
  struct Wording {
    /// The finding when nothing defines the name.
    var unknown: String
    /// The finding when the definition follows the use; `nil` for a kind that keepalived does not know.
    var afterUse: String?
    var block: String
    var use: String
    var example: String
  }

  /// The wording; `nil` for a kind that no block defines.
  var wording: Wording? {
    switch self {
    case .script:
      Wording(
        unknown: "unknown-script", afterUse: "script-after-use", block: "vrrp_script", use: "checked",
        example: "script \"COMMAND\"")
    case .interface, .group: nil
    case .bfd:
      Wording(
        unknown: "unknown-session", afterUse: "session-after-use", block: "bfd_instance", use: "tracked",
        example: "neighbor_ip ADDRESS")
    case .file:
      Wording(
        unknown: "unknown-file", afterUse: "file-after-use", block: "track_file", use: "tracked",
        example: "file \"PATH\"")
    case .process:
      Wording(
        unknown: "unknown-process", afterUse: "process-after-use", block: "vrrp_track_process", use: "tracked",
        example: "process NAME")
    case .probe:
      Wording(
        unknown: "unknown-probe", afterUse: nil, block: "vrrp_probe", use: "asked",
        example: "tcp HOST:PORT")
    }
  }
}
