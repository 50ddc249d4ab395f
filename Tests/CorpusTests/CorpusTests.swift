import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import Testing

/// The corpus of real configurations beside the project, if it is there.
enum Corpus {
  /// One row of `verdicts.tsv`.
  struct Entry: Sendable {
    var file: String
    /// What keepalived said: clean, warnings, rejected or tool_failure.
    var verdict: String
    var configurationID: String?
    var firstProblem: String
  }

  static let root: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/../shared/corpus"
  }()

  static var isPresent: Bool { access(root + "/verdicts.tsv", R_OK) == 0 }

  static func entries() throws -> [Entry] {
    let text = String(decoding: try DiskSourceFiles().read(root + "/verdicts.tsv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Entry(
        file: fields[0], verdict: fields[1], configurationID: fields.count > 16 ? fields[16] : nil,
        firstProblem: fields.count > 3 ? fields[3] : "")
    }
  }
}

extension Corpus {
  /// The lines of docs/configuration.md.
  static func document() throws -> [String] {
    let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/configuration.md"
    return String(decoding: try DiskSourceFiles().read(path), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// A line of figures stands in docs/configuration.md as an item of a list.
  static func expectDocumented(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(
      try document().contains("- \(line)"), "docs/configuration.md lacks: - \(line)", sourceLocation: sourceLocation)
  }

  /// One row of `broken/results.tsv`.
  struct Broken: Sendable {
    var file: String
    /// What `keepalived -t` ended with.
    var exitCode: String
    var messages: String
  }

  static func broken() throws -> [Broken] {
    let text = String(decoding: try DiskSourceFiles().read(root + "/broken/results.tsv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Broken(file: fields[0], exitCode: fields[2], messages: fields.last ?? "")
    }
  }
}

@Suite("Corpus of real configurations", .enabled(if: Corpus.isPresent, "../shared/corpus is not there"))
struct CorpusTests {
  @Test("Every file is read to its end, and what keepalived calls clean is not refused")
  func wholeCorpus() throws {
    var counts: [String: (accepted: Int, warned: Int, refused: Int)] = [:]
    var refused: [String] = []
    var silent: [String] = []
    for entry in try Corpus.entries() {
      let path = Corpus.root + "/files/" + entry.file
      let loaded = ConfigurationLoader.load(
        path: path, files: DiskSourceFiles(), configurationID: entry.configurationID)
      let image = ConfigurationImage.encode(loaded.configuration)
      #expect((try? ConfigurationImage.decode(image)) == loaded.configuration, "\(entry.file) through its image")
      var count = counts[entry.verdict, default: (0, 0, 0)]
      if loaded.hasErrors {
        count.refused += 1
      } else if loaded.count(of: .warning) > 0 {
        count.warned += 1
      } else {
        count.accepted += 1
        if entry.verdict != "clean" { silent.append("\(entry.file) (\(entry.verdict)): \(entry.firstProblem)") }
      }
      counts[entry.verdict] = count
      if loaded.hasErrors, entry.verdict == "clean" {
        let first = loaded.diagnostics.first { $0.severity == .error }
        refused.append("\(entry.file):\(first?.range?.line ?? 0): [\(first?.id ?? "")] \(first?.message ?? "")")
      }
    }
    for (verdict, count) in counts.sorted(by: { $0.key < $1.key }) {
      print(
        "corpus: \(verdict): \(count.accepted) without a finding, \(count.warned) with warnings, \(count.refused) refused"
      )
    }
    for line in refused { print("corpus: clean for keepalived and refused here: \(line)") }
    for line in silent { print("corpus: a finding of keepalived's and none here: \(line)") }
    #expect(counts["clean"] != nil)
    #expect(silent.isEmpty)
  }

  @Test("docs/configuration.md has the figures that are counted here")
  func figures() throws {
    var lines = ["| keepalived 2.2.7 says | files | silent | warned | refused |", "|---|---|---|---|---|"]
    var things = [0, 0, 0, 0, 0]
    for verdict in ["clean", "warnings", "rejected", "tool_failure"] {
      var counts = [0, 0, 0]
      for entry in try Corpus.entries() where entry.verdict == verdict {
        let loaded = ConfigurationLoader.load(
          path: Corpus.root + "/files/" + entry.file, files: DiskSourceFiles(),
          configurationID: entry.configurationID)
        counts[loaded.hasErrors ? 2 : loaded.count(of: .warning) > 0 ? 1 : 0] += 1
        guard verdict == "clean" else { continue }
        let model = loaded.configuration
        things[0] += model.routers.count
        things[1] += model.routers.reduce(0) { $0 + $1.addresses.count + $1.excludedAddresses.count }
        things[2] += model.groups.count
        things[3] += model.scripts.count
        things[4] += model.trackedFiles.count + model.trackedProcesses.count + model.bfdInstances.count
      }
      let name = verdict == "tool_failure" ? "(it did not come to an end)" : verdict
      lines.append(
        "| \(name) | \(counts.reduce(0, +)) | \(counts.map { "\($0)" }.joined(separator: " | ")) |")
    }
    lines.append("")
    lines.append(
      "The clean files have \(things[0]) instances, \(things[1]) addresses, \(things[2]) sync groups, \(things[3]) scripts and "
        + "\(things[4]) tracked files, processes and sessions.")
    let document = try Corpus.document()
    let begin = try #require(document.firstIndex(of: "<!-- Counted by CorpusTests -->"))
    let end = try #require(document.firstIndex(of: "<!-- The figures end here. -->"))
    for line in lines { print("figures: \(line)") }
    #expect(document[(begin + 1)..<end].filter { !$0.isEmpty } == lines.filter { !$0.isEmpty })
  }

  @Test("What keepalived finds wrong in a broken file is found here, and a correct one is not refused")
  func brokenFiles() throws {
    var quiet: [String] = []
    var counts = (clean: 0, warned: 0, refused: 0)
    for entry in try Corpus.broken() {
      let loaded = ConfigurationLoader.load(
        path: Corpus.root + "/broken/" + entry.file, files: DiskSourceFiles(), configurationID: "host")
      let ids = loaded.diagnostics.map { "\($0.severity.word) \($0.id)" }
      print("broken: \(entry.file): keepalived \(entry.exitCode): \(ids.joined(separator: ", "))")
      if loaded.hasErrors {
        counts.refused += 1
      } else if loaded.count(of: .warning) > 0 {
        counts.warned += 1
      } else {
        counts.clean += 1
      }
      if entry.exitCode == "0", entry.messages.isEmpty {
        #expect(!loaded.hasErrors, "\(entry.file): \(ids)")
      } else if loaded.diagnostics.allSatisfy({ $0.severity == .note }), entry.exitCode != "signal15" {
        quiet.append("\(entry.file): \(entry.messages)")
      }
    }
    print("broken: \(counts.clean) without a finding, \(counts.warned) with warnings, \(counts.refused) refused")
    for line in quiet { print("broken: keepalived has a finding and martlet none: \(line)") }
  }

  /// What keepalived 2.2.7 says before its VRRP process ends, and the rule here; interfaces that do not exist are found at the start.
  private static let stops = [
    "is missing a parameter": "missing-argument", "the virtual router id must be set": "missing-virtual-router-id",
    "VRID '256' not valid": "bad-value", " both use VRID": "duplicate-virtual-router-id",
    "cannot use a loopback interface": "loopback-interface", "Unknown interface!": "missing-interface",
    "at least one is required": "no-addresses",
  ]

  @Test("What keepalived stops at is refused here, with the rule named")
  func refusals() throws {
    var seen: Set<String> = []
    for entry in try Corpus.broken() {
      // One that it stops at twice is refused for the first reason, which may be another one's consequence.
      let reasons = Self.stops.filter { entry.messages.contains($0.key) }
      guard !reasons.isEmpty else { continue }
      seen.formUnion(reasons.keys)
      // Unicast needs no interface since 2.2.8.
      guard entry.file != "19-unicast-no-interface.conf" else { continue }
      let loaded = ConfigurationLoader.load(
        path: Corpus.root + "/broken/" + entry.file, files: DiskSourceFiles(), configurationID: "host")
      let errors = Set(loaded.diagnostics.filter { $0.severity == .error }.map(\.id))
      #expect(loaded.hasErrors && !errors.isDisjoint(with: reasons.values), "\(entry.file): \(errors), not \(reasons)")
    }
    #expect(seen.count == Self.stops.count)
  }

  @Test("The schema has every keyword of keywords.tsv, and no other but martlet's own")
  func keywords() throws {
    let text = String(decoding: try DiskSourceFiles().read(Corpus.root + "/../keywords.tsv"), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst().compactMap { line -> String? in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count > 9, fields[9] != "parser" else { return nil }
      return (fields[0] == "(top)" ? "" : String(fields[0])) + " " + fields[1]
    }
    let known = Schema.keepalived.keywords.filter { !$0.isExtension }.map { "\($0.block) \($0.name)" }
    #expect(known.sorted() == rows.sorted())
  }

  @Test("The notation of every block is that of keywords.tsv")
  func notations() throws {
    let text = String(decoding: try DiskSourceFiles().read(Corpus.root + "/../keywords.tsv"), as: UTF8.self)
    let known = Dictionary(
      uniqueKeysWithValues: Schema.keepalived.keywords.map { ("\($0.block) \($0.name)", $0.arguments) })
    var compared = 0
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      // A virtual server has three forms, each with a brace of its own there.
      guard fields.count > 9, fields[9] == "keyword", fields[2].hasSuffix("}") else { continue }
      let name = (fields[0] == "(top)" ? "" : String(fields[0])) + " " + fields[1]
      let notation = String(fields[2]).replacing("{ block }", with: "{ … }").replacing("...", with: "…")
      #expect(known[name] == .some(notation), "\(name)")
      compared += 1
    }
    #expect(compared > 50)
  }
}
