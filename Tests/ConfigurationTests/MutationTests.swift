import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import SeededRandom
import Testing

@Suite("Random changes to configurations")
struct MutationTests {
  private static let seeds = [
    "$A=eth0\nvrrp_instance V {\ninterface ${A}\nvirtual_router_id 5\npriority 9\nvirtual_ipaddress {\n10.0.0.1/8 brd + dev $A\n}\n}\n",
    "vrrp_script c {\nscript \"/bin/x -y\"\nweight -2 reverse\n}\nvrrp_sync_group G {\ngroup { V W }\ntrack_script { c weight 3 }\n}\n",
    "~SEQ(I,1,2,9) vrrp_instance V$I { virtual_router_id ${I}\n~LST({A,B},{1,2},{3}) notify_master \"/b ${A}\" root\n",
    "$L= \\\nglobal_defs { \\\nrouter_id ${_RANDOM 1 9} \\\n}\n@me $L\n@^me include /[a-c]{1,2}*\n",
    "vrrp_instance V {\nauthentication {\nauth_type PASS\nauth_pass ab#c\n}\nunicast_peer {\nfe80::1 min_ttl 3\n}\nadvert_int 0.35\n}\n",
    "vrrp_probe p {\nhttps https://[::1]:8443/a?b {\nstatus 200-299 301\nbody not ~ \"^a(b|c)$\"\nheader X-Y: z\nmin_days 9\n}\ntimeout 0.05\n}\n",
    "vrrp_probe q { udp 127.0.0.1:53 {\nsend \"\\x00a\\r\\n\"\nexpect ok\n}\n}\nvrrp_probe d {\ndns ::1 {\nname a.b.\ntype MX\nexpected 10 c.d\n}\n}\n",
    "vrrp_probe e {\nicmp 10.0.0.1 fe80::1 {\nquorum 1\n}\nweight -2 reverse\n}\nvrrp_probe f {\ndisk /a {\nfree 12.5%\ninodes 5M\n}\n}\nvrrp_probe g { load 15 {\nmost 0.5\n}\n}\n",
    "vrrp_probe h {\nhaproxy /s { backend w\nservers 2\n}\n}\nvrrp_probe i {\nmemory {\nsome 2.5\nwindow 60\n}\n}\nvrrp_probe j { postgresql a.b:1\n}\n",
  ].map { Array($0.utf8) }

  private static let tokens = [
    "{", "}", "\"", "'", "$", "${", "~SEQ(", "@", "#", "!", "\\", "\n", "=", ",", ")", "include /a", "vrrp_instance ",
    "255", "-1", "99999999999999999999", "0.", "::", "/", "\u{0}", "\u{FF}", " \\\n",
  ].map { Array($0.utf8) }

  /// How many changed configurations are tried; the environment can ask for more.
  private static let rounds = getenv("MARTLET_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 5000

  @Test("Changed configurations are read to their end without a trap", arguments: [20_261_123 as UInt64])
  func changes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let others = ["/a1": Array("router_id x\n}".utf8), "/b2": Array("include /[a-c]*".utf8)]
    var errors = 0
    var limits = SourceLimits()
    limits.expandedLines = 200
    limits.expandedBytes = 20_000
    limits.fileCount = 20
    for _ in 0..<Self.rounds {
      var bytes = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...5, using: &generator) { change(&bytes, &generator) }
      var files = MemorySourceFiles(files: others)
      files.files["/m"] = bytes
      let loaded = ConfigurationLoader.load(path: "/m", files: files, configurationID: "me", limits: limits)
      if loaded.hasErrors { errors += 1 }
    }
    #expect(errors > Self.rounds / 20)
  }

  @Test("What fixes make of changed configurations needs no fix any more", arguments: [20_261_124 as UInt64])
  func fixes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limits = SourceLimits()
    limits.expandedLines = 200
    limits.expandedBytes = 20_000
    limits.fileCount = 20
    let source = ConfigurationSource(path: "/m", configurationID: "me")
    var changed = 0
    for _ in 0..<Self.rounds / 5 {
      var bytes = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...5, using: &generator) { change(&bytes, &generator) }
      var files = MemorySourceFiles(files: ["/a1": Array("router_id x\n}".utf8), "/b2": Array("include /[a-c]*".utf8)])
      files.files["/m"] = bytes
      let outcome = ConfigurationFixer.fix(source, files: files, limits: limits)
      guard !outcome.files.isEmpty else { continue }
      changed += 1
      for (path, contents) in outcome.files { files.files[path] = contents.after }
      let again = ConfigurationFixer.fix(source, files: files, limits: limits)
      #expect(again.files.isEmpty, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(changed > Self.rounds / 50)
  }

  private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let at = Int.random(in: 0...bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.insert(contentsOf: Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &generator)], at: at)
    case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...12, using: &generator)))
    case 2 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 3:
      let end = min(bytes.count, at + Int.random(in: 0...40, using: &generator))
      bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
    default:
      let other = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)), at: at)
    }
  }
}
