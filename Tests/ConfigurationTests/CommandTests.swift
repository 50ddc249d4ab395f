import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

/// Commands of scripts. keepalived splits the line, and the word that is the command once more, with escapes replaced both times.
@Suite struct CommandTests {
  @Test(arguments: [
    (#""/bin/sh -c \"test -e /run/x\"""#, ["/bin/sh", "-c", "test -e /run/x"]),
    (#""/bin/echo 'x y' \"z w\" end""#, ["/bin/echo", "x y", "z w", "end"]),
    (#"/bin/echo\ x"#, ["/bin/echo", "x"]),
    (#""/bin/echo a\\ b c""#, ["/bin/echo", "a b", "c"]),
    (#"'/bin/echo "a b" c'"#, ["/bin/echo", "a b", "c"]),
  ]) func escapesAreReplacedBeforeItIsSplit(text: String, arguments: [String]) throws {
    let loaded = load("vrrp_script a {\nscript \(text)\n}\n")
    #expect(try #require(loaded.configuration.scripts.first).command.arguments == arguments)
    #expect(!loaded.diagnostics.contains { $0.id == "unterminated-quote" })
  }

  @Test(arguments: ["vrrp_script a {\nscript /bin/true\n", "vrrp_track_process a {\nprocess x\n"])
  func aWeightMayBeReversed(block: String) {
    #expect(!load(block + "weight 3 reverse\n}\n").diagnostics.contains { $0.id == "extra-words" })
    #expect(load(block + "weight 3 reverse more\n}\n").diagnostics.contains { $0.id == "extra-words" })
  }
}
