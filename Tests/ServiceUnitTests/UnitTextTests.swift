import ConfigurationSyntax
import Testing

@testable import ServiceUnit

@Suite struct UnitTextTests {
  private static func unit(_ texts: [String: String]) -> ServiceUnit? {
    ServiceUnit.installed(files: MemorySourceFiles(texts: texts))
  }

  @Test("Comments, blanks, continued lines and other sections are read as systemd reads them")
  func lines() throws {
    let text = """
      # User=no
      [Unit]
      User=nor this
      [Service]
       User = \tmartlet
      ; a comment
      CapabilityBoundingSet=CAP_A \\
      # within a line
        CAP_B
      Environment="A=1 2" B=3
      """
    let unit = ServiceUnit(path: "/u", Array(text.utf8))
    #expect(unit.last("User")?.value == "martlet" && unit.last("User")?.place == UnitPlace(path: "/u", line: 5))
    #expect(unit.last("CapabilityBoundingSet")?.value.split(separator: " ") == ["CAP_A", "CAP_B"])
    #expect(unit.environment("A", files: MemorySourceFiles()) == "1 2")
    #expect(unit.last("CapabilityBoundingSet")?.description == "CapabilityBoundingSet=CAP_A  CAP_B (/u:7)")
  }

  @Test(
    "The unit in the first folder counts, unless it is masked; drop-ins by their names, the one in the first folder of each",
    arguments: [
      ([:], nil),
      (["/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a"], "a"),
      (
        [
          "/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a",
          "/etc/systemd/system/martlet.service": "[Service]\nUser=b",
        ], "b"
      ),
      (
        [
          "/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a",
          "/usr/lib/systemd/system/martlet.service.d/50-x.conf": "[Service]\nUser=c",
          "/etc/systemd/system/martlet.service.d/10-y.conf": "[Service]\nUser=d",
        ], "c"
      ),
      (
        [
          "/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a",
          "/usr/lib/systemd/system/martlet.service.d/50-x.conf": "[Service]\nUser=c",
          "/etc/systemd/system/martlet.service.d/50-x.conf": "[Service]\nGroup=d",
        ], "a"
      ),
      (
        [
          "/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a",
          "/etc/systemd/system/service.d/99-all.conf": "[Service]\nUser=",
        ], nil
      ),
    ] as [([String: String], String?)])
  func search(texts: [String: String], user: String?) {
    #expect(Self.unit(texts)?.last("User")?.value == user)
  }

  @Test("An empty file in the place of a unit masks it")
  func masked() {
    let texts = [
      "/usr/lib/systemd/system/martlet.service": "[Service]\nUser=a", "/etc/systemd/system/martlet.service": "",
    ]
    #expect(Self.unit(texts) == nil)
  }

  @Test(
    "Capabilities add up, a tilde takes away, an empty assignment leaves none",
    arguments: [
      ([], [true, true]), (["CAP_A"], [true, false]), (["CAP_A", "CAP_B"], [true, true]), (["~CAP_A"], [false, true]),
      (["CAP_A CAP_B", "~CAP_B"], [true, false]), (["CAP_B", "", "cap_a"], [true, false]), ([""], [false, false]),
      (["CAP_A", "~"], [true, true]), (["~CAP_A", "~CAP_B"], [false, false]),
      (["~CAP_A CAP_B", "CAP_B"], [false, true]),
    ] as [([String], [Bool])])
  func capabilities(values: [String], holds: [Bool]) {
    let place = UnitPlace(path: "/u", line: 1)
    let assignments = values.map {
      UnitAssignment(section: "Service", name: "CapabilityBoundingSet", value: $0, place: place)
    }
    let rule = CapabilityRule(assignments, unset: .all)
    #expect([rule.holds("CAP_A"), rule.holds("CAP_B")] == holds)
  }

  @Test(
    "The configuration is the one that the command names, by the environment if it says so",
    arguments: [
      ("ExecStart=/usr/sbin/martlet run -f /a.conf", "/a.conf"),
      ("Environment=C=/b.conf\nExecStart=/usr/sbin/martlet run -f ${C}", "/b.conf"),
      ("Environment=C=/b.conf\nEnvironmentFile=-/env\nExecStart=/usr/sbin/martlet run --file $C", "/c.conf"),
      ("Environment=C=/b.conf\nEnvironmentFile=-/none\nExecStart=/usr/sbin/martlet run --file $C", "/b.conf"),
      ("ExecStart=/usr/sbin/martlet run", nil),
    ] as [(String, String?)])
  func configuration(lines: String, path: String?) {
    let unit = ServiceUnit(path: "/u", Array("[Service]\n\(lines)\n".utf8))
    #expect(unit.configurationPath(files: MemorySourceFiles(texts: ["/env": "# it\nC=\"/c.conf\"\n"])) == path)
  }
}
