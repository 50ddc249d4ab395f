import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax
import Glibc
import Testing

/// The files of the disk, each laid out by the formatter as it is read.
private final class FormattedFiles: SourceFiles {
  private let disk = DiskSourceFiles()
  private let formatter = SourceFormatter(grammar: Schema.keepalived.grammar)
  /// Files that are left as they are, and why.
  private(set) var refused: [String: Diagnostic] = [:]
  private(set) var changed: Set<String> = []
  private(set) var unstable: Set<String> = []
  /// Files whose comments are not what they were.
  private(set) var uncommented: Set<String> = []

  func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    let bytes = try disk.read(path)
    do {
      let source = try formatter.format(bytes, path: path)
      if source.isChanged { changed.insert(path) }
      if try formatter.format(source.bytes, path: path).isChanged { unstable.insert(path) }
      if Self.comments(bytes) != Self.comments(source.bytes) { uncommented.insert(path) }
      return source.bytes
    } catch {
      refused[path] = error.diagnostic
      return bytes
    }
  }

  /// What stands behind the first comment sign of each line, without blanks, whatever the line's words are.
  private static func comments(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.firstIndex { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "!") }.map { sign in
        String(decoding: line[sign...].filter { $0 > 0x20 }, as: UTF8.self)
      }
    }.sorted()
  }

  func matches(of pattern: String, steps: inout Int) -> [String] {
    disk.matches(of: pattern, steps: &steps)
  }
  func environment(_ name: String) -> String? { disk.environment(name) }
}

@Suite("Tools over the corpus", .enabled(if: Corpus.isPresent, "../shared/corpus is not there"))
struct CorpusToolTests {
  private static func all() throws -> [(path: String, id: String?, verdict: String)] {
    try Corpus.entries().map { (Corpus.root + "/files/" + $0.file, $0.configurationID, $0.verdict) }
      + Corpus.broken().map { (Corpus.root + "/broken/" + $0.file, "host", "broken") }
  }

  /// What Debian's keepalived brings along.
  private static let samples = "/usr/share/doc/keepalived/samples"

  @Test(
    "Debian's samples mean the same in the canonical layout and when they are shown",
    .enabled(if: access(samples, R_OK) == 0, "Debian's samples of keepalived are not installed"))
  func debianSamples() throws {
    let paths = DiskSourceFiles().matches(of: Self.samples + "/keepalived.conf.*")
    #expect(paths.count > 20)
    try expectSameLayout(paths.map { ($0, nil, "sample") }, name: "fmt, Debian's samples")
    try expectSameShown(paths.map { ($0, nil, "sample") }, name: "config show, Debian's samples")
  }

  @Test("Every file means the same in the canonical layout, which stays as it is when laid out again")
  func formatting() throws {
    let line = try expectSameLayout(Self.all(), name: "fmt")
    try Corpus.expectDocumented(line)
  }

  @discardableResult
  private func expectSameLayout(_ entries: [(path: String, id: String?, verdict: String)], name: String) throws
    -> String
  {
    let files = FormattedFiles()
    var different: [String] = []
    var count = 0
    for entry in entries {
      count += 1
      let (before, beforeSource) = ConfigurationLoader.loadWithSource(
        ConfigurationSource(path: entry.path, configurationID: entry.id), files: DiskSourceFiles())
      let (after, afterSource) = ConfigurationLoader.loadWithSource(
        ConfigurationSource(path: entry.path, configurationID: entry.id), files: files)
      let isSame =
        before.configuration == after.configuration
        && Self.shown(beforeSource.statements) == Self.shown(afterSource.statements)
        && before.diagnostics.map(\.id).sorted()
          == (after.diagnostics.map(\.id) + Self.settled(before, after)).sorted()
      if !isSame { different.append(entry.path) }
    }
    let line =
      "\(name): \(count) configurations mean the same; \(files.changed.count) files are laid out otherwise, \(files.refused.count) left as they are"
    print(line)
    for (path, diagnostic) in files.refused.sorted(by: { $0.key < $1.key }) {
      print("fmt: left as it is: \(path): \(diagnostic.message)")
      #expect(diagnostic.range != nil)
      #expect(diagnostic.id != "layout-changes-meaning")
    }
    #expect(different == [])
    #expect(files.unstable == [])
    #expect(files.uncommented == [])
    #expect(files.changed.count > count / 3)
    return line
  }

