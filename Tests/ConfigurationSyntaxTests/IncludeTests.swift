import ConfigurationSyntax
import Testing

@Suite("Includes")
struct IncludeTests {
  @Test(
    "Files are read in place, beside the file that includes them",
    arguments: [
      ("include a.conf\nline z", "line a|line z"),
      ("include /etc/m/a.conf", "line a"),
      ("include d/*.conf", "line d1|line d2|line x"),
      ("include d/{2,1}.conf", "line d2|line x|line d1"),
      ("include d/[1].conf", "line d1"),
      ("include d/?.conf", "line d1|line d2|line x"),
      ("block n {\ninclude a.conf\n}", "block n {line a}"),
      ("include open.conf\nline in\n}", "block n {line in}"),
      ("$F=a\ninclude ${F}.conf", "line a"),
      ("@me include a.conf", "line a"),
    ])
  func reading(text: String, expected: String) {
    let source = parse(
      text,
      others: [
        "/etc/m/a.conf": "line a", "/etc/m/d/1.conf": "line d1", "/etc/m/d/2.conf": "line d2\ninclude sub/x",
        "/etc/m/d/sub/x": "line x", "/etc/m/open.conf": "block n {",
      ])
    #expect(shown(source.statements) == expected)
    #expect(source.ids == (text.hasPrefix("@") ? ["include-on-condition"] : []))
  }

  @Test(
    "include_check says what a plain include takes for an error, from there to the end of its file",
    arguments: [
      ("block n {\ninclude_check match\n}\ninclude none.conf", Severity.error),
      ("block n {\ninclude_check match\n}\ninclude none*.conf", .warning),
      ("block n {\ninclude_check\n}\ninclude none*.conf", .error),
      ("block n {\ninclude_check match\ninclude_check -match +wildcard_match\n}\ninclude none.conf", .warning),
      ("block n {\ninclude_check match\ninclude_check -match +wildcard_match\n}\ninclude none*.conf", .error),
      ("include checks.conf\ninclude none.conf", .warning),
      ("include strict.conf", .error),
      ("block n {\ninclude_check readable\n}\ninclude none.conf", .warning),
      ("include_check match\ninclude none.conf", .warning),
    ])
  func checks(text: String, severity: Severity) {
    let source = parse(
      text,
      others: [
        "/etc/m/checks.conf": "block n {\ninclude_check match\n}",
        "/etc/m/strict.conf": "block n {\ninclude_check match\n}\ninclude inner.conf",
        "/etc/m/inner.conf": "include none.conf",
      ])
    #expect(source.diagnostics.diagnostics.map(\.severity).max() == severity, "\(source.ids)")
  }

  @Test(
    "Each form of include has its own idea of an error",
    arguments: [
      ("include none.conf", Severity.warning), ("includer none.conf", .warning), ("includem none.conf", .error),
      ("includem none*.conf", .warning), ("includew none*.conf", .error), ("includeb none.conf", .error),
      ("includea none*.conf", .error), ("include \"a.conf\"", .warning),
    ])
  func missing(text: String, severity: Severity) {
    let source = parse(text, others: ["/etc/m/a.conf": "line a"])
    #expect(source.statements.isEmpty)
    #expect(source.diagnostics.diagnostics.map(\.severity).max() == severity)
    #expect(source.ids.last == "include-missing")
  }

  @Test("A file that includes itself is one error, by whatever way")
  func loops() {
    let direct = parse("include main.conf\nline a")
    #expect(direct.ids == ["include-loop"])
    #expect(shown(direct.statements) == "line a")
    let round = parse("include b", others: ["/etc/m/b": "include c", "/etc/m/c": "include b"])
    #expect(round.ids == ["include-loop"])
  }

  @Test("A loop that is come upon twice by one line is one error")
  func loopTwice() {
    let source = parse("include b\ninclude b", others: ["/etc/m/b": "line b\ninclude main.conf"])
    #expect(source.ids == ["include-loop"])
    #expect(shown(source.statements) == "line b|line b")
  }

