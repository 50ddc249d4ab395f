import Testing

@Suite struct UnitFileTests {
  private static let analyze = Running.find("systemd-analyze")
  private static let sysusers = Running.find("systemd-sysusers")

  @Test(.enabled(if: UnitFileTests.analyze != nil, "systemd-analyze is not installed"))
  func exposureIsAtMostTwo() throws {
    let program = try #require(Self.analyze)
    let outcome = try Running.run(
      program,
      [
        "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20",
        Running.sources + "/systemd/martlet.service",
      ])
    #expect(outcome.code == 0, "\(outcome.output.split(separator: "\n").last ?? "")\(outcome.errors)")
  }

  @Test(.enabled(if: UnitFileTests.sysusers != nil, "systemd-sysusers is not installed"))
  func theServicesUserCanBeMade() throws {
    let program = try #require(Self.sysusers)
    let outcome = try Running.run(
      program, ["systemd-sysusers", "--dry-run", Running.sources + "/systemd/sysusers.d/martlet.conf"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect((outcome.output + outcome.errors).contains("martlet"))
  }
}
