import ControlModel
import HealthCore
import Testing
import VRRPCore

/// What the log says of a tracker, whoever has looked at it.
@Suite struct TrackerFindingTests {
  @Test(
    "A changed finding is one line; what may cost an address is a warning",
    arguments: [
      (TrackerName(.script, "chk"), TrackerFinding(.up, ""), .notice, "script chk is up"),
      (TrackerName(.probe, "web"), TrackerFinding(.down, "exit 1"), .warning, "probe web is down: exit 1"),
      (TrackerName(.file, "load"), TrackerFinding(.level(-3), "a holds -3"), .notice, "file load is -3: a holds -3"),
      (
        TrackerName(.process, "haproxy"), TrackerFinding(.untracked, "cannot tell: /proc hides them"), .warning,
        "process haproxy is untracked: cannot tell: /proc hides them"
      ),
      (
        TrackerName(.script, "chk"),
        TrackerFinding(
          .up, "fine", preface: "no result for 4 s", memory: VerdictMemory(result: .up, condition: .stale)),
        .warning, "script chk is up (stale): no result for 4 s; last: fine"
      ),
    ] as [(TrackerName, TrackerFinding, Severity, String)])
  func line(tracker: TrackerName, finding: TrackerFinding, severity: Severity, message: String) {
    let line = LogLine(finding, of: tracker)
    #expect(line.severity == severity && line.message == message)
    #expect(
      line
        == LogLine(
          severity, message,
          fields: [
            ("event", "check"), (tracker.kind.label, tracker.name), ("status", finding.status.label),
            ("reason", finding.reason), ("condition", finding.memory.condition.label),
          ]))
  }

  @Test("The check's own words are what stands behind the preface", arguments: ["", "exit 1", "größer"])
  func words(words: String) {
    let plain = TrackerFinding(.down, words)
    #expect(plain.words == words && plain.reason == words)
    #expect(TrackerFinding(.down, words, preface: "held").words == words)
    #expect(plain.memory == VerdictMemory(result: .down))
  }
}
