import ConfigurationSyntax
import Testing

@Suite("Command words")
struct CommandWordsTests {
  @Test(
    "A command is split into words, and needs a shell only for what a shell does",
    arguments: [
      ("/bin/check", ["/bin/check"], false),
      ("  /bin/check  a\tb ", ["/bin/check", "a", "b"], false),
      ("/bin/check 'a b' \"c d\"", ["/bin/check", "a b", "c d"], false),
      ("/bin/check a'b c'd", ["/bin/check", "ab cd"], false),
      ("/bin/check ''", ["/bin/check", ""], false),
      ("/bin/check a\\ b \\x41\\102 \\t\\E", ["/bin/check", "a b", "AB", "\t\u{1B}"], false),
      ("/bin/sh -c 'test -f /x || exit 1'", ["/bin/sh", "-c", "test -f /x || exit 1"], false),
      ("killall -0 haproxy || exit 1", ["killall", "-0", "haproxy", "||", "exit", "1"], true),
      ("check > /dev/null", ["check", ">", "/dev/null"], true),
      ("check $HOME", ["check", "$HOME"], true),
      ("check \"$HOME\"", ["check", "$HOME"], true),
      ("check '$HOME'", ["check", "$HOME"], false),
      ("check ~/x", ["check", "~/x"], true),
      ("check a~b", ["check", "a~b"], false),
      ("check *.conf", ["check", "*.conf"], true),
      ("check 'unclosed", ["check", "unclosed"], false),
      ("", [], false),
      ("check \\", ["check", "\\"], false),
    ])
  func splitting(text: String, words: [String], needsShell: Bool) {
    let command = CommandWords(text.utf8)
    #expect(command.words == words)
    #expect(command.needsShell == needsShell)
  }

  @Test(
    "The nearest name is found, and a strange one finds nothing",
    arguments: [
      ("priorty", "priority"), ("no_preempt", "nopreempt"), ("PRIORITY", "priority"), ("zzz", nil), ("p", nil),
      ("virtual_routerid", "virtual_router_id"),
    ])
  func spelling(name: String, meant: String?) {
    #expect(Spelling.nearest(to: name, in: ["priority", "nopreempt", "virtual_router_id"]) == meant)
  }
}
