import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import martlet

/// `martlet check` as programs and people call it.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct CheckTests {
  private static let broken = Sample.router(extra: "no_preempt\n  priority = 7")

  private func check(_ arguments: String...) throws -> Outcome { try Running.martlet(["check"] + arguments) }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func exitCodesAreThoseOfTheHelp() throws {
    let scratch = try Scratch()
    let good = try scratch.file("good.conf", Sample.router())
    let warned = try scratch.file("warned.conf", Sample.router(extra: "no_such_keyword 5"))
    let wrong = try scratch.file("wrong.conf", Sample.router(extra: "priority"))
    #expect(try check("--no-host", "--strict", good).code == 0)
    #expect(try check("--no-host", warned).code == 0)
    #expect(try check("--no-host", "--strict", warned).code == 1)
    #expect(try check("--no-host", "--strict", wrong, warned).code == 2)
    #expect(try check("--format", "xml", good).code == 64)
    let help = try check("--help").output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      help.contains(
        "Ends with 0 if there is no error, 1 for warnings with --strict or a fix that could not be written, 2 for errors, 64"
      ))
  }

  @Test(
    "Whoever cannot be told is not told that all is well", arguments: [["check", "--rules"], ["help"], ["--version"]])
  func fullOutput(arguments: [String]) throws {
    let martlet = try #require(Running.martlet)
    let line = "exec '\(martlet)' \(arguments.joined(separator: " ")) > /dev/full"
    let outcome = try Running.run("/bin/sh", ["sh", "-c", line])
    #expect(outcome.code == 1 && outcome.errors.contains("cannot write to standard output"), "\(outcome)")
  }

  @Test func theHostIsLookedAtForOneFile() throws {
    let scratch = try Scratch()
    let file = try scratch.file("one.conf", Sample.router())
    // The service would end with 3, so it is an error.
    let absent = try check(file)
    #expect(absent.code == 2 && absent.errors.contains("error: this host has no interface mart-none0"))
    let signed = try scratch.file("signed.conf", Sample.router(extra: Sample.signature))
    #expect(try check("--no-host", signed).errors == "")
    #expect(!(try check(file, file)).errors.contains("interface-absent"))
    #expect(try check("--host", file, file).errors.contains("interface-absent"))
  }

  @Test(arguments: [
    ("vrrp_probe p {\n https https://localhost/ {\n  ca_file TEXT\n }\n}\n", "track_probe {\n p\n}", "bad-certificate"),
    (
      "vrrp_probe p {\n https https://localhost/ {\n  ca_file TEXT.not\n }\n}\n", "track_probe {\n p\n}", "missing-file"
    ),
    ("vrrp_probe p {\n http htp://localhost/\n}\n", "track_probe {\n p\n}", "bad-url"),
    ("vrrp_script s {\n script /bin/true\n user nosuchuser\n}\n", "track_script {\n s\n}", "unknown-user"),
  ]) func aCheckThatCanNeverPassIsAnError(block: String, tracked: String, id: String) throws {
    let scratch = try Scratch()
    let text = try scratch.file("text", "no certificate\n")
    let file = try scratch.file(
      "one.conf", block.replacing("TEXT", with: text) + Sample.router(extra: tracked))
    let outcome = try check(file)
    #expect(outcome.code == 2 && outcome.errors.contains("[\(id)]"), "\(outcome.errors)")
  }

  @Test func aPasswordThatAllCanReadIsToldOf() throws {
    let scratch = try Scratch()
    let file = try scratch.file(
      "secret.conf", Sample.router(extra: "authentication {\n auth_type PASS\n auth_pass hunter2x\n }"))
    #expect(try check(file).errors.contains("[world-readable-secret]"))
    #expect(!(try check(file)).errors.contains("hunter2x"))
    chmod(file, 0o640)
    #expect(!(try check(file)).errors.contains("[world-readable-secret]"))
  }

  @Test func colourIsForTerminalsOnly() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.broken)
    #expect(!(try check("--no-host", file)).errors.contains("\u{1B}"))
  }

  @Test func jsonHasEverything() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.broken)
    let outcome = try check("--no-host", "--format", "json", file)
    #expect(outcome.code == 2 && outcome.errors == "")
    let report = try object(outcome.output)
    #expect(report["errors"] as? Int == 1 && report["warnings"] as? Int == 1)
    let findings = try #require(report["findings"] as? [[String: Any]])
    let first = try #require(findings.first)
    #expect(first["rule"] as? String == "unknown-keyword" && first["severity"] as? String == "warning")
    #expect(first["path"] as? String == file)
    #expect([first["line"] as? Int, first["column"] as? Int, first["endColumn"] as? Int] == [10, 3, 13])
    #expect(first["help"] as? String == "did you mean nopreempt?")
    let edit = try #require((first["fix"] as? [[String: Any]])?.first)
    #expect(edit["text"] as? String == "nopreempt" && edit["endLine"] as? Int == 10 && edit["endColumn"] as? Int == 13)
  }

  @Test func explainsItsRules() throws {
    let page = try check("--explain", "nopreempt-with-weight")
    #expect(page.code == 0 && page.output.hasPrefix("nopreempt-with-weight: "))
    #expect(page.output.contains("Wrong, in vrrp_instance:"))
    let missing = try check("--explain", "nopreempt-with-wieght")
    #expect(missing.code == 64 && missing.errors.contains("did you mean nopreempt-with-weight?"))
    #expect(try check("--rules").output.split(separator: "\n").count > 120)
  }

  @Test func oneFileCanBeTwoHosts() throws {
    let scratch = try Scratch()
    let text = Sample.router().replacing("priority 100", with: "@left priority 150\n  @right priority 100")
    let file = try scratch.file("both.conf", text)
    let good = try check("--strict", file + "@left", file + "@right")
    #expect(good.code == 0 && good.output == "2 files checked and compared: no errors, no warnings\n")
    // Both read as one host have one priority, and -i is for those without an ID of their own.
    #expect(try check("--strict", file + "@left", file + "@left").errors.contains("[pair-priority]"))
    #expect(try check("--strict", "-i", "right", file + "@left", file).code == 0)
  }

  @Test func aFileWithAnAtInItsNameIsReadAsItIs() throws {
    let scratch = try Scratch()
    let file = try scratch.file("martlet@left.conf", Sample.router())
    #expect(try check("--no-host", "--strict", file).code == 0)
    #expect(try check("--no-host", scratch.path + "/none@left.conf").errors.contains("/none does not exist"))
  }

  @Test func hostsAreComparedInBothFiles() throws {
    let scratch = try Scratch()
    let one = try scratch.file("a.conf", Sample.router().replacing("priority 100", with: "priority 150"))
    let other = try scratch.file("b.conf", Sample.router().replacing("advert_int 1", with: "advert_int 2"))
    let outcome = try check(one, other)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("\(other):6:14: error: ") && outcome.errors.contains("\(one):6:14: note: "))
    let lone = try scratch.file(
      "c.conf", Sample.router().replacing("192.0.2.51", with: "198.51.100.1").replacing("VI_1", with: "C"))
    #expect(try check(one, lone).output.hasPrefix("2 files checked, which have no router in common: no errors"))
  }
}
