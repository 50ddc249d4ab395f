import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing
import VRRPCore

/// A host that has what the broken files ask for, as the one had on which keepalived was asked about them.
private struct CorpusHost: HostFacts {
  var interfaceNames: [String]? { ["lo", "eth0", "eth1", "eth2"] }
  func hasUser(_ name: String) -> Bool { name == "root" || name == "nobody" }
  func hasGroup(_ name: String) -> Bool { name == "root" }
  func status(of path: String) -> FileStatus? {
    switch path {
    case "/bin", "/": FileStatus(mode: 0o755, owner: 0, isRegular: false, isDirectory: true)
    case "/bin/true", "/bin/false": FileStatus(mode: 0o755, owner: 0)
    default: nil
    }
  }
}

@Suite("Mistakes that people make", .enabled(if: Corpus.isPresent, "../shared/corpus is not there"))
struct BrokenFileTests {
  /// What is said of a broken file.
  struct Expectation: Sendable, CustomTestStringConvertible {
    var file: String
    /// Line, rule and first letter of the severity of each finding that must be among them.
    var findings: [String]

    init(_ file: String, _ findings: String...) {
      self.file = file
      self.findings = findings
    }

    var testDescription: String { file }
  }

  private static func findings(_ file: String) throws -> [Diagnostic] {
    let path = Corpus.root + "/broken/" + file + ".conf"
    let loaded = ConfigurationLoader.load(
      path: path, files: DiskSourceFiles(), configurationID: "host", lints: true)
    return loaded.diagnostics + HostAudit.diagnostics(of: loaded, on: CorpusHost())
  }

  @Test("Each is found on its line, by its rule", arguments: BrokenFiles.expectations)
  func found(expected: Expectation) throws {
    let found = try Self.findings(expected.file).map { "\($0.range?.line ?? 0) \($0.id) \($0.severity.word.prefix(1))" }
    #expect(expected.findings.allSatisfy(found.contains), "\(found)")
    // Nothing is wrong with a file of which nothing is expected.
    if expected.findings.isEmpty { #expect(found.allSatisfy { $0.hasSuffix(" n") }, "\(found)") }
  }

  @Test("Every finding says what to do, and every rule has a page")
  func helpful() throws {
    for expected in BrokenFiles.expectations {
      for finding in try Self.findings(expected.file) {
        #expect(finding.suggestion != nil || finding.severity == .note, "\(expected.file): \(finding.message)")
        #expect(Rule.find(finding.id) != nil)
      }
    }
  }

  @Test("The table has every file that keepalived was asked about")
  func complete() throws {
    #expect(BrokenFiles.expectations.map { $0.file + ".conf" } == (try Corpus.broken().map(\.file)))
  }

  @Test("The value that results is told where keepalived changes one without a word")
  func results() throws {
    let values: [(file: String, texts: [String])] = [
      ("10-priority-256", ["go on with 100"]), ("22-netmask-33", ["192.168.200.100/32 is used"]),
      ("23-netmask-dotted", ["192.168.200.100/32 is used"]), ("30-nopreempt-master", ["it does preempt"]),
      ("31-preempt-delay-master", ["there is no delay"]), ("32-state-lowercase", ["starts as BACKUP"]),
      ("33-auth-pass-long", ["the first 8 of this one are used"]), ("34-auth-pass-hash", ["which ends there"]),
      ("36-auth-v3", ["runs without"]), ("38-advert-fraction-v2", ["0.5 s becomes 1 s"]),
      ("39-advert-0", ["go on with the default (1)"]), ("40-advert-100-v3", ["100 s becomes 40.95 s"]),
      ("41-advert-unit", ["go on with the default (1)"]),
      ("48-script-ranges", ["counts as 1 s", "the default holds (1)"]),
      ("56-unicast-no-peer", ["by multicast"]), ("60-rule-no-action", ["gets 16384"]),
      ("77-ipv6-vip-no-lladdr", ["speaks version 3"]),
    ]
    for (file, texts) in values {
      let messages = try Self.findings(file).map(\.message)
      for text in texts { #expect(messages.contains { $0.contains(text) }, "\(file): \(messages)") }
    }
  }

  @Test("Fixing leaves in force what was, except where a finding with a fix says that the line had no effect")
  func inForce() throws {
    let broken = BrokenFiles.expectations.map { ("/broken/" + $0.file + ".conf", "host" as String?) }
    let real = try Corpus.entries().map { ("/files/" + $0.file, $0.configurationID) }
    var compared = 0
    for (file, id) in broken + real {
      let path = Corpus.root + file
      let source = ConfigurationSource(path: path, configurationID: id)
      let changed = ConfigurationFixer.fix(source, files: DiskSourceFiles()).files.mapValues(\.after)
      guard !changed.isEmpty else { continue }
      let before = ConfigurationLoader.load(path: path, files: DiskSourceFiles(), configurationID: id, lints: true)
      let files = MemorySourceFiles(files: changed)
      guard changed.keys.elementsEqual([path]) else { continue }
      let after = ConfigurationLoader.load(path: path, files: files, configurationID: id, lints: true)
      let fixes = before.diagnostics.filter { $0.fixIt != nil }.map { "\($0.message) \($0.suggestion ?? "")" }
      for router in before.configuration.routers {
        guard let other = after.configuration.routers.first(where: { $0.name == router.name }) else { continue }
        compared += 1
        let kept: [(keyword: String, isSame: Bool)] = [
          ("state", router.initialState == other.initialState),
          ("priority", router.core.priority == other.core.priority),
          ("virtual_router_id", router.core.virtualRouterID == other.core.virtualRouterID),
          ("version", router.core.version == other.core.version),
        ]
        for (keyword, isSame) in kept where !isSame {
          let isTold = fixes.contains { $0.contains(keyword) && ($0.contains("ignored") || $0.contains("is used")) }
          #expect(isTold, "\(file): \(router.name): \(keyword)")
        }
      }
    }
    print("fixes: \(compared) instances of files that fixing changes")
    #expect(compared > 10)
  }

  @Test("Fixing is done at once: a second time changes nothing, and no file gets worse")
  func fixes() throws {
    var count = 0
    for expected in BrokenFiles.expectations {
      let path = Corpus.root + "/broken/" + expected.file + ".conf"
      let source = ConfigurationSource(path: path, configurationID: "host")
      let outcome = ConfigurationFixer.fix(source, files: DiskSourceFiles())
      guard let after = outcome.files[path]?.after else { continue }
      count += 1
      let files = MemorySourceFiles(files: [path: after])
      #expect(ConfigurationFixer.fix(source, files: files).files.isEmpty, "\(expected.file)")
      let before = ConfigurationLoader.load(path: path, files: DiskSourceFiles(), configurationID: "host")
      let fixed = ConfigurationLoader.load(path: path, files: files, configurationID: "host")
      #expect(fixed.diagnostics.count < before.diagnostics.count, "\(expected.file)")
      #expect(fixed.count(of: .error) <= before.count(of: .error), "\(expected.file)")
    }
    print("broken: \(count) of \(BrokenFiles.expectations.count) files have fixes")
    #expect(count >= 25)
  }
}
