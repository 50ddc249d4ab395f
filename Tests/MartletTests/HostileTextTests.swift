import PrintableText
import Testing

@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct HostileTextTests {
  /// Clears the screen, sets the title by a C1 sign, and turns the rest of the line around.
  private static let hostile = "x\u{1B}[2J\u{9D}0;y\u{7}\u{202E}z"

  private static let text = """
    global_defs {
      router_id \(hostile)
      \(hostile) left
    }
    vrrp_script \(hostile)s {
      script "/bin/\(hostile)"
    }
    vrrp_instance \(hostile) {
      interface \(hostile)
      virtual_router_id \(hostile)
      track_script {
        \(hostile)t weight \(hostile)
      }
      virtual_ipaddress {
        \(hostile) dev \(hostile)
      }
    }
    include /no/such/\(hostile)
    """

  @Test(
    "Nothing that a terminal acts on leaves a command",
    arguments: [
      ["check"], ["check", "--format", "json"], ["check", "--format", "sarif"], ["config", "show", "--json"],
      ["config", "diff", "/dev/null"],
    ])
  func commands(words: [String]) throws {
    let scratch = try Scratch()
    let outcome = try Running.martlet(words + [try scratch.file("main.conf", Self.text)])
    let shown = outcome.output + outcome.errors
    #expect(shown.contains("z"))
    #expect(shown.unicodeScalars.filter { $0.isUnprintable && $0 != "\n" }.map(\.value) == [])
  }

  @Test("Nor when a name on the command line is not known")
  func unknownName() throws {
    let outcome = try Running.martlet(["help", "keyword", Self.hostile])
    #expect(outcome.errors.contains("There is no keyword x"))
    #expect(!outcome.errors.unicodeScalars.contains { $0.isUnprintable && $0 != "\n" })
  }
}
