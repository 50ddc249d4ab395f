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
      ("check 'unclosed", ["check", "unclosed"], false),
      ("", [], false),
      ("check \\", ["check", "\\"], false),
      ("killall -0 haproxy || exit 1", ["killall", "-0", "haproxy", "||", "exit", "1"], true),
      ("check > /dev/null", ["check", ">", "/dev/null"], true),
      ("check 2>&1", ["check", "2>&1"], true),
      ("check </x", ["check", "</x"], true),
      ("check |cat", ["check", "|cat"], true),
      ("check & other", ["check", "&", "other"], true),
      ("check ;other", ["check", ";other"], true),
      ("check (x)", ["check", "(x)"], true),
      ("check $(id -u)", ["check", "$(id", "-u)"], true),
      ("check \"$(id -u)\"", ["check", "$(id -u)"], true),
      ("check `id`", ["check", "`id`"], true),
      ("curl http://h/r?lag=10MB&ok=0", ["curl", "http://h/r?lag=10MB&ok=0"], false),
      ("check a|b a;b; <", ["check", "a|b", "a;b;", "<"], true),
      ("check a|b a;b; a>b x*y [z] a$(b) x2>y", ["check", "a|b", "a;b;", "a>b", "x*y", "[z]", "a$(b)", "x2>y"], false),
      ("check $HOME", ["check", "$HOME"], false),
      ("check \"$HOME\"", ["check", "$HOME"], false),
      ("check '|' \"&&\" \\; '$(x)' \\$(x", ["check", "|", "&&", ";", "$(x)", "$(x"], false),
      ("check ''|x", ["check", "|x"], true),
      ("check ~/x *.conf", ["check", "~/x", "*.conf"], false),
      ("$HOME/check", ["$HOME/check"], true),
      ("\"$HOME/check\"", ["$HOME/check"], true),
      ("'$HOME/check'", ["$HOME/check"], false),
      ("~/check", ["~/check"], true),
      ("a~b", ["a~b"], false),
      ("/bin/check; /bin/other", ["/bin/check;", "/bin/other"], true),
      ("/bin/ch*k", ["/bin/ch*k"], true),
      ("</etc/passwd", ["</etc/passwd"], true),
      ("(check)", ["(check)"], true),
      ("[ -f /x ]", ["[", "-f", "/x", "]"], false),
      ("/usr/bin/[ -f /x ] && check", ["/usr/bin/[", "-f", "/x", "]", "&&", "check"], true),
      ("! check", ["!", "check"], true),
      ("'!' check", ["!", "check"], false),
      ("if a then b fi", ["if", "a", "then", "b", "fi"], true),
      ("LANG=C check", ["LANG=C", "check"], true),
      ("check LANG=C if !", ["check", "LANG=C", "if", "!"], false),
      ("2=x", ["2=x"], false),
      ("check a\u{0A}b", ["check", "a", "b"], false),
    ])
  func splitting(text: String, words: [String], needsShell: Bool) {
    let command = CommandWords(text.utf8)
    #expect(command.words == words)
    #expect(command.needsShell == needsShell)
  }

  @Test(
    "A word that only a shell would make more of goes to the program as it is, and is named",
    arguments: [
      ("check $HOME", "$HOME"), ("check a \"${x}\"", "${x}"), ("check a`b`", "a`b`"), ("check one; two", "one;"),
      ("check a$(b)", "a$(b)"), ("check a;b", nil), ("check x$ $", nil), ("check '$HOME' \\$HOME one\\;", nil),
      ("check a|b&c", nil), ("$HOME/check $HOME", nil), ("check $HOME | cat", nil),
    ] as [(String, String?)])
  func literal(text: String, word: String?) {
    #expect(CommandWords(text.utf8).literalWord == word)
  }

  @Test("Why it is a line for a shell: what keepalived does not find, or what it gives the program")
  func reason() {
    #expect(CommandWords("! check".utf8).shellUse == .firstWord)
    #expect(CommandWords("check a; | b".utf8).shellUse == .operatorWord("|"))
    #expect(CommandWords("check".utf8).shellUse == nil)
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
