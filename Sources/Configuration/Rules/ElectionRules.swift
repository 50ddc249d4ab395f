import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for the settings that decide who is master.
  static let elections: [Rule] = [
    Rule(
      "unknown-state", .meaning, .warning, "state is neither MASTER nor BACKUP",
      "The router starts as BACKUP. The words are written in capitals.", .instance("state master", "state BACKUP")),
    Rule(
      "state-twice", .meaning, .warning, "state is written twice", "MASTER counts, whatever stands before or after it.",
      .instance("priority 200\nstate MASTER\nstate BACKUP", "priority 200\nstate MASTER")),
    Rule(
      "master-without-priority", .meaning, .warning, "A router has state MASTER and no priority",
      "It gets 255, the priority of the addresses' owner: it takes over from everybody, and weights have no effect.",
      .instance("state MASTER", "state MASTER\npriority 150"),
      remedy: "write priority NUMBER, from 1 to 254 and highest on the host that shall be master"),
    Rule(
      "nopreempt-with-master", .meaning, .warning, "nopreempt stands beside state MASTER or priority 255",
      "It has no effect, as in keepalived: the router does preempt. Write state BACKUP on all hosts; an election decides who begins.",
      .instance("state MASTER\npriority 150\nnopreempt", "state BACKUP\npriority 150\nnopreempt")),
    Rule(
      "timer-expired-with-preemption", .meaning, .warning, "timer_expired_backup stands without nopreempt",
      "It has a master that was held up leave its place to who took it. A router that preempts takes it back anyway, so it has no effect.",
      .instance("timer_expired_backup", "nopreempt\ntimer_expired_backup"),
      remedy: "write nopreempt and state BACKUP on all hosts"),
    Rule(
      "preempt-delay-with-master", .meaning, .warning, "preempt_delay stands beside state MASTER or nopreempt",
      "There is no delay, as in keepalived.",
      .instance("state MASTER\npriority 150\npreempt_delay 9", "state BACKUP\npriority 150\npreempt_delay 9")),
    Rule(
      "owner-ignore-adverts", .meaning, .warning, "owner_ignore_adverts does not go with the priority",
      "Only a router of priority 255 can ignore the adverts of others. keepalived since 2.3.3 lets every such router ignore them; martlet does so only if it is told to, since of two owners one has to yield.",
      .instance("owner_ignore_adverts", "priority 255\nowner_ignore_adverts")),
  ]
}

extension Lowering {
  /// Completes state and priority from each other: MASTER means 255, and 255 means MASTER.
  func completeStateAndPriority(of router: inout InstanceReading) {
    if router.initialState == .master, router.places["priority"] == nil {
      router.core.priority = .owner
      diagnostics.report(
        .warning, "master-without-priority",
        "\(router.name.value) has state MASTER and no priority, so it gets 255, that of the addresses' owner",
        at: router.places["state"])
    }
    if router.isOwner, router.places["state"] == nil { router.initialState = .master }
  }

  /// Drops `nopreempt`, the settings that need it, and `preempt_delay` from a router that does not start as BACKUP.
  func limitPreemption(of router: inout InstanceReading) {
    let isMaster = router.initialState == .master
    let state = router.statePlace.map { [("the state is set here", Optional($0))] } ?? []
    if let span = router.places["nopreempt"], router.isOwner || isMaster {
      diagnostics.report(
        .warning, "nopreempt-with-master",
        "\(router.name.value): nopreempt does not go with \(router.isOwner ? "priority 255" : "state MASTER"); it does preempt",
        at: span, notes: state,
        suggestion: router.isOwner ? "take nopreempt out" : "write state BACKUP on all hosts, so that nopreempt holds")
      router.core.preempt = true
    }
    // A router that takes over from a living master anyway has no reason to stand back.
    if router.core.successorPriority != nil, router.core.preempt {
      diagnostics.report(
        .warning, "timer-expired-with-preemption",
        "\(router.name.value): timer_expired_backup has no effect on a router that preempts",
        at: router.places["timer_expired_backup"])
      router.core.successorPriority = nil
    }
    guard router.core.preemptDelay > .zero, isMaster || !router.core.preempt else { return }
    diagnostics.report(
      .warning, "preempt-delay-with-master",
      "\(router.name.value): preempt_delay does not go with \(isMaster ? "state MASTER" : "nopreempt"); there is no delay",
      at: router.places["preempt_delay"], notes: isMaster ? state : [],
      suggestion: isMaster ? "write state BACKUP on all hosts" : nil)
    router.core.preemptDelay = .zero
  }

  /// Drops `owner_ignore_adverts` unless the router owns the addresses.
  func limitIgnoredAdverts(of router: inout InstanceReading) {
    guard let place = router.places["owner_ignore_adverts"], router.core.ownerIgnoresAdverts != router.isOwner else {
      return
    }
    let name = router.name.value
    guard router.isOwner else {
      diagnostics.report(
        .warning, "owner-ignore-adverts",
        "\(name) has priority \(router.core.priority), and only one of priority 255 can ignore adverts; it hears them",
        at: place, suggestion: "take owner_ignore_adverts out")
      router.core.ownerIgnoresAdverts = false
      return
    }
    diagnostics.report(
      .warning, "owner-ignore-adverts",
      "\(name) has priority 255 and hears the adverts of another of priority 255; keepalived since 2.3.3 ignores them all the same",
      at: place, suggestion: "write owner_ignore_adverts to ignore them here too")
  }
}