  /// One file, whatever name it is asked for by, and how often it was.
  private final class OneFile: SourceFiles {
    let bytes: [UInt8]
    var readings = 0

    init(_ text: String) {
      bytes = Array(text.utf8)
    }

    func read(_ path: String) throws(SourceFileError) -> [UInt8] {
      readings += 1
      return bytes
    }

    func matches(of pattern: String, steps: inout Int) -> [String] { [pattern] }
    func environment(_ name: String) -> String? { nil }
  }

  @Test("A file that includes itself by other names is one error, and is read no more often than files may stand deep")
  func loopByOtherNames() {
    let files = OneFile("line a\ninclude ./m\ninclude ./m")
    let source = ConfigurationParser.parse(path: "/m", files: files, grammar: testGrammar, configurationID: nil)
    #expect(source.ids == ["include-loop"])
    #expect(source.diagnostics.diagnostics.map(\.range?.line) == [2])
    #expect(files.readings == SourceLimits.includeDepth)
  }

  @Test("Files that include two others each stop at a bound")
  func fanOut() {
    var others: [String: String] = [:]
    for level in 0..<30 { others["/etc/m/\(level)"] = "include \(level + 1)\ninclude \(level + 1)" }
    let source = parse("include 0", others: others)
    #expect(source.diagnostics.hasErrors)
  }

  @Test("A pattern that goes through the disk ends at a bound, with an error where it stands")
  func wanderingPattern() throws {
    var steps = 500
    #expect(DiskSourceFiles().matches(of: "/*/*/*/*/*/nothing-is-called-so", steps: &steps).isEmpty && steps == 0)
    let files = MemorySourceFiles(texts: ["/m": "line a\ninclude /*/*/*/*/*/nothing-is-called-so\nline b"])
    var limits = SourceLimits()
    limits.searchSteps = 500
    let source = ConfigurationParser.parse(
      path: "/m", files: OnDiskBut(files), grammar: testGrammar, configurationID: nil, limits: limits)
    #expect(source.ids == ["include-too-many"])
    #expect(source.diagnostics.diagnostics.map(\.range?.line) == [2])
  }

  @Test("A pattern finds what is on the disk, sorted, and counts what it looked at")
  func patternOnDisk() throws {
    var steps = 10_000
    let found = DiskSourceFiles().matches(of: "/etc/host{s,name}", steps: &steps)
    #expect(found == found.sorted() && found.contains("/etc/hosts"))
    #expect((1..<10_000).contains(steps))
    #expect(DiskSourceFiles().matches(of: "/etc/hos[t]s") == ["/etc/hosts"])
  }

  @Test("What is missing of many alternatives is one finding")
  func missingAlternatives() throws {
    let source = parse("include {a,b,c,here}.conf", others: ["/etc/m/here.conf": "line x"])
    #expect(shown(source.statements) == "line x")
    #expect(source.ids == ["include-missing"])
    let message = try #require(source.diagnostics.diagnostics.first?.message)
    #expect(message.contains("/etc/m/a.conf") && message.contains("2 more"))
  }

  /// Files of the disk but for a few that are held in memory.
  private struct OnDiskBut: SourceFiles {
    let own: MemorySourceFiles
    init(_ own: MemorySourceFiles) { self.own = own }
    func read(_ path: String) throws(SourceFileError) -> [UInt8] { try own.read(path) }
    func matches(of pattern: String, steps: inout Int) -> [String] {
      DiskSourceFiles().matches(of: pattern, steps: &steps)
    }
    func environment(_ name: String) -> String? { nil }
  }

  @Test("A finding in an included file says where the file was included")
  func trail() throws {
    let source = parse("\n  include a.conf", others: ["/etc/m/a.conf": "line a\nlien b"])
    let range = try #require(source.diagnostics.diagnostics.first?.range)
    #expect(range.path == "/etc/m/a.conf")
    #expect(range.line == 2)
    #expect(range.trail.map(\.path) == ["/etc/m/main.conf"])
    #expect(range.trail.first?.line == 2)
    #expect(range.trail.first?.column == 11)
  }
}
