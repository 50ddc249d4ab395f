import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@Suite struct TrackedThingsTests {
  @Test(
    "A misspelt reverse behind a weight is told of: without it the check would mean the opposite",
    arguments: [
      "vrrp_script x {\nscript \"/bin/true\"", "bfd_instance x {\nneighbor_ip 10.0.0.1", "track_file x {\nfile /run/x",
      "vrrp_track_process x {\nprocess x", "vrrp_probe x {\ntcp 127.0.0.1:80",
    ])
  func misspeltReverse(block: String) {
    let findings = load("\(block)\nweight 10 revers\n}\n").diagnostics
    #expect(findings.contains { $0.id == "unknown-option" && $0.message.contains("'revers'") }, "\(findings)")
    #expect(!load("\(block)\nweight 10 reverse\n}\n").diagnostics.contains { $0.id == "unknown-option" })
  }

  @Test("track_file and its old name are one thing, with a weight of 1 unless written")
  func files() throws {
    let loaded = load(
      """
      track_file load {
        file /run/load
        weight -2 reverse
        init_file 5 overwrite
      }
      vrrp_track_file drain {
        file "/run/drain me"
        init_file
      }

      """ + instance("track_file {\nload\ndrain weight 254 noreverse\n}"))
    #expect(!loaded.hasErrors)
    let files = loaded.configuration.trackedFiles
    #expect(files.map(\.path) == ["/run/load", "/run/drain me"])
    #expect(files[0].weight == -2 && files[0].reverse && files[0].initialValue == 5 && files[0].overwrites)
    #expect(files[1].weight == 1 && files[1].initialValue == 0 && !files[1].overwrites)
    #expect(
      loaded.configuration.routers.first?.tracked == [
        TrackerReference(.file, "load", weight: -2, reverse: true), TrackerReference(.file, "drain", weight: 254),
      ])
    #expect(loaded.configuration.trackers.map(\.description) == ["file load", "file drain"])
  }

  @Test("vrrp_track_process with all its keywords")
  func processes() throws {
    let loaded = load(
      """
      vrrp_track_process proxy {
        process /usr/sbin/haproxy -Ws "-f x"
        quorum 2
        quorum_max 5
        delay 0.5
        terminate_delay 2
        weight 254 reverse
        full_command
      }
      vrrp_track_process web {
        process nginx
        param_match
      }

      """ + instance("track_process {\nproxy\nweb weight -254\n}"))
    #expect(!loaded.hasErrors)
    let processes = loaded.configuration.trackedProcesses
    #expect(processes[0].command == "/usr/sbin/haproxy" && processes[0].parameters == ["-Ws", "-f x"])
    #expect(processes[0].parameterMatch == .exact && processes[0].usesCommandLine)
    #expect(processes[0].quorum == 2 && processes[0].greatestCount == 5)
    #expect(processes[0].forkDelay == .milliseconds(500) && processes[0].terminateDelay == .seconds(2))
    #expect(processes[1].parameterMatch == .exact && processes[1].parameters.isEmpty)
    #expect(
      loaded.configuration.routers.first?.tracked == [
        TrackerReference(.process, "proxy", weight: 254, reverse: true),
        TrackerReference(.process, "web", weight: -254),
      ])
  }

  private static let file = "track_file a {\nfile /x\n}\n"

  private static let cases: [RuleCase] = [
    .init("missing-file", .warning, line: 1, "track_file a {\nweight 1\n}\n"),
    .init("relative-path", .warning, line: 2, "track_file a {\nfile run/x\n}\n"),
    .init("far-value", .warning, line: 3, "track_file a {\nfile /x\ninit_file 300\n}\n"),
    .init("unknown-option", .warning, line: 3, "track_file a {\nfile /x\ninit_file 1 twice\n}\n"),
    .init("duplicate-keyword", .warning, line: 3, "track_file a {\nfile /x\nfile /y\n}\n"),
    .init("duplicate-name", .warning, line: 4, file + "vrrp_track_file a {\nfile /y\n}\n"),
    .init("missing-process", .warning, line: 1, "vrrp_track_process a {\nquorum 1\n}\n"),
    .init("bad-value", .warning, line: 3, "vrrp_track_process a {\nprocess x\nparam_match some\n}\n"),
    .init(
      "quorum-out-of-reach", .warning, line: 4, "vrrp_track_process a {\nprocess x\nquorum 3\nquorum_max 2\n}\n"),
    .init("unknown-file", .warning, line: 5, instance("track_file {\na\n}"), suggestion: "track_file a"),
    .init("unknown-file", .warning, line: 8, file + instance("track_file {\nb\n}"), suggestion: "mean a"),
    .init("file-after-use", .warning, line: 5, instance("track_file {\na\n}") + file),
    .init("unknown-process", .warning, line: 5, instance("track_process {\na\n}")),
    .init("owner-weight", .warning, line: 9, file + instance("priority 255\ntrack_file {\na\n}")),
  ]

  @Test(arguments: cases) func isSaid(of mistake: RuleCase) throws {
    let loaded = load(mistake.text)
    let found = try #require(
      loaded.diagnostics.first { $0.id == mistake.id }, "\(loaded.diagnostics.map(\.message))")
    #expect(found.severity == mistake.severity)
    #expect(found.range?.line == mistake.line)
    if let suggestion = mistake.suggestion { #expect(found.suggestion?.contains(suggestion) == true) }
  }
}
