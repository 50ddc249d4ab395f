import ConfigurationSyntax
import NetworkTypes

/// What a combination is made of exists, does not depend on it, and is what runs.
enum CombinedChecks: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for probe in lowering.probes.readings where !probe.notes.members.isEmpty {
      for member in probe.notes.members { checkExistence(of: member, lowering) }
      checkRuns(of: probe, lowering)
    }
    reportCycles(lowering)
  }

  private static func checkExistence(of member: Located<CombinedQuestion.Member>, _ lowering: Lowering) {
    let kind = member.value.kind
    let entry = TrackEntry(kind: kind, name: Located(member.value.name, member.span))
    guard lowering.trackable(entry) == nil, let block = kind.words?.block else { return }
    let nearest = lowering.diagnostics.nearest(to: member.value.name, in: lowering.names(of: kind))
    lowering.diagnostics.report(
      .error, "unknown-check", "there is no \(block) \(member.value.name)", at: member.span,
      suggestion: nearest.map { "did you mean \($0)?" } ?? "name one that is there, or take it out",
      replacement: Spelling.sure(nearest, for: member.value.name))
  }

  private static func checkRuns(of probe: BlockReading<ProbeDefinition>, _ lowering: Lowering) {
    let places = ["interval", "timeout", "rise", "fall"].compactMap { probe.places[$0] }
    guard let place = places.first else { return }
    lowering.diagnostics.report(
      .warning, "no-runs",
      "\(probe.name.value) is made of other checks and has no runs of its own, so interval, timeout, rise and fall have no effect",
      at: place, suggestion: "write it in the checks that it is made of")
  }

  /// A combination that depends on itself would keep whatever verdict it has for ever.
  private static func reportCycles(_ lowering: Lowering) {
    var members: [String: [String]] = [:]
    for probe in lowering.probes.readings {
      members[probe.name.value] = probe.notes.members.filter { $0.value.kind == .probe }.map(\.value.name)
    }
    for probe in lowering.probes.readings {
      guard
        let member = probe.notes.members.first(where: { member in
          member.value.kind == .probe && leads(from: member.value.name, to: probe.name.value, members)
        })
      else { continue }
      lowering.diagnostics.report(
        .error, "combined-cycle", "\(probe.name.value) depends on itself by way of \(member.value.name)",
        at: member.span,
        suggestion: "take it out")
    }
  }

  private static func leads(from start: String, to end: String, _ members: [String: [String]]) -> Bool {
    var seen: Set<String> = []
    var open = [start]
    while let name = open.popLast() {
      if name == end { return true }
      if seen.insert(name).inserted { open += members[name] ?? [] }
    }
    return false
  }
}
