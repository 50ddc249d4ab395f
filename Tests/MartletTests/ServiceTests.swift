import Glibc
import Testing

/// `martlet check` by a unit, and `martlet unit`.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct ServiceTests {
  private static let analyze = Running.find("systemd-analyze")
  private static let script =
    "vrrp_script c {\n script /bin/true\n user root\n}\n" + Sample.router(extra: "track_script {\n c\n }")

  private func unit(_ lines: String, in scratch: Scratch) throws -> String {
    try scratch.file("u.service", "[Service]\nExecStart=/usr/sbin/martlet run -f \(scratch.path)/a.conf\n\(lines)\n")
  }

  @Test("A file is judged by the unit that is named: an error at its line, which the shipped way of starting has not")
  func judged() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.script)
    let closed = try unit("User=nobody", in: scratch)
    let outcome = try Running.martlet(["check", "--no-host", "--unit", closed, file])
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains(
        "\(file):3:7: error: script is to run as root, whom the service cannot become: it has User=nobody (\(closed):3)"
      ),
      "\(outcome.errors)")
    let open = try unit("", in: scratch)
    let other = try Running.martlet(["check", "--no-host", "--unit", open, file])
    #expect(other.code == 0 && !other.errors.contains("[service-"), "\(other.errors)")
    #expect(try Running.martlet(["check", "--no-host", "--no-service", file]).code == 0)
    #expect(try Running.martlet(["check", "--unit", scratch.path + "/none", file]).errors.contains("does not exist"))
  }

  @Test(
    "A configuration that its user may not read is an error, and one beside it is not the service's",
    .enabled(if: geteuid() == 0, "only root makes files that others may not read"))
  func unreadable() throws {
    let scratch = try Scratch()
    chmod(scratch.path, 0o755)
    let closed = try unit("User=nobody\nAmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW", in: scratch)
    for (name, isItsOwn) in [("a.conf", true), ("b.conf", false)] {
      let file = try scratch.file(name, Sample.router())
      chmod(file, 0o600)
      let outcome = try Running.martlet(["check", "--no-host", "--unit", closed, file])
      #expect(
        (outcome.code == 2) == isItsOwn && outcome.errors.contains("would not start") == isItsOwn, "\(outcome.errors)")
    }
  }

  @Test(
    "A script that names no user is looked at as the service's user",
    .enabled(if: geteuid() == 0, "only root makes files that others may not run"))
  func runner() throws {
    let scratch = try Scratch()
    chmod(scratch.path, 0o755)
    let script = try scratch.file("check", "#!/bin/sh\n")
    chmod(script, 0o700)
    let file = try scratch.file(
      "a.conf", "vrrp_script c {\n script \(script)\n}\n" + Sample.router(extra: "track_script {\n c\n }"))
    for (lines, isBarred) in [("User=nobody", true), ("", false)] {
      let outcome = try Running.martlet(["check", "--unit", try unit(lines, in: scratch), file])
      #expect(outcome.errors.contains("[script-not-executable]") == isBarred, "\(outcome.errors)")
    }
  }

  @Test("Drop-ins beside the unit count")
  func dropIns() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.script)
    let closed = try unit("User=nobody", in: scratch)
    let folder = closed + ".d"
    mkdir(folder, 0o755)
    defer { _ = try? Running.run("/bin/rm", ["rm", "-r", folder]) }
    let dropIn = folder + "/own.conf"
    #expect(try Running.run("/bin/sh", ["sh", "-c", "printf '[Service]\\nUser=\\n' > \(dropIn)"]).code == 0)
    #expect(try Running.martlet(["check", "--no-host", "--unit", closed, file]).code == 0)
  }

  @Test(
    "The drop-in is one that systemd takes, and a file without scripts is exposed by at most 2.0",
    .enabled(if: ServiceTests.analyze != nil, "systemd-analyze is not installed"), arguments: [true, false])
  func hardened(hasScript: Bool) throws {
    let program = try #require(Self.analyze)
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", hasScript ? Self.script : Sample.router())
    let made = try Running.martlet(["unit", file])
    #expect(made.code == 0, "\(made.errors)")
    let root = scratch.path + "/root"
    defer { _ = try? Running.run("/bin/rm", ["rm", "-r", root]) }
    let units = root + "/etc/systemd/system"
    let commands = """
      mkdir -p \(units)/martlet.service.d \(root)/usr/sbin && cp \(Running.sources)/systemd/martlet.service \(units)/
      cat > \(units)/martlet.service.d/hardening.conf && cp /bin/true \(root)/usr/sbin/martlet
      """
    let dropIn = try scratch.file("drop-in", made.output)
    #expect(try Running.run("/bin/sh", ["sh", "-ec", "exec < \(dropIn)\n" + commands]).code == 0)
    let verified = try Running.run(program, ["systemd-analyze", "verify", "--root=" + root, "martlet.service"])
    #expect(!(verified.errors + verified.output).contains("hardening.conf"), "\(verified.errors)")
    guard !hasScript else { return }
    let outcome = try Running.run(
      program,
      [
        "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", "--root=" + root,
        "martlet.service",
      ])
    #expect(outcome.code == 0, "\(outcome.output.split(separator: "\n").last ?? "")\(outcome.errors)")
  }
}
