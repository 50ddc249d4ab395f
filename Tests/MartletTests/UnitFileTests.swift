import Glibc
import Testing

@Suite struct UnitFileTests {
  private static let analyze = Running.find("systemd-analyze")
  private static let sysusers = Running.find("systemd-sysusers")

  @Test(
    "systemd understands every line of the unit",
    .enabled(if: UnitFileTests.analyze != nil, "systemd-analyze is not installed"))
  func isUnderstood() throws {
    let program = try #require(Self.analyze)
    let scratch = try Scratch()
    let unit = try Running.run(
      "/bin/sed", ["sed", "s#/usr/sbin/martlet#/bin/true#", Running.sources + "/systemd/martlet.service"])
    let file = try scratch.file("martlet.service", unit.output)
    let outcome = try Running.run(program, ["systemd-analyze", "verify", "--man=no", file])
    let complaints = (outcome.output + outcome.errors).split(separator: "\n").filter { $0.contains("martlet.service") }
    #expect(unit.output.contains("ExecStart=/bin/true") && complaints.isEmpty)
  }

  @Test(.enabled(if: UnitFileTests.sysusers != nil, "systemd-sysusers is not installed"))
  func theServicesUserCanBeMade() throws {
    let program = try #require(Self.sysusers)
    let outcome = try Running.run(
      program, ["systemd-sysusers", "--dry-run", Running.sources + "/systemd/sysusers.d/martlet.conf"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect((outcome.output + outcome.errors).contains("martlet"))
  }

  /// Symbols and line numbers are two thirds of the binary.
  @Test(
    "What is installed has no symbols and runs, and what was built keeps them",
    .enabled(if: Running.find("make") != nil && Running.find("strip") != nil, "make or strip is not installed"))
  func strips() throws {
    let make = try #require(Running.find("make"))
    let scratch = try Scratch()
    let staged = scratch.path + "/staged"
    defer { _ = try? Running.run("/bin/rm", ["rm", "-r", staged]) }
    let martlet = try #require(Running.martlet)
    // Newer than the sources, so that nothing is built.
    #expect(try Running.run("/bin/cp", ["cp", martlet, martlet + "d", scratch.path]).code == 0)
    let built = scratch.path + "/martlet"
    let outcome = try Running.run(
      make,
      [
        "make", "-s", "-C", Running.sources, "install", "DESTDIR=" + staged, "BUILT=" + scratch.path,
        "SWIFT=/nonexistent/swift",
      ])
    #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.output)\(outcome.errors)")
    let installed = staged + "/usr/local/sbin/martlet"
    func hasSymbols(_ path: String) throws -> Bool {
      try Running.run("/bin/grep", ["grep", "-q", "-a", "-F", ".symtab", path]).code == 0
    }
    for program in ["", "d"] {
      #expect(try hasSymbols(built + program))
      #expect(try !hasSymbols(installed + program))
    }
    let version = try Running.run(installed, [installed, "--version"])
    let wanted = try Running.run(built, [built, "--version"])
    #expect(version.code == 0 && version.output == wanted.output)
  }

  @Test(
    "`make install` needs no compiler once there is a binary, and the unit starts what was installed",
    .enabled(if: Running.find("make") != nil, "make is not installed"))
  func installs() throws {
    let make = try #require(Running.find("make"))
    let scratch = try Scratch()
    for program in ["martlet", "martletd"] { chmod(try scratch.file(program, "#!/bin/sh\n"), 0o755) }
    let staged = scratch.path + "/staged"
    defer { _ = try? Running.run("/bin/rm", ["rm", "-r", staged]) }
    let outcome = try Running.run(
      make,
      [
        "make", "-s", "-C", Running.sources, "install", "DESTDIR=" + staged, "PREFIX=/usr", "BUILT=" + scratch.path,
        "SWIFT=/nonexistent/swift",
      ])
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    let files = try Running.run("/usr/bin/find", ["find", staged, "-type", "f", "-printf", "%P %m\n"]).output
    #expect(
      Set(files.split(separator: "\n").map(String.init)) == [
        "usr/sbin/martlet 755", "usr/sbin/martletd 755", "usr/lib/systemd/system/martlet.service 644",
        "usr/lib/sysusers.d/martlet.conf 644",
        "usr/lib/tmpfiles.d/martlet.conf 644", "usr/share/doc/martlet/examples/martlet-left.conf 644",
        "usr/share/doc/martlet/examples/martlet-right.conf 644", "usr/share/doc/martlet/examples/haproxy.conf 644",
        "usr/share/doc/martlet/examples/nginx.conf 644", "usr/share/doc/martlet/examples/probes.conf 644",
        "usr/share/man/man5/martlet.conf.5 644",
      ])
    let elsewhere = try Running.run(
      make,
      [
        "make", "-s", "-C", Running.sources, "install", "DESTDIR=" + staged, "PREFIX=/opt/it", "BUILT=" + scratch.path,
        "SWIFT=/nonexistent/swift",
      ])
    #expect(elsewhere.code == 0, "\(elsewhere.output)\(elsewhere.errors)")
    let unit = staged + "/opt/it/lib/systemd/system/martlet.service"
    let commands = try Running.run("/bin/grep", ["grep", "-h", "^Exec", unit]).output
    #expect(
      commands == """
        ExecStart=/opt/it/sbin/martlet run -f ${MARTLET_CONFIG}
        ExecReload=/opt/it/sbin/martlet reload

        """)
  }
}
