import ConfigurationModel
import ConfigurationSyntax
import HealthCore
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for probes.
  static let probes: [Rule] = [
    Rule(
      "missing-probe", .meaning, .error, "A vrrp_probe asks nothing", "Write what is asked: tcp, http or another kind.",
      .file("vrrp_probe a {\n  interval 1\n}", "vrrp_probe a {\n  tcp 127.0.0.1:80\n}"),
      remedy: "write tcp 127.0.0.1:8080, or another kind, in the block"),
    Rule(
      "probe-kinds", .meaning, .error, "A vrrp_probe asks two things",
      "Each probe asks one thing, so that its failure has one cause. Write a block for each and track both.",
      .file("vrrp_probe a {\n  tcp 127.0.0.1:80\n  tcp 127.0.0.1:81\n}", "vrrp_probe a {\n  tcp 127.0.0.1:80\n}")),
    Rule(
      "missing-target", .meaning, .error, "A probe does not say whom it asks",
      "Gateways are named after icmp, 1 to 64 of them; other kinds have one target."),
    Rule(
      "missing-option", .meaning, .error, "A probe lacks what its kind cannot do without",
      "A haproxy probe, for one, needs the name of a backend."),
    Rule(
      "bad-name", .meaning, .error, "A probe asks for a name that cannot exist",
      "The probe could never pass, so it is refused before it takes an address away."),
    Rule(
      "quorum", .meaning, .error, "A quorum asks for more answers than there are targets or checks",
      "The probe could never pass, so it is refused before it takes an address away.",
      .file(
        "vrrp_probe a {\n  icmp 192.0.2.1 {\n    quorum 2\n  }\n}",
        "vrrp_probe a {\n  icmp 192.0.2.1 192.0.2.2 {\n    quorum 2\n  }\n}")),
    Rule(
      "unknown-check", .meaning, .error, "A combination names a check that nothing defines",
      "What the combination comes to would depend on a check that never has a verdict.",
      .file(
        "vrrp_probe a {\n  any {\n    probe b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}")),
    Rule(
      "member-twice", .meaning, .error, "A combination names a check twice",
      "It would count twice, so that at_least could be reached by fewer checks than it says.",
      .file(
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  all {\n    probe b b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  all {\n    probe b\n  }\n}")),
    Rule(
      "combined-cycle", .meaning, .error, "A combination depends on itself",
      "It would keep whatever verdict it had for ever.",
      .file(
        "vrrp_probe a {\n  any {\n    probe a\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}"), remedy: "take it out"),
    Rule(
      "no-runs", .meaning, .warning, "A combination has a setting of runs",
      "A combination looks at what its checks have found and asks nothing itself, so interval, timeout, rise and fall belong to those.",
      .file(
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  interval 2\n  any {\n    probe b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n  interval 2\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}"),
      remedy: "write it in the checks that it is made of"),
    Rule(
      "short-expiry", .meaning, .warning, "A verdict is stale before the next result can be there",
      "A run begins one interval after the one before and may last as long as its timeout, so the verdict would be stale from time to time though nothing is wrong.",
      .script("interval 5\nverdict_expiry 6", "interval 5\nverdict_expiry 15")),
    Rule(
      "tls-off", .meaning, .error, "A probe that is not encrypted has an option of encryption",
      "Write tls in the block, or take the option out."),
    Rule(
      "long-timeout", .lint, .warning, "A probe's timeout is longer than 100 of its intervals",
      "A run that hangs keeps the probe from asking again, so the failure is noticed late.",
      .file(
        "vrrp_probe a {\n  tcp 127.0.0.1:80\n  interval 0.01\n  timeout 5\n}",
        "vrrp_probe a {\n  tcp 127.0.0.1:80\n  interval 0.01\n  timeout 0.5\n}"), remedy: "write a shorter timeout"),
  ]
}

extension Lowering {
  /// Reports a probe that asks nothing, and a timeout of more than 100 intervals.
  func requireQuestions() {
    for probe in probes.readings {
      if probe.notes.kind == nil {
        diagnostics.report(
          .error, "missing-probe", "vrrp_probe \(probe.name.value) asks nothing", at: probe.name.span)
      }
      if let timeout = probe.places["timeout"], probe.places["interval"] != nil,
        probe.schedule.timeout > probe.schedule.interval * 100
      {
        diagnostics.report(
          .warning, "long-timeout",
          "a run that hangs keeps \(probe.name.value) from asking again for more than 100 intervals", at: timeout)
      }
    }
  }

  /// Checks combinations: their members exist, do not depend on the combination, and are run.
  func checkCombinations() {
    for probe in probes.readings where !probe.notes.members.isEmpty {
      for member in probe.notes.members {
        checkExistence(of: Located(member.value.name, member.span), member.value.kind)
      }
      guard let place = ["interval", "timeout", "rise", "fall"].lazy.compactMap({ probe.places[$0] }).first else {
        continue
      }
      diagnostics.report(
        .warning, "no-runs",
        "\(probe.name.value) is made of other checks and has no runs of its own, so interval, timeout, rise and fall have no effect",
        at: place)
    }
    findCycles()
  }

  private func checkExistence(of name: Located<String>, _ kind: TrackerKind) {
    guard trackable(TrackEntry(kind: kind, name: name)) == nil, let block = kind.wording?.block else { return }
    reportUnknown(
      .error, "unknown-check", "there is no \(block) \(name.value)", name, among: names(of: kind),
      otherwise: "name one that is there, or take it out")
  }

  /// Reports a combination that depends on itself: it would keep its verdict for ever.
  private func findCycles() {
    var members: [String: [String]] = [:]
    for probe in probes.readings {
      members[probe.name.value] = probe.notes.members.filter { $0.value.kind == .probe }.map(\.value.name)
    }
    func leads(from start: String, to end: String) -> Bool {
      var seen: Set<String> = []
      var open = [start]
      while let name = open.popLast() {
        if name == end { return true }
        if seen.insert(name).inserted { open += members[name] ?? [] }
      }
      return false
    }
    for probe in probes.readings {
      let member = probe.notes.members.first {
        $0.value.kind == .probe && leads(from: $0.value.name, to: probe.name.value)
      }
      guard let member else { continue }
      diagnostics.report(
        .error, "combined-cycle", "\(probe.name.value) depends on itself by way of \(member.value.name)",
        at: member.span)
    }
  }

  /// Reports a verdict that expires before the next result can arrive.
  func checkExpiries() {
    for script in scripts.readings { checkExpiry(of: script, script.schedule) }
    for probe in probes.readings where probe.notes.members.isEmpty { checkExpiry(of: probe, probe.schedule) }
  }

  private func checkExpiry<Model>(of check: BlockReading<Model>, _ schedule: CheckSchedule) {
    guard let expiry = schedule.expiry, let line = check.places.line(of: "verdict_expiry") else { return }
    let least = schedule.interval + (check.places["timeout"] == nil ? schedule.interval : schedule.timeout)
    guard expiry.time < least else { return }
    diagnostics.report(
      .warning, "short-expiry",
      "the verdict of \(check.name.value) is stale after \(Self.seconds(expiry.time)) s, and a run that is late comes to a result after \(Self.seconds(least)) s",
      at: line, suggestion: "write at least interval and timeout together, \(Self.seconds(least))")
  }
}
