import Configuration
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@testable import Simulation

@Suite struct RehearsalTests {
  private static func configuration(_ text: String) throws -> Configuration {
    let files = MemorySourceFiles(texts: ["/host.conf": text])
    let loaded = ConfigurationLoader.load(path: "/host.conf", files: files)
    try #require(!loaded.hasErrors, "\(loaded.diagnostics.map(\.message))")
    return loaded.configuration
  }

  /// A host with one router at 1 s in version 3, and a check without a weight.
  private static func host(_ priority: Int, version: Int = 3, extra: String = "") throws -> Configuration {
    try configuration(
      """
      vrrp_script check {
        script "/bin/true"
      }
      vrrp_instance VI_1 {
        interface eth0
        version \(version)
        virtual_router_id 51
        priority \(priority)
        advert_int 1
        virtual_ipaddress {
          192.0.2.10/24
        }
        track_script {
          check
        }
        \(extra)
      }
      """)
  }

  private static func pair(extra: (String, String) = ("", "")) throws -> [(path: String, configuration: Configuration)]
  {
    [
      (path: "/etc/left.conf", configuration: try host(150, extra: extra.0)),
      (path: "/etc/right.conf", configuration: try host(100, extra: extra.1)),
    ]
  }

  private static func perform(
    _ script: String, extra: (String, String) = ("", ""), duration: Nanoseconds? = nil
  ) throws -> Performance {
    try Rehearsal(pair(extra: extra), script: script, duration: duration).run()
  }

  /// The holders of the first addresses with the milliseconds at which each time began.
  private static func holders(_ performance: Performance) -> [String] {
    performance.stories[0].periods.map { period in
      let names = period.holders.map { performance.hosts[$0].name }.joined(separator: "+")
      return "\(period.from.nanoseconds / 1_000_000) \(names.isEmpty ? "nobody" : names)"
    }
  }

  @Test("The timeline of a crash and a return, to the millisecond")
  func crashAndReturn() throws {
    let performance = try Self.perform("at 10s crash left; at 20s restart A", duration: .seconds(40))
    // 3 × 1 s + (256 − 150)/256 s; the last advert before the crash left at 9.414, and right's skew is (256 − 100)/256 s. Left's
    // first advert is on its way for less than a millisecond.
    let expected = ["0 nobody", "3414 left", "10000 nobody", "13023 right", "23414 left+right", "23414 left"]
    #expect(Self.holders(performance) == expected)
    let takeovers = performance.stories[0].takeovers
    #expect(takeovers.map(\.to) == [1, 0])
    #expect(takeovers[0].gap > .seconds(3) && takeovers[0].gap < .milliseconds(3024))
    #expect(!performance.isOverrun)
  }

  @Test("A stop is taken over after the skew time alone: 609 ms")
  func plannedStop() throws {
    let performance = try Self.perform("at 10s stop left", duration: .seconds(20))
    #expect(Self.holders(performance) == ["0 nobody", "3414 left", "10000 nobody", "10609 right"])
  }

  @Test(
    "A check that fails, a link that goes down: the cause is told",
    arguments: [
      ("at 10s script left check fail", "script check is down"), ("at 10s link A eth0 down", "eth0 is down"),
      ("at 10s freeze left", "no advert from 198.18.0.1"),
    ])
  func causes(script: String, cause: String) throws {
    let performance = try Self.perform(script, duration: .seconds(20))
    #expect(performance.events.contains { $0.text.contains(cause) }, "\(performance.text)")
  }

  @Test("Two holders on a cut LAN are told, and overrun what the protocol allows")
  func cut() throws {
    let performance = try Self.perform("at 10s cut A B; at 20s heal", duration: .seconds(30))
    let double = try #require(performance.stories[0].periods.first { $0.holders == [0, 1] })
    #expect(double.length > .seconds(6) && double.length < .seconds(9))
    #expect(performance.isOverrun)
    #expect(performance.text.contains("2 HOLDERS, left and right"))
  }

  @Test("One way deafness, loss of everything and a hand-over do what they say")
  func others() throws {
    let oneWay = try Self.perform("at 10s cut left right one way", duration: .seconds(20))
    #expect(oneWay.stories[0].periods.last?.holders == [0, 1])
    let otherWay = try Self.perform("at 10s cut right left one way", duration: .seconds(20))
    #expect(otherWay.stories[0].periods.last?.holders == [0])
    let lost = try Self.perform("at 10s loss 100%", duration: .seconds(20))
    #expect(lost.stories[0].periods.last?.holders == [0, 1])
    let reloaded = try Self.perform("at 10s reload left", duration: .seconds(20))
    #expect(reloaded.stories[0].periods.count == 2)
  }

