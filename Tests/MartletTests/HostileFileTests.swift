import Foundation
import Glibc
import LinuxSystem
import Testing

/// What `martlet check` says of files that are wrong on a grand scale, and what it takes to say so.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct HostileFileTests {
  /// A file behind a good router, and the one finding that it comes to.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var text: [UInt8]
    var rule: String
    var severity = "error"
    var line: Int
    var column = 1

    init(_ name: String, _ text: [UInt8], _ rule: String, severity: String = "error", line: Int, column: Int = 1) {
      testDescription = name
      self.text = text
      self.rule = rule
      self.severity = severity
      self.line = line
      self.column = column
    }

    init(_ name: String, _ text: String, _ rule: String, severity: String = "error", line: Int, column: Int = 1) {
      self.init(name, Array(text.utf8), rule, severity: severity, line: line, column: column)
    }
  }

  private static let good = Sample.router()
  private static let long = 10 * 1_048_576

  static let cases: [Case] = [
    Case("a file that includes itself", good + "include main.conf\n", "include-loop", line: 12, column: 9),
    Case(
      "a file that includes itself twice by another name", "include ./main.conf\ninclude ./main.conf\n" + good,
      "include-loop", line: 1, column: 9),
    Case("a line of 10 MiB", good + String(repeating: "x", count: long) + "\n", "line-too-long", line: 12),
    Case(
      "a line of 10 MiB in a block",
      good.replacing("advert_int 1", with: "notify_master \"" + String(repeating: "x ", count: long / 2) + "\""),
      "line-too-long", line: 6),
    Case("10 MiB of NUL bytes", [UInt8](repeating: 0, count: long), "line-too-long", line: 1),
    Case("NUL bytes", good + "router_id a\u{0}\u{0}b\n", "nul-byte", line: 12, column: 12),
    Case(
      "a text in UTF-16", good.utf8.prefix(60).flatMap { [$0, 0] }.filter { $0 != 0x0A }, "nul-byte", line: 1, column: 2
    ),
    Case(
      "a brace that is missing", String(good.dropLast(2)), "missing-closing-brace", line: 1
    ),
    Case(
      "a brace that is missing inside", good.replacing("192.0.2.51/24\n  }", with: "192.0.2.51/24"),
      "missing-closing-brace", line: 1),
    Case("a brace too many", good + "}\n", "extra-brace", severity: "warning", line: 12),
    Case("a sequence of 10^12", good + "~SEQ(I,1,1000000000000) vrrp_script s$I {\n", "expansion-too-large", line: 12),
    Case(
      "a million routes",
      "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_routes {\n"
        + "~SEQ(C,1,19) ~SEQ(A,1,250) ~SEQ(B,1,250) 10.${C}.${A}.$B via 10.0.0.1\n}\n}\n",
      "expansion-too-large", line: 5, column: 42),
    Case(
      "a million priorities", "vrrp_instance A {\n~SEQ(A,1,1000) ~SEQ(B,1,1000) priority 100\n}\n",
      "expansion-too-large", line: 2, column: 31),
    Case(
      "thirty million words",
      "vrrp_instance A {\nvirtual_ipaddress {\n"
        + String(repeating: String(repeating: "a ", count: 500) + "\n", count: 60_000) + "}\n}\n",
      "expansion-too-large", line: 3971),
    Case(
      "a sequence of 10^12 in a block",
      good.replacing("192.0.2.51/24", with: "~SEQ(I,1,1000000000000) 10.0.0.1 dev eth$I"), "expansion-too-large",
      line: 8, column: 5),
  ]

  private func check(_ path: String, seconds: UInt64 = 60) throws -> Outcome {
    try Running.martlet(
      ["check", "--no-host", "--format", "json", path],
      limits: [.processorTime(seconds), ResourceLimit(resource: 2, soft: 256 << 20, hard: 256 << 20)])
  }

  @Test("Each is one finding at its place, within a minute of processor time and 256 MiB", arguments: cases)
  func oneFinding(of one: Case) throws {
    let scratch = try Scratch()
    let path = try scratch.file("main.conf", bytes: one.text)
    let outcome = try check(path)
    #expect(outcome.code == (one.severity == "error" ? 2 : 0), "\(outcome.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    // What could be better in any file is another matter.
    let findings = try #require(report["findings"] as? [[String: Any]])
      .filter { $0["rule"] as? String != "unsigned-adverts" }
    #expect(findings.map { $0["rule"] as? String } == [one.rule], "\(outcome.output.prefix(2000))")
    let finding = try #require(findings.first)
    #expect(finding["severity"] as? String == one.severity)
    #expect([finding["line"] as? Int, finding["column"] as? Int] == [one.line, one.column])
  }

  /// A block in a router, with 40,000 lines that are all different, or with so many more.
  private static func block(_ name: String, times: Int = 1, _ line: String) -> String {
    Sample.router(extra: "\(name) {\n~SEQ(C,1,\(times)) ~SEQ(A,1,200) ~SEQ(B,1,200) \(line)\n}")
  }

  /// A router in which a block is written 20,000 times, each time with one line.
  private static func blocks(_ name: String, before: String = "", _ line: String) -> String {
    "$BLOCK= \\\n\(name) { \\\n\(line) \\\n}\n" + before
      + Sample.router(extra: "~SEQ(A,1,100) ~SEQ(B,1,200) $BLOCK")
  }

  @Test(
    "The work for a block grows as its lines do, and ends with the help that is given",
    arguments: [
      "vrrp_sync_group G {\ngroup {\n~SEQ(A,1,200) ~SEQ(B,1,200) V${A}_$B\n}\n}\n",
      block("track_interface", "e${A}_$B"), block("heartbeat_interface", "e${A}_$B"),
      block("unicast_peer", "10.1.${A}.$B"),
      "garp_group {\ngarp_interval 1\ninterfaces {\n~SEQ(A,1,200) ~SEQ(B,1,200) e${A}_$B\n}\n}\n",
      "$P= \\\nvrrp_instance V${A}_$B { \\\ninterface eth0 \\\nvirtual_router_id 1 \\\nunicast_peer { \\\n10.0.${A}.$B \\\n} \\\n"
        + "virtual_ipaddress { \\\n10.1.${A}.$B \\\n} \\\n}\n~SEQ(A,1,100) ~SEQ(B,1,120) $P\n",
      block("virtual_ipaddress_excluded", times: 4, "10.1.${A}.$B devv eth0"),
      block("virtual_routes", times: 4, "10.1.${A}.$B viaa 10.0.0.9"),
      blocks("track_interface", "e${A}_$B"), blocks("unicast_peer", "10.1.${A}.$B"),
      blocks("heartbeat_interface", "e${A}_$B"),
      blocks(
        "track_file",
        before: "$FILE= \\\ntrack_file f${A}_$B { \\\nfile /run/f \\\n}\n~SEQ(A,1,100) ~SEQ(B,1,200) $FILE\n",
        "f${A}_$B"),
      "garp_group {\ngarp_interval 1\n~SEQ(A,1,100) ~SEQ(B,1,200) interface e${A}_$B\n}\n",
    ])
  func work(text: String) throws {
    let scratch = try Scratch()
    // Work that grows with the square takes minutes; beside other work, processor time is dear.
    let outcome = try check(try scratch.file("main.conf", text), seconds: 30)
    #expect(outcome.code == 0, "\(outcome.code) \(outcome.errors.prefix(500))")
  }

  @Test(
    "So does the work for showing it",
    arguments: [
      block("virtual_rules", "from 10.1.${A}.$B table 5"), block("virtual_routes", "10.1.${A}.$B via 192.0.2.1"),
      block("virtual_ipaddress_excluded", "10.1.${A}.$B"), block("unicast_peer", "10.1.${A}.$B"),
      // Each line stands there a second time.
      block("virtual_routes", "10.1.${A}.$B via 192.0.2.1").replacing("~SEQ(C,1,1)", with: "~SEQ(C,1,2)"),
      "static_ipaddress {\n~SEQ(A,1,200) ~SEQ(B,1,200) 10.1.${A}.$B dev eth0\n}\n",
      "interface_up_down_delays {\n~SEQ(A,1,200) ~SEQ(B,1,200) e${A}_$B 1\n}\n",
    ])
  func workOfShowing(text: String) throws {
    let scratch = try Scratch()
    let outcome = try Running.martlet(
      ["config", "show", try scratch.file("main.conf", text)], limits: [.processorTime(30)])
    #expect(outcome.code == 0, "\(outcome.code) \(outcome.errors.prefix(500))")
  }
}
