import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

/// What each rule's page says: the rules are those that are reported, and the examples show what they say.
@Suite("Rules: each has a page, and its example is one")
struct RuleCatalogueTests {
  private static let sources = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/"

  /// The text of every file that reports findings, without the ids of the pages themselves.
  private func reportingText() -> String {
    let disk = DiskSourceFiles()
    let files = ["Configuration", "ConfigurationSyntax", "ServiceUnit"].flatMap { layer in
      ["/*.swift", "/*/*.swift", "/*/*/*.swift"].flatMap { disk.matches(of: Self.sources + layer + $0) }
    }
    return files.filter { !$0.contains("/Schema/") }.compactMap { path in
      (try? disk.read(path)).map { String(decoding: $0, as: UTF8.self).replacing(/\bRule\(\s*"[a-z0-9-]+"/, with: "") }
    }.joined(separator: "\n")
  }

  @Test("Every id that is reported has a page")
  func complete() {
    let text = reportingText()
    let pattern =
      /(?:\.(?:error|warning|note),|refused\(|id:|\.note|return warning\(|\berror\(|\bunknown:|\bafterUse:)\s*"([a-z0-9]+(?:-[a-z0-9]+)*)"/
    let reported = Set(text.matches(of: pattern).map { String($0.output.1) })
    #expect(reported.count > 100)
    #expect(reported.filter { Rule.find($0) == nil }.sorted() == [])
  }

  @Test("Every page is of an id that is reported", arguments: Rule.all.map(\.id))
  func used(id: String) {
    #expect(reportingText().contains("\"\(id)\""))
  }

  @Test("An id names one rule, in small letters and hyphens")
  func ids() {
    #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
    #expect(Rule.all.allSatisfy { $0.id.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil })
    #expect(Rule.all.map(\.id) == Rule.all.map(\.id).sorted())
  }

  @Test("The wrong lines break the rule and the right ones keep it", arguments: Rule.all.filter { $0.example != nil })
  func examples(rule: Rule) throws {
    let example = try #require(rule.example)
    let wrong = findings(example, example.wrong)
    #expect(wrong.contains { $0.id == rule.id }, "\(wrong.map(\.id))")
    #expect(wrong.filter { $0.id == rule.id }.allSatisfy { $0.severity <= rule.severity })
    #expect(wrong.filter { $0.id == rule.id }.allSatisfy { $0.range != nil })
    #expect(wrong.filter { $0.id == rule.id && $0.severity > .note }.allSatisfy { $0.suggestion != nil })
    let right = findings(example, example.right)
    #expect(!right.contains { $0.id == rule.id }, "\(right.map { "\($0.id): \($0.message)" })")
  }

  private func findings(_ example: Rule.Example, _ lines: String) -> [Diagnostic] {
    switch example.setting {
    case .file: return lint(lines)
    case .global: return lint("global_defs {\n\(lines)\n}\n")
    case .instance: return lint(around(lines))
    case .addresses: return lint(around("", addresses: lines))
    case .routes: return lint(around("virtual_routes {\n\(lines)\n}"))
    case .rules: return lint(around("virtual_rules {\n\(lines)\n}"))
    case .script: return lint("vrrp_script a {\nscript /bin/true\n\(lines)\n}\n")
    case .session: return lint("bfd_instance a {\n\(lines)\n}\n")
    case .otherHost:
      let first = around(example.first, priority: example.first.contains("priority") ? nil : 200)
      return compare(first, around(lines)).comparison
    }
  }

  /// An instance with the lines, and with what they do not say themselves.
  private func around(_ lines: String, addresses: String = "192.0.2.10/24", priority: Int? = nil) -> String {
    var text = "vrrp_instance VI_1 {\n"
    if !lines.contains(/(?m)^interface/) { text += "interface eth0\n" }
    if !lines.contains("virtual_router_id") { text += "virtual_router_id 51\n" }
    if let priority { text += "priority \(priority)\n" }
    // A family that the lines settle is the addresses' too.
    let own = lines.contains("native_ipv6") ? "fe80::1" : addresses
    return text + "\(lines)\nvirtual_ipaddress {\n\(own)\n}\n}\n"
  }

  @Test("A page has the id, the fault, why, and the example")
  func page() throws {
    let page = try #require(Rule.find("bad-prefix-length")).page
    #expect(
      page == """
        bad-prefix-length: What follows the slash is not a prefix length

        The length of a single address is used, /32 or /128, so the network's other
        hosts are not reached by it. A dotted mask is written as its length:
        255.255.255.0 is /24.

        Wrong, in virtual_ipaddress:

            192.0.2.10/255.255.255.0

        Right:

            192.0.2.10/24

        Kind: meaning. Severity: warning at most.

        """)
  }
}