  @Test("A host that the script starts first is off until then")
  func lateStart() throws {
    let performance = try Self.perform("at 10s start left", duration: .seconds(20))
    #expect(Self.holders(performance).prefix(2) == ["0 nobody", "3609 right"])
    #expect(performance.stories[0].periods.last?.holders == [0])
  }

  @Test("Unicast peers that do not name their own addresses find each other")
  func unicast() throws {
    let performance = try Self.perform(
      "at 10s crash left",
      extra: ("unicast_peer {\n192.0.2.12\n}", "unicast_peer {\n192.0.2.11\n}"), duration: .seconds(20))
    #expect(performance.stories[0].periods.last?.holders == [1])
    #expect(performance.events.contains { $0.text.contains("no advert from 192.0.2.11") })
    #expect(!performance.isOverrun)
  }

  @Test("A host that is to have peers and has none never holds the address", arguments: ["", "unicast_peer {\n}"])
  func noPeers(lines: String) throws {
    let performance = try Self.perform("", extra: (lines + "\nunicast_fault_no_peer", ""), duration: .seconds(20))
    #expect(Self.holders(performance) == ["0 nobody", "3609 right"])
    #expect(performance.events.contains { $0.text.contains("there is no unicast peer to send adverts to") })
    #expect(!performance.isOverrun)
  }

  @Test("Hosts that will not obey each other are told of")
  func refusal() throws {
    var pair = try Self.pair()
    pair[1].configuration = try Self.host(100, version: 2)
    let performance = try Rehearsal(pair, script: "", duration: .seconds(20)).run()
    #expect(performance.events.contains { $0.text.contains("does not obey adverts of") })
    #expect(performance.isOverrun)
  }

  @Test("A pair under AH obeys each other with one key and not with two", arguments: [true, false])
  func authenticationHeader(isSame: Bool) throws {
    func block(_ key: String) -> String { "authentication {\nauth_type AH\nauth_pass \(key)\n}" }
    let pair = [
      (path: "left.conf", configuration: try Self.host(150, version: 2, extra: block("secret"))),
      (path: "right.conf", configuration: try Self.host(100, version: 2, extra: block(isSame ? "secret" : "other"))),
    ]
    let performance = try Rehearsal(pair, script: "", duration: .seconds(20)).run()
    #expect(performance.stories[0].periods.last?.holders == (isSame ? [0] : [0, 1]))
  }

  /// Each host's `auth_hmac`, and who is master in the end.
  private static let trailers: [(left: String, right: String, holders: [Int])] = {
    func block(_ active: Int, _ keys: [Int], _ mode: String = "enforce") -> String {
      let lines = keys.map { "key \($0) \(String(repeating: "\($0)", count: 32))" }.joined(separator: "\n")
      return "auth_hmac {\n\(lines)\nactive_key \(active)\nmode \(mode)\n}"
    }
    return [
      (block(1, [1]), block(1, [1]), [0]), (block(1, [1]), block(2, [2]), [0, 1]),
      // On the way from one key to the next.
      (block(1, [1, 2]), block(2, [1, 2]), [0]), (block(2, [2]), block(1, [1]), [0, 1]),
      // On the way from none to one.
      (block(1, [1], "receive-only"), "", [0]), (block(1, [1], "permissive"), "", [0, 1]),
      (block(1, [1], "permissive"), block(1, [1], "receive-only"), [0]), ("", block(1, [1]), [0, 1]),
    ]
  }()

  @Test("A pair under auth_hmac obeys each other by its keys and modes", arguments: trailers.indices)
  func authenticationTrailer(index: Int) throws {
    let (left, right, holders) = Self.trailers[index]
    let pair = [
      (path: "left.conf", configuration: try Self.host(150, version: 3, extra: left)),
      (path: "right.conf", configuration: try Self.host(100, version: 3, extra: right)),
    ]
    let performance = try Rehearsal(pair, script: "", duration: .seconds(20)).run()
    #expect(performance.stories[0].periods.last?.holders == holders)
  }

