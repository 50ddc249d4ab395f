import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing
import VRRPCore

@Suite("Samples and scripts")
struct SampleTests {
  private static let samples = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/config/"

  @Test(
    "Every sample loads without a finding, and is laid out as martlet fmt would",
    arguments: ["martlet-left.conf", "martlet-right.conf", "haproxy.conf", "nginx.conf", "probes.conf"])
  func samples(name: String) throws {
    let loaded = ConfigurationLoader.load(path: Self.samples + name, files: DiskSourceFiles())
    #expect(loaded.diagnostics.map(\.message) == [])
    #expect(loaded.configuration.routers.count == 1)
    let bytes = try DiskSourceFiles().read(Self.samples + name)
    #expect(try !SourceFormatter(grammar: Schema.keepalived.grammar).format(bytes, path: name).isChanged)
  }

  @Test("The two halves of the pair agree in all but priority and name")
  func halves() throws {
    let left = ConfigurationLoader.load(path: Self.samples + "martlet-left.conf", files: DiskSourceFiles())
    let right = ConfigurationLoader.load(path: Self.samples + "martlet-right.conf", files: DiskSourceFiles())
    var other = try #require(right.configuration.routers.first)
    let one = try #require(left.configuration.routers.first)
    #expect(one.core.priority > other.core.priority)
    other.core.priority = one.core.priority
    #expect(one == other)
  }

  /// Files by path, for the audit.
  private struct Statuses: FileStatusProvider {
    var table: [String: FileStatus]
    func status(of path: String) -> FileStatus? { table[path] }
  }

  @Test(
    "A script that is missing, cannot be run, or can be changed by others is told of",
    arguments: [
      (FileStatus(mode: 0o755, owner: 0), "", nil),
      (nil, "", "script-missing"),
      (FileStatus(mode: 0o755, owner: 0, isRegular: false), "", "script-not-regular"),
      (FileStatus(mode: 0o644, owner: 0), "", "script-not-executable"),
      (FileStatus(mode: 0o775, owner: 0), "", "script-writable"),
      (FileStatus(mode: 0o755, owner: 1000), "", "script-writable"),
      (FileStatus(mode: 0o755, owner: 1000), "user nobody", nil),
      (FileStatus(mode: 0o755, owner: 1000), "user root", "script-writable"),
    ] as [(FileStatus?, String, String?)])
  func audit(status: FileStatus?, user: String, id: String?) {
    let directory = FileStatus(mode: 0o755, owner: 0, isRegular: false, isDirectory: true)
    let loaded = load("vrrp_script a {\nscript \"/bin/check x\"\n\(user)\n}")
    let found = ScriptAudit.diagnostics(
      of: loaded, files: Statuses(table: ["/bin": directory, "/bin/check": status].compactMapValues { $0 }))
    #expect(found.map(\.id) == (id.map { [$0] } ?? []))
    #expect(found.allSatisfy { $0.severity == .warning && $0.range?.line == 2 })
  }

  @Test("What is wrong with a script stands among the other findings, in the order of the lines")
  func auditedFindings() {
    let text = "nonsense 1\nvrrp_script a {\nscript /gone\n}\nnonsense 2\nvrrp_script b {\nscript /gone/too\n}\n"
    let audited = ScriptAudit.audited(load(text), files: Statuses(table: [:]))
    let lines = audited.diagnostics.compactMap { $0.range?.line }
    #expect(lines == lines.sorted() && audited.diagnostics.count { $0.id == "script-missing" } == 2, "\(lines)")
    let alone = ScriptAudit.audited(
      load("global_defs {\nenable_script_security\nscript_user root\n}\n" + text.dropFirst(11)),
      files: Statuses(table: [:]))
    #expect(alone.diagnostics.map(\.id).contains("script-missing"))
  }

  @Test("A directory that others can write to is told of, unless it is sticky")
  func directories() {
    let script = FileStatus(mode: 0o755, owner: 0)
    let loaded = load("vrrp_script a {\nscript /d/check\n}")
    for (mode, count) in [(0o777, 1), (0o1777, 0), (0o755, 0)] as [(UInt32, Int)] {
      let directory = FileStatus(mode: mode, owner: 0, isRegular: false, isDirectory: true)
      let found = ScriptAudit.diagnostics(of: loaded, files: Statuses(table: ["/d": directory, "/d/check": script]))
      #expect(found.count == count)
    }
  }
}