  /// What another layout may put right.
  private static func settled(_ before: LoadedConfiguration, _ after: LoadedConfiguration) -> [String] {
    ["byte-order-mark", "line-too-long"].flatMap { id in
      let missing = before.diagnostics.count { $0.id == id } - after.diagnostics.count { $0.id == id }
      return [String](repeating: id, count: max(0, missing))
    }
  }

  private static func shown(_ statements: [Statement]) -> [String] {
    statements.flatMap { statement in
      [statement.words.map { "\($0.quoted) \($0.text)" }.joined(separator: "\u{1}")] + ["{"]
        + shown(statement.children) + ["}"]
    }
  }

  @Test("Every file reads as the same model when it is shown")
  func showing() throws {
    try Corpus.expectDocumented(expectSameShown(Self.all(), name: "config show"))
  }

  @discardableResult
  private func expectSameShown(_ entries: [(path: String, id: String?, verdict: String)], name: String) throws
    -> String
  {
    var different: [String] = []
    var count = 0
    for entry in entries {
      let (loaded, source) = ConfigurationLoader.loadWithSource(
        ConfigurationSource(path: entry.path, configurationID: entry.id), files: DiskSourceFiles())
      let text = ShownConfiguration(loaded.configuration, source: source, path: entry.path).text
      let again = ConfigurationLoader.load(path: "/shown", files: MemorySourceFiles(files: ["/shown": text]))
      count += 1
      if again.configuration.comparable != loaded.configuration.comparable { different.append(entry.path) }
    }
    let line = "\(name): \(count) configurations read as the same model"
    print(line)
    #expect(different == [])
    return line
  }

  @Test("What is shown has every instance, address, group, script and tracker that a plain count finds in the file")
  func counting() throws {
    var totals: [String: Int] = [:]
    var counted = 0
    var skipped = 0
    for entry in try Self.all() where entry.verdict == "clean" {
      guard let census = Census(try DiskSourceFiles().read(entry.path), id: entry.id ?? "") else {
        skipped += 1
        continue
      }
      counted += 1
      let (loaded, source) = ConfigurationLoader.loadWithSource(
        ConfigurationSource(path: entry.path, configurationID: entry.id), files: DiskSourceFiles())
      let text = ShownConfiguration(loaded.configuration, source: source, path: entry.path).text
      let shown = try #require(Census(text, id: ""))
      for (kind, names) in census.found {
        totals[kind, default: 0] += names.count
        let missing = names.subtracting(shown.found[kind] ?? [])
        #expect(missing == [], "\(entry.path): \(kind)")
      }
    }
    let numbers = totals.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let line =
      "config show: \(counted) clean files counted, \(skipped) not since they include or define lines: \(numbers)"
    print(line)
    try Corpus.expectDocumented(line)
    #expect(counted > 100)
    #expect(totals["vrrp_instance", default: 0] > 200)
  }

  @Test("The configuration of every file is no different from itself, and is from an empty one")
  func differing() throws {
    for entry in try Self.all() {
      let loaded = ConfigurationLoader.load(path: entry.path, files: DiskSourceFiles(), configurationID: entry.id)
      #expect(ConfigurationDifference(from: loaded.configuration, to: loaded.configuration).isEmpty)
      let start = ConfigurationDifference(from: Configuration(), to: loaded.configuration)
      #expect(start.items.count { $0.keyword == "vrrp_instance" } == loaded.configuration.routers.count)
      #expect(start.count(of: .removed) == 0 && start.count(of: .restarted) == 0)
    }
  }
}

extension Configuration {
  /// The model without what its text cannot show: passwords, and how a route's line was written.
  fileprivate var comparable: Configuration {
    func withoutText(_ entry: KernelEntryDefinition) -> KernelEntryDefinition {
      KernelEntryDefinition(entry.content, text: "", trackGroup: entry.trackGroup)
    }
    var configuration = self
    for index in configuration.routers.indices {
      switch configuration.routers[index].authentication {
      case .password: configuration.routers[index].authentication = .password([])
      case .header: configuration.routers[index].authentication = .header(key: [])
      case .trailer(var trailer):
        trailer.activeKey.bytes = []
        for key in trailer.otherKeys.indices { trailer.otherKeys[key].bytes = [] }
        configuration.routers[index].authentication = .trailer(trailer)
      case nil: break
      }
      configuration.routers[index].entries = configuration.routers[index].entries.map(withoutText)
    }
    configuration.staticEntries = configuration.staticEntries.map(withoutText)
    return configuration
  }
}
