import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import Testing

/// A file that is twice as long takes about twice as long to check, whatever it is made of.
///
/// What is judged is the processor time of this thread for a file and for one of eight times its length: eight times the work, and
/// with a sort a little more, where one that looks back at all lines for each would take sixty-four times.
@Suite("Checking grows no faster than the file", .serialized)
struct GrowthTests {
  /// A kind of line, and a file of so many of them.
  struct Kind: Sendable, CustomTestStringConvertible {
    var name: String
    var text: @Sendable (Int) -> String
    var testDescription: String { name }
  }

  private static func many(_ count: Int, _ line: @Sendable (Int) -> String) -> String {
    (0..<count).map(line).joined(separator: "\n") + "\n"
  }

  private static func address(_ number: Int) -> String {
    "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
  }

  private static func router(_ number: Int, _ lines: String = "", address text: String? = nil) -> String {
    "vrrp_instance V\(number) {\ninterface eth\(number / 250)\nvirtual_router_id \(number % 250 + 1)\n\(lines)\n"
      + "virtual_ipaddress {\n\(text ?? address(number))\n}\n}\n"
  }

  static let kinds: [Kind] = [
    Kind(name: "definitions that go on") { many($0) { _ in "$A=\\" } },
    Kind(name: "lines of a definition") {
      "$A= \\\n" + many($0) { _ in "router_id x \\" } + "\nglobal_defs {\n$A\n}\n"
    },
    Kind(name: "definitions") {
      many($0) { "$A\($0)=x\($0)" } + "global_defs {\n" + many($0) { "router_id $A\($0)" } + "}\n"
    },
    Kind(name: "names that are not defined") { "global_defs {\n" + many($0) { "router_id $B\($0)" } + "}\n" },
    Kind(name: "conditions") { many($0) { _ in "@other priority 1" } },
    Kind(name: "sequences") { many($0) { "~SEQ(I, 1, 2) $Q\($0)_${I}=x" } },
    Kind(name: "comments") { many($0) { _ in "# a word" } },
    Kind(name: "quotes that are not closed") { "global_defs {\n" + many($0) { _ in "router_id \"a b" } + "}\n" },
    Kind(name: "blocks in one another") { many($0) { _ in "vrrp_instance V {" } + many($0) { _ in "}" } },
    Kind(name: "unknown blocks") { router(0, many($0) { "foo\($0) {\nx\n}" }) },
    Kind(name: "addresses") { router(0, address: many($0) { address($0) + "/24" }) },
    Kind(name: "addresses with a virtual MAC address each") {
      router(0, "use_vmac", address: many($0) { address($0) + "/24 dev lan\($0) use_vmac" })
    },
    Kind(name: "routes") { router(0, "virtual_routes {\n" + many($0) { address($0) + "/32 via 10.0.0.2" } + "}") },
    Kind(name: "rules") { router(0, "virtual_rules {\n" + many($0) { "from \(address($0)) table 5" } + "}") },
    Kind(name: "peers") { router(0, "unicast_peer {\n" + many($0) { address($0) } + "}") },
    Kind(name: "tracked interfaces") { router(0, "track_interface {\n" + many($0) { "lan\($0)" } + "}") },
    Kind(name: "tracked scripts") {
      many($0) { "vrrp_script s\($0) {\nscript \"/bin/x\($0) $A; b\"\n}" }
        + router(0, "track_script {\n" + many($0) { "s\($0) weight 2" } + "}")
    },
    Kind(name: "a group of all") {
      many($0) { router($0) } + "vrrp_sync_group G {\ngroup {\n" + many($0) { "V\($0)" } + "}\n}\n"
    },
    Kind(name: "includes of nothing") { many($0) { "include /no/\($0).conf" } },
    Kind(name: "the same name again") { many($0) { _ in router(0) } },
  ]

  /// Processor time of this thread, in nanoseconds.
  private var time: Int {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
  }

  private func work(_ text: String) -> Int {
    let start = time
    _ = lint(text)
    return time - start
  }

  @Test("Eight times the lines take less than thirty-two times the work", arguments: kinds)
  func growth(kind: Kind) {
    let (few, many) = (kind.text(500), kind.text(4000))
    // The least of a few: what else the machine does only adds.
    let least = (0..<3).map { _ in work(few) }.min() ?? 0
    let most = (0..<2).map { _ in work(many) }.min() ?? .max
    #expect(most < max(least, 1) * 32, "\(most / max(least, 1)) times")
  }
}