  /// What the hosts of a pair that do not obey each other say, each of the other.
  private static let refusals: [(extra: (String, String), version: Int, left: String, right: String)] = {
    func trailer(_ key: String, id: Int = 1, mode: String = "enforce") -> String {
      "auth_hmac {\nkey \(id) \(String(repeating: key, count: 32))\nactive_key \(id)\nmode \(mode)\n}"
    }
    func header(_ key: String) -> String { "authentication {\nauth_type AH\nauth_pass \(key)\n}" }
    func peer(_ address: String, from own: String) -> String { "unicast_src_ip \(own)\nunicast_peer {\n\(address)\n}" }
    let source = "mcast_src_ip 192.0.2.1"
    let (otherKey, noKey) = ("it was signed with another key", "it was signed with a key that is not configured")
    return [
      ((source, source), 3, "the sender uses an address of this host", "the sender uses an address of this host"),
      // A list of peers that names this host alone is unicast all the same.
      (
        (peer("192.0.2.11", from: "192.0.2.11"), peer("192.0.2.11", from: "192.0.2.12")), 3,
        "the sender is not a configured unicast peer", ""
      ),
      ((trailer("1"), trailer("2")), 3, otherKey, otherKey), ((trailer("1"), trailer("1", id: 2)), 3, noKey, noKey),
      ((trailer("1"), ""), 3, "it is not signed, and auth_hmac demands that it is", "longer than its own fields say"),
      ((header("one"), header("two")), 2, otherKey, otherKey),
      ((header("one"), ""), 2, "the authentication type is not the one configured", "the authentication type is not"),
    ]
  }()

  @Test("An advert is refused for the reason for which an engine refuses it", arguments: refusals.indices)
  func refusalReasons(index: Int) throws {
    let (extra, version, left, right) = Self.refusals[index]
    let pair = [
      (path: "left.conf", configuration: try Self.host(150, version: version, extra: extra.0)),
      (path: "right.conf", configuration: try Self.host(100, version: version, extra: extra.1)),
    ]
    let performance = try Rehearsal(pair, script: "", duration: .seconds(20)).run()
    for (host, reason) in [left, right].enumerated() {
      let refusals = performance.events.filter { $0.host == host && $0.text.contains("does not obey adverts of") }
      #expect(refusals.count == (reason.isEmpty ? 0 : 1), "\(performance.text)")
      #expect(refusals.allSatisfy { $0.text.contains(reason) }, "\(performance.text)")
    }
    #expect(performance.isOverrun)
  }

  @Test("A signed pair goes on through a crash, a return, a hand-over and a freeze", arguments: [true, false])
  func signedPair(hasHeader: Bool) throws {
    let block =
      hasHeader
      ? "authentication {\nauth_type AH\nauth_pass secret\n}"
      : "auth_hmac {\nkey 1 \(String(repeating: "1", count: 32))\nactive_key 1\n}"
    let pair = [
      (path: "left.conf", configuration: try Self.host(150, version: 2, extra: block)),
      (path: "right.conf", configuration: try Self.host(100, version: 2, extra: block)),
    ]
    let script = "at 10s crash left; at 20s restart left; at 40s reload right; at 50s freeze left; at 52s thaw left"
    let performance = try Rehearsal(pair, script: script, duration: .seconds(90)).run()
    #expect(!performance.events.contains { $0.text.contains("does not obey") }, "\(performance.text)")
    #expect(performance.stories[0].periods.last?.holders == [0])
  }

  @Test("The same seed gives the same text, and JSON holds the same story")
  func repeatable() throws {
    let script = "at 10s crash left; at 12s loss 20%"
    #expect(try Self.perform(script).text == Self.perform(script).text)
    #expect(try Self.perform(script).json.contains(#""holders":["right"]"#))
  }

  @Test(
    "A mistake in the script is located",
    arguments: [
      ("at 5s crahs left", "1:7", "did you mean 'crash'?"), ("at 5s crash lefft", "1:13", "did you mean 'left'?"),
      ("at 5x crash left", "1:4", nil), ("crash left", "1:1", nil), ("at 5s", "1:4", nil), ("at", "1:1", nil),
      ("at 5s stop left;\nat 6s link left eth9 down", "2:17", "did you mean 'eth0'?"),
      ("at 5s link left eth0 dwon", "1:22", "did you mean 'down'?"),
      ("at 5s script chek fail", "1:14", "did you mean 'check'?"),
      ("at 5s cut left left", "1:16", nil), ("at 5s loss 101%", "1:12", nil), ("at 5s crash left now", "1:18", nil),
      ("at 99999999999s heal", "1:4", nil), ("at 5s cut left right one wya", "1:26", "did you mean 'way'?"),
    ] as [(String, String, String?)])
  func mistakes(script: String, place: String, suggestion: String?) throws {
    let hosts = RehearsedHost.all(try Self.pair())
    let findings = ScriptReader.read(script, for: hosts).findings
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding.range.map { "\($0.line):\($0.column)" } == place, "\(finding.message)")
    #expect(finding.suggestion == suggestion)
  }
}
