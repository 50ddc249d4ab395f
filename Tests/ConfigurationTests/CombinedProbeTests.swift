import Configuration
import ConfigurationModel
import ConfigurationSyntax
import HealthCore
import NetworkTypes
import Testing
import VRRPCore

@Suite("Combinations, damping and expiry")
struct CombinedProbeTests {
  private static let members = """
    vrrp_script s { script /bin/true
    }
    vrrp_track_process d { process nginx
    }
    vrrp_probe p { tcp 127.0.0.1:80
    }
    track_file f { file /run/f
    }
    bfd_instance b { neighbor_ip 192.0.2.9
    }

    """

  @Test(
    "A probe may be made of other checks",
    arguments: [
      ("any {\n probe p\n script s\n}", .any, [.init(.probe, "p"), .init(.script, "s")]),
      ("all {\n process d\n}", .all, [.init(.process, "d")]),
      (
        "at_least 2 {\n script s\n probe p\n process d\n}", .atLeast(2),
        [.init(.script, "s"), .init(.probe, "p"), .init(.process, "d")]
      ),
      (
        "all {\n file f\n interface eth1 eth2\n bfd b\n}", .all,
        [.init(.file, "f"), .init(.interface, "eth1"), .init(.interface, "eth2"), .init(.bfd, "b")]
      ),
    ] as [(String, Combination, [TrackerName])])
  func kinds(text: String, combination: Combination, members: [TrackerName]) throws {
    let loaded = load(Self.members + "vrrp_probe c {\n\(text)\nweight -20\n}\n")
    #expect(!loaded.diagnostics.contains { $0.severity > .warning }, "\(loaded.diagnostics)")
    let probe = try #require(loaded.configuration.probes.last)
    #expect(probe.question == .combination(CombinedQuestion(combination, of: members)) && probe.weight == -20)
    // Interfaces that nothing else tracks are tracked for it, and the host must have them.
    let interfaces = members.filter { $0.kind == .interface }.map(\.name)
    #expect(loaded.configuration.trackerNames(.interface) == interfaces)
    #expect(loaded.requirements.interfaces.map(\.name) == interfaces)
    // A script that is only part of a combination is not one that nobody uses.
    #expect(loaded.diagnostics.contains { $0.id == "unused-script" } == !text.contains("script"))
  }

  @Test(
    "What cannot be combined is an error",
    arguments: [
      ("any {\n}", "missing-target"), ("any", "missing-target"), ("at_least {\n probe p\n}", "missing-target"),
      ("at_least 0 {\n probe p\n}", "bad-target"), ("at_least two {\n probe p\n}", "bad-target"),
      ("at_least 3 {\n probe p\n script s\n}", "quorum"), ("any {\n probe q\n}", "unknown-check"),
      ("any {\n process s\n}", "unknown-check"), ("any {\n file g\n}", "unknown-check"),
      ("any {\n bfd g\n}", "unknown-check"), ("any {\n interface eth1 eth1\n}", "member-twice"),
      ("all {\n probe p p\n}", "member-twice"), ("any 2 {\n probe p\n}", "bad-target"),
      ("all x {\n probe p\n}", "bad-target"),
      ("all {\n probe c\n}", "combined-cycle"), ("all {\n probe p\n}\nany {\n probe p\n}", "probe-kinds"),
    ])
  func errors(text: String, id: String) {
    let loaded = load(Self.members + "vrrp_probe c {\n\(text)\n}\n")
    #expect(loaded.diagnostics.contains { $0.id == id && $0.severity == .error }, "\(loaded.diagnostics)")
    #expect(loaded.hasErrors)
  }

  @Test("A circle is found by whatever way it goes")
  func circles() {
    let loaded = load(
      """
      vrrp_probe a { any {
        probe b
      }
      }
      vrrp_probe b { any {
        probe c
      }
      }
      vrrp_probe c { any {
        probe a
      }
      }
      """)
    #expect(loaded.diagnostics.count { $0.id == "combined-cycle" } == 3)
  }

  @Test(
    "Both kinds of checks are damped and expire",
    arguments: ["vrrp_script c { script /bin/true", "vrrp_probe c { tcp 127.0.0.1:80"])
  func steadiness(block: String) throws {
    let configuration = load(block + "\ndamp 4 60 300\nverdict_expiry 30 fail\n}\n").configuration
    let schedule = try #require(configuration.scripts.first?.schedule ?? configuration.probes.first?.schedule)
    #expect(schedule.damping == FlapDamping.Limits(changes: 4, period: .seconds(60), hold: .seconds(300)))
    #expect(schedule.expiry == VerdictExpiry(after: .seconds(30), fails: true))
    let held = load(block + "\nverdict_expiry 2.5 hold\n}\n").configuration
    #expect(
      (held.scripts.first?.schedule ?? held.probes.first?.schedule)?.expiry
        == VerdictExpiry(after: .milliseconds(2500)))
  }

  @Test(
    "Damping and expiry that cannot be are errors",
    arguments: [
      "damp", "damp 4", "damp 4 60", "damp 1 60 300", "damp 4 0 300", "damp 4 60 x", "damp 4 60 300 1",
      "damp 4 60 86401", "verdict_expiry 0", "verdict_expiry x", "verdict_expiry 30 maybe",
      "verdict_expiry 30 fail 1",
    ])
  func badSteadiness(line: String) {
    let loaded = load("vrrp_probe c {\ntcp 127.0.0.1:80\n\(line)\n}\n")
    #expect(!loaded.diagnostics.isEmpty && loaded.configuration.probes.first?.schedule == CheckSchedule())
  }

  @Test(
    "A script is kept from what its sandbox says, and one with another word is not run without",
    arguments: [
      ("", .off), ("sandbox", .closed), ("sandbox on", .closed), ("sandbox network", .withNetwork),
      ("sandbox off", .off), ("sandbox of", nil),
    ] as [(String, ScriptCheckDefinition.Sandbox?)])
  func sandbox(line: String, sandbox: ScriptCheckDefinition.Sandbox?) {
    let loaded = load("vrrp_script c {\nscript /bin/true\n\(line)\n}\n")
    #expect(loaded.hasErrors == (sandbox == nil))
    if let sandbox { #expect(loaded.configuration.scripts.first?.sandbox == sandbox) }
  }
}
