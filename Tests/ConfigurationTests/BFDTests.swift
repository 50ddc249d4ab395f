import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@Suite struct BFDTests {
  private func session(_ lines: String) throws -> BFDInstanceDefinition {
    let loaded = load("bfd_instance wan {\n\(lines)\n}\n" + instance(""))
    #expect(!loaded.hasErrors, "\(loaded.diagnostics.map(\.message))")
    return try #require(loaded.configuration.bfdInstances.first)
  }

  @Test func aSessionHasItsDefaults() throws {
    let session = try session("neighbor_ip 192.0.2.2")
    #expect(session.name == "wan" && session.neighbor == IPAddress("192.0.2.2") && session.source == nil)
    #expect(
      session.session
        == BFDConfiguration(desiredMinTx: 10_000, requiredMinRx: 10_000, idleTx: 1_000_000, multiplier: 5))
    #expect(session.hopLimit == 255 && session.leastHopLimit == 255 && !session.isMultihop && session.weight == 0)
  }

  @Test func everyKeywordActs() throws {
    let session = try session(
      """
      neighbour_ip 2001:db8::2
      source_ip 2001:db8::1
      min_rx 20.5
      min_tx 30
      idle_tx 2000
      multiplier 3
      passive
      hoplimit 64
      max_hops 2
      multihop
      weight -10 reverse
      vrrp
      """)
    #expect(session.neighbor == IPAddress("2001:db8::2") && session.source == IPAddress("2001:db8::1"))
    #expect(
      session.session
        == BFDConfiguration(
          desiredMinTx: 30_000, requiredMinRx: 20_500, idleTx: 2_000_000, multiplier: 3, isPassive: true))
    #expect(session.isMultihop && session.hopLimit == 64 && session.leastHopLimit == 62)
    #expect(session.weight == -10 && session.reverse)
  }

  @Test(arguments: [
    ("max_hops 3", UInt8(252)), ("max_hops -1", 0), ("ttl 1\nmax_hops 200", 0), ("ttl 9", 9), ("", 255),
  ])
  func theLeastHopLimitFollows(lines: String, least: UInt8) throws {
    #expect(try session("neighbor_ip 192.0.2.2\n\(lines)").leastHopLimit == least)
  }

  @Test func trackersTakeTheSessionsWeightUnlessTheyHaveTheirOwn() throws {
    let text = """
      bfd_instance wan {
        neighbor_ip 192.0.2.2
        weight -20 reverse
      }
      bfd_instance lan {
        neighbor_ip 192.0.2.3
      }

      """
    let script = "vrrp_script chk {\nscript /bin/true\n}\n"
    let lines = "track_script {\nchk\n}\ntrack_interface {\neth1\n}\ntrack_bfd {\nwan\nlan weight 5\n}"
    let loaded = load(text + script + instance(lines))
    #expect(!loaded.hasErrors)
    let router = try #require(loaded.configuration.routers.first)
    #expect(
      router.tracked == [
        TrackerReference(.script, "chk"), TrackerReference(.interface, "eth1"),
        TrackerReference(.bfd, "wan", weight: -20, reverse: true), TrackerReference(.bfd, "lan", weight: 5),
      ])
    #expect(loaded.configuration.trackers.map(\.description) == ["script chk", "interface eth1", "bfd wan", "bfd lan"])
  }

  @Test func aGroupTracksSessions() throws {
    let members = instance("") + instance("virtual_router_id 52").replacing("VI_1", with: "VI_2")
    let loaded = load(
      "bfd_instance wan {\nneighbor_ip 192.0.2.2\n}\n" + members
        + "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\ntrack_bfd {\nwan\n}\n}")
    #expect(loaded.configuration.groups.first?.tracked == [TrackerReference(.bfd, "wan")])
  }

  private static let wan = "bfd_instance wan {\nneighbor_ip 192.0.2.2\nweight 5\n}\n"
  private static let group = "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\n"
  private static let pair =
    instance("track_bfd {\nwan\n}") + instance("virtual_router_id 52").replacing("VI_1", with: "VI_2")

  private static let cases: [RuleCase] = [
    .init("missing-neighbor", .warning, line: 1, "bfd_instance wan {\n}\n"),
    .init("bad-value", .warning, line: 2, "bfd_instance wan {\nneighbor_ip here\n}\n"),
    .init("missing-neighbor", .warning, line: 1, "bfd_instance wan {\nneighbor_ip here\n}\n"),
    .init("duplicate-name", .warning, line: 5, wan + wan),
    .init("duplicate-neighbor", .warning, line: 6, wan + wan.replacing("wan", with: "lan")),
    .init("name-too-long", .warning, line: 1, wan.replacing("wan", with: String(repeating: "w", count: 32))),
    .init("bad-neighbor", .warning, line: 2, "bfd_instance wan {\nneighbor_ip fe80::1\n}\n"),
    .init("bad-neighbor", .warning, line: 2, "bfd_instance wan {\nneighbor_ip 224.0.0.1\n}\n"),
    .init(
      "mixed-families", .warning, line: 3, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nsource_ip 2001:db8::1\n}\n"),
    .init("bad-value", .warning, line: 3, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nmin_rx 0.5\n}\n"),
    .init("bad-value", .warning, line: 3, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nidle_tx 999\n}\n"),
    .init("bad-value", .warning, line: 3, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nmultiplier 256\n}\n"),
    .init("long-interval", .warning, line: 3, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nmin_tx 10001\n}\n"),
    .init("hops-beyond-ttl", .warning, line: 4, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nttl 5\nmax_hops 6\n}\n"),
    .init(
      "multihop-without-hops", .warning, line: 1, "bfd_instance wan {\nneighbor_ip 192.0.2.2\nmultihop\n}\n",
      suggestion: "max_hops"),
    .init("hop-limit-default", .note, line: 2, "bfd_instance wan {\nneighbor_ip 2001:db8::2\n}\n"),
    .init("unknown-session", .warning, line: 5, instance("track_bfd {\nwan\n}"), suggestion: "bfd_instance wan"),
    .init("unknown-session", .warning, line: 9, wan + instance("track_bfd {\nwam\n}"), suggestion: "mean wan"),
    .init("session-after-use", .warning, line: 5, instance("track_bfd {\nwan\n}") + wan),
    .init(
      "session-of-checkers", .warning, line: 9,
      wan.replacing("weight 5", with: "checker") + instance("track_bfd {\nwan\n}")),
    .init("tracked-twice", .warning, line: 10, wan + instance("track_bfd {\nwan\nwan\n}")),
    .init("owner-weight", .warning, line: 10, wan + instance("priority 255\ntrack_bfd {\nwan\n}")),
    .init("sync-group-weight", .warning, line: 9, wan + pair + group + "}\n"),
    .init(
      "owner-weight", .warning, line: 30,
      wan + instance("priority 255") + instance("virtual_router_id 52").replacing("VI_1", with: "VI_2") + "\n\n\n"
        + group + "track_bfd {\nwan\n}\n}\n"),
  ]

  @Test(arguments: cases) func isSaid(of mistake: RuleCase) throws {
    let loaded = load(mistake.text)
    let found = try #require(
      loaded.diagnostics.first { $0.id == mistake.id }, "\(loaded.diagnostics.map(\.message))")
    #expect(found.severity == mistake.severity)
    #expect(found.range?.line == mistake.line)
    if let suggestion = mistake.suggestion { #expect(found.suggestion?.contains(suggestion) == true) }
  }

  @Test func weightsThatCannotActAreDropped() {
    let owner = load(Self.wan + instance("priority 255\ntrack_bfd {\nwan\n}")).configuration
    #expect(owner.routers.first?.tracked.isEmpty == true)
    let member = load(Self.wan + Self.pair + Self.group + "}\n").configuration
    #expect(member.routers.first?.tracked.isEmpty == true)
    let allowed = load(Self.wan + Self.pair + Self.group + "sync_group_tracking_weight\n}\n").configuration
    #expect(allowed.routers.first?.tracked == [TrackerReference(.bfd, "wan", weight: 5)])
  }
}
