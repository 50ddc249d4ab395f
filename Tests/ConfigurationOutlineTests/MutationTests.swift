import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax
import Glibc
import SeededRandom
import Testing

@Suite("Tools under random changes to configurations")
struct MutationTests {
  private static let seeds = [
    "$A=eth0\nvrrp_instance V {\ninterface ${A}\nvirtual_router_id 5\npriority 9\nvirtual_ipaddress {\n10.0.0.1/8 brd + dev $A\n}\n}\n",
    "vrrp_script c {\nscript \"/bin/x -y\"\nweight -2 reverse\n}\nvrrp_sync_group G {\ngroup { V W }\ntrack_script { c weight 3 }\n}\n",
    "~SEQ(I,1,2,9) vrrp_instance V$I { virtual_router_id ${I}\n~LST({A,B},{1,2},{3}) notify_master \"/b ${A}\" root\n",
    "$L= \\\nglobal_defs { \\\nrouter_id ${_RANDOM 1 9} \\\n}\n@me $L\n@^me include /[a-c]{1,2}*\n",
    "vrrp_instance V {\nauthentication {\nauth_type PASS\nauth_pass ab#c\n}\nunicast_peer {\nfe80::1 min_ttl 3\n}\nadvert_int 0.35\n}\n",
    "vrrp_instance W {\ninterface eth1\nvirtual_router_id 7\nuse_vmac\nnotify '/bin/sh -c \"a  b\"' root # x\nvirtual_ipaddress { 10.0.0.2\n10.0.0.3 dev lo }\ntrack_interface { eth2 weight 4\neth3 }\nvirtual_rules { from 10.0.0.0/8 table 3 }\n}\n",
    "vrrp_instance T {\ninterface eth0\nvirtual_router_id 9\nauth_hmac {\nkey 2 hex:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\nactive_key 2\n}\nvirtual_ipaddress { 10.0.0.7 }\ntrack_probe { p weight 2 }\ntrack_file { f }\ntrack_interface { eth4 }\n}\nvrrp_probe p { http http://10.0.0.1/x { body not \"~\" } }\ntrack_file f { file /tmp/f\nweight 2 reverse }\n",
    "global_defs\n{\nvrrp_strict on ! c\nvrrp_garp_master_delay 3\nvmac_prefix m }\nstatic_routes { 10.1.0.0/16 via 10.0.0.1 }\nbfd_instance b { neighbor_ip 10.0.0.9 }\nvirtual_server 10.0.0.1 80 { delay_loop 3 }\n",
  ].map { Array($0.utf8) }

  private static let tokens = [
    "{", "}", "\"", "'", "$", "${", "~SEQ(", "@", "@me ", "#", "!", "\\", "\n", "\r\n", "=", ",", ")", "  ",
    "include /a",
    "vrrp_instance ", "255", "-1", "0.", "::", "/", "\u{0}", "\u{FF}", " \\\n", "\\\"", "$A", "${A}", "$A=\"",
    "\u{FEFF}",
  ].map { Array($0.utf8) }

  /// How many changed configurations are tried; the environment can ask for more.
  private static let rounds = getenv("MARTLET_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 3000

  @Test("Layout and text of a changed configuration mean what it means", arguments: [20_261_125 as UInt64])
  func changes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let formatter = SourceFormatter(grammar: Schema.keepalived.grammar)
    var formatted = 0
    var shown = 0
    for _ in 0..<Self.rounds {
      var bytes = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...5, using: &generator) { change(&bytes, &generator) }
      if isLaidOutTruly(bytes, formatter) { formatted += 1 }
      if isShownTruly(bytes) { shown += 1 }
    }
    #expect(formatted > Self.rounds / 2)
    #expect(shown > Self.rounds / 20)
  }

  /// Whether the bytes have a layout, which then must be that of itself and read as the same model.
  private func isLaidOutTruly(_ bytes: [UInt8], _ formatter: SourceFormatter) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    let first: FormattedSource
    do {
      first = try formatter.format(bytes, path: "/m")
    } catch {
      // The proof is a net that nothing should fall into.
      #expect(error.diagnostic.id != "layout-changes-meaning", "\(text.debugDescription)")
      return false
    }
    let second = try? formatter.format(first.bytes, path: "/m")
    #expect(second?.bytes == first.bytes, "\(text.debugDescription)")
    #expect(load(first.bytes).loaded.configuration == load(bytes).loaded.configuration, "\(text.debugDescription)")
    return true
  }

  /// Whether the bytes are a configuration without errors, which then must read as the same model when it is shown.
  private func isShownTruly(_ bytes: [UInt8]) -> Bool {
    let (loaded, source) = load(bytes)
    let text = ShownConfiguration(loaded.configuration, source: source, path: "/m").text
    let again = load(text).loaded
    guard !loaded.hasErrors else { return false }
    #expect(
      again.configuration.withoutHiddenParts == loaded.configuration.withoutHiddenParts,
      "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    return true
  }

  private func load(_ bytes: [UInt8]) -> (loaded: LoadedConfiguration, source: ParsedSource) {
    var limits = SourceLimits()
    limits.expandedLines = 200
    limits.expandedBytes = 20_000
    limits.fileCount = 20
    var files = MemorySourceFiles(files: ["/a1": Array("router_id x\n}".utf8), "/b2": Array("include /[a-c]*".utf8)])
    files.files["/m"] = bytes
    return ConfigurationLoader.loadWithSource(
      ConfigurationSource(path: "/m", configurationID: "me"), files: files, limits: limits)
  }

  private func change(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let at = Int.random(in: 0...bytes.count, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 5: bytes.insert(contentsOf: Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &generator)], at: at)
    case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...12, using: &generator)))
    case 2 where at < bytes.count: bytes[at] = UInt8.random(in: 0...127, using: &generator)
    case 3:
      let end = min(bytes.count, at + Int.random(in: 0...40, using: &generator))
      bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
    default:
      let other = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)), at: at)
    }
  }
}
