import Glibc
import LinuxSystem
import Testing

/// `martlet fmt` and `martlet config`.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct ToolTests {
  private static let untidy = "vrrp_script a\n{\nscript   /bin/true # check\n}\n"
  private static let tidy = "vrrp_script a {\n    script /bin/true # check\n}\n"

  private func contents(_ path: String) throws -> String {
    try Running.run("/bin/cat", ["cat", path]).output
  }

  @Test func formattingPrintsAndLeavesTheFile() throws {
    let scratch = try Scratch()
    let files = [try scratch.file("a.conf", Self.untidy), try scratch.file("b.conf", Self.tidy)]
    let outcome = try Running.martlet(["fmt"] + files)
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output == Self.tidy + Self.tidy)
    #expect(try contents(files[0]) == Self.untidy)
  }

  @Test func formattingReadsStandardInput() throws {
    let outcome = try Running.run(
      "/bin/sh",
      ["sh", "-c", "printf 'vrrp_script a\n{\nscript   /bin/true # check\n}\n' | \(Running.martlet ?? "") fmt -"])
    #expect(outcome.code == 0)
    #expect(outcome.output == Self.tidy)
  }

  @Test func checkingNamesWhatIsLaidOutOtherwise() throws {
    let scratch = try Scratch()
    let files = [try scratch.file("a.conf", Self.untidy), try scratch.file("b.conf", Self.tidy)]
    let outcome = try Running.martlet(["fmt", "--check"] + files)
    #expect(outcome.code == 1)
    #expect(outcome.output == files[0] + "\n")
    #expect(try Running.martlet(["fmt", "--check", files[1]]).code == 0)
    #expect(try contents(files[0]) == Self.untidy)
  }

  @Test(.enabled(if: Running.find("patch") != nil, "patch is missing"))
  func theDifferenceIsAPatch() throws {
    let scratch = try Scratch()
    let text = (0..<40).map { "# \($0)\n" }.joined() + Self.untidy + (0..<40).map { " # \($0)\n" }.joined()
    let file = try scratch.file("a.conf", text)
    let outcome = try Running.martlet(["fmt", "--diff", file])
    #expect(outcome.code == 1)
    let patch = try scratch.file("a.patch", outcome.output)
    let patched = try Running.run(try #require(Running.find("patch")), ["patch", "-s", file, patch])
    #expect(patched.code == 0, "\(patched)")
    #expect(try contents(file) == (try Running.martlet(["fmt", file]).output))
    #expect(try Running.martlet(["fmt", "--diff", file]).code == 0)
  }

  @Test func writingReplacesTheFileAndKeepsItsMode() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.untidy)
    chmod(file, 0o640)
    let outcome = try Running.martlet(["fmt", "--write", file])
    #expect(outcome.code == 0 && outcome.output == "" && outcome.errors == "")
    #expect(try contents(file) == Self.tidy)
    var status = stat()
    #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o640)
  }

  @Test func whatCannotBeUnderstoodStaysAndTheRestIsWritten() throws {
    let scratch = try Scratch()
    let bad = "vrrp_script a\n{\n  script \"/bin/true\n}\n"
    let files = [try scratch.file("a.conf", bad), try scratch.file("b.conf", Self.untidy)]
    let outcome = try Running.martlet(["fmt", "--write"] + files)
    #expect(outcome.code == 2)
    #expect(outcome.errors.hasPrefix("\(files[0]):3:10: error: the quote is not closed"))
    #expect(try contents(files[0]) == bad)
    #expect(try contents(files[1]) == Self.tidy)
    symlink(try scratch.file("c.conf", Self.untidy), scratch.path + "/link.conf")
    let link = try Running.martlet(["fmt", "--write", scratch.path + "/link.conf"])
    #expect(link.code == 2 && link.errors.contains("symbolic link"))
  }

  @Test(arguments: [
    ["fmt"], ["fmt", "--check", "--diff", "x"], ["fmt", "--write", "-"], ["config"], ["config", "diff"],
  ])
  func wrongUsageIsExplained(arguments: [String]) throws {
    let outcome = try Running.martlet(arguments)
    #expect(outcome.code == (arguments == ["config"] ? 0 : 64))
    #expect((outcome.errors + outcome.output).uppercased().contains("USAGE: MARTLET"))
  }

  @Test func showingGivesAConfigurationThatPasses() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", "$IF=mart-none0\n" + Sample.router(interface: "$IF"))
    let outcome = try Running.martlet(["config", "show", file])
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output.contains("# a.conf:1, $IF at a.conf:4"))
    let shown = try scratch.file("shown.conf", outcome.output)
    // Nothing is found in it but what is found in the file: that the interface is missing.
    let check = try Running.martlet(["check", shown])
    #expect(try check.code == 2 && check.output == Running.martlet(["check", file]).output)
    #expect(try Running.martlet(["config", "diff", file, shown]).code == 0)
  }

  @Test func showingAsJSONIsOneObject() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Sample.router())
    let outcome = try Running.martlet(["config", "show", "--json", file])
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("{\"path\":\"\(file)\",\"statements\":[{"))
    #expect(
      outcome.output.contains(
        "{\"words\":[\"priority\",\"100\"],\"origin\":{\"kind\":\"written\",\"file\":\"\(file)\",\"line\":5,\"column\":12,\"through\":[]},\"effect\":true}"
      ))
  }

  @Test func showingWhatHasAnErrorShowsTheRest() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Sample.router() + "vrrp_instance B {\n}\n")
    let outcome = try Running.martlet(["config", "show", file])
    #expect(outcome.code == 2)
    #expect(outcome.output.contains("vrrp_instance VI_1 {") && outcome.output.contains("vrrp_instance B {"))
    #expect(outcome.errors.contains("error: B has no valid virtual_router_id"))
  }

  @Test func comparingHasItsCodes() throws {
    let scratch = try Scratch()
    let old = try scratch.file("old.conf", Sample.router())
    let new = try scratch.file("new.conf", Sample.router(extra: "nopreempt"))
    let same = try Running.martlet(["config", "diff", old, old])
    #expect(same.code == 0 && same.output.hasSuffix("0 added, 0 removed, 0 changed, 0 restarted, 1 untouched\n"))
    let changed = try Running.martlet(["config", "diff", old, new])
    #expect(changed.code == 1)
    #expect(changed.output.hasPrefix("vrrp_instance VI_1: goes on, changed\n    preempt → nopreempt\n"))
    let bad = try Running.martlet([
      "config", "diff", old, scratch.file("bad.conf", "vrrp_instance V {\nvirtual_router_id 5\n}\n"),
    ])
    #expect(bad.code == 2 && bad.output == "" && bad.errors.contains("no valid interface"))
    let nobody = try Running.martlet(["config", "diff", old, "--runtime-directory", scratch.path])
    #expect(nobody.code == 2 && nobody.errors.hasPrefix("martlet: no martlet runs here"))
  }
}
