import Testing

@testable import martlet

/// No command shows a password or a key of a file, however it is written.
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct SecretOutputTests {
  private static let key = String(repeating: "hunter2x", count: 4)

  /// How people write a line with a secret, rightly and wrongly.
  private static let lines = [
    "auth_pass hunter2x", "auth_pass hunter2x extra", "auth_pass=hunter2x", "auth_pass = hunter2x",
    "auth_pass: hunter2x",
    "auth_pas hunter2x", "authpass hunter2x", "auth-pass hunter2x", "AUTH_PASS hunter2x", "auth_password hunter2x",
    "auth_pass\u{A0}hunter2x", "auth_pass \"hunter2x", "auth_pass “hunter2x”", "auth_pass hunter2x#x",
    "auth_pass $hunter2x", "auth_pass ${hunter2x}", "password hunter2x", "auth_pass hunter2x\\",
    "key 1 \(key)", "key \(key)", "key 1 hex:\(key)", "key 1 \(key) extra", "key 1 \"\(key)",
  ]

  /// Where the line stands, as a text with `LINE` in its place: in the blocks for it, on one line with them, in misspelt ones, in none.
  static let places = [
    "authentication {\nauth_type PASS\nLINE\n}", "authentication { LINE }", "authentication { auth_type PASS LINE }",
    "authentication { auth_type PASS } authentication { LINE }", "authentication\nauth_type PASS\nLINE\n}",
    "authentcation {\nauth_type PASS\nLINE\n}", "auth {\nauth_type PASS\nLINE\n}", "auth { LINE }",
    "auth_hmac {\nLINE\nactive_key 1\n}", "auth_hmac { LINE }", "auth_hmac { active_key 1 LINE }",
    "auth_hmc {\nLINE\n}",
    "authentication {\nauth_type PASS\n}\nLINE",
    "}\nauthentication {\nLINE\n}\nglobal_defs {\nLINE\n}\nLINE\nglobal_defs {",
    "$L=LINE\nauthentication {\n$L\n}", "$L= \\\nauthentication { \\\nLINE \\\n}\n$L\nnonsense $L",
  ]

  private func file(_ place: String) -> String {
    Self.lines.enumerated().map { number, line in
      """
      vrrp_instance V\(number) {
        interface eth0
        virtual_router_id \(number + 1)
        virtual_ipaddress {
          10.0.0.\(number + 1)/24
        }
        \(place.replacing("LINE", with: line))
      }

      """
    }.joined()
  }

  @Test(arguments: places) func isInNoOutput(place: String) throws {
    try expectHidden(file(place))
  }

  @Test(
    arguments: [
      "~LST(P,hunter2x) vrrp_instance V { authentication { auth_pass $P more } }\n",
      "$P=hunter2x\nvrrp_instance V {\nauthentication {\nauth_pass $P more\n}\n}\n",
      "$V= \\\nvrrp_instance V$I { \\\ninterface none0 \\\npriority x \\\nnotify /none \\\nauthentication { \\\nauth_pass $P \\\n} \\\n}\n"
        + "~LST({I,P},{1,hunter2x},{2,hunter2xx}) $V\n",
      "$V= \\\nvrrp_instance V$I { \\\ninterface none0 \\\npriority x \\\nnotify /none nobodyhere \\\nauth_hmac { \\\nkey 1 a$P \\\n} \\\n}\n"
        + "~LST({I,P},{1,hunter2x},{2,hunter2xx}) $V\n",
      "vrrp_instance V {\nauthentication {\nauth_pass hunter2x\n", "vrrp_instance V {\nauth_hmac {\nkey 1 hunter2x\n",
      "vrrp_instance V {\nauthentication {\nauth_pass hunter2x\u{0}\n}\n}\n",
      "vrrp_instance V { interface none0 authentication { auth_pas hunter2x } }\n",
      "vrrp_instance V { interface none0 notify /none nobodyhere authentication { auth_pass hunter2x } }\n",
    ])
  func isInNoOutputOfABrokenFile(text: String) throws {
    try expectHidden(text)
  }

  private func expectHidden(_ text: String) throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", text)
    let other = try scratch.file("b.conf", text.replacing("hunter2x", with: "hunter3x"))
    let commands = [
      ["check", file], ["check", "--format", "json", file], ["check", "--format", "sarif", file],
      ["check", file, other],
      ["config", "show", file], ["config", "show", "--json", file], ["config", "diff", file, other],
      ["config", "diff", other, file], ["fmt", "--check", file],
    ]
    for command in commands {
      let outcome = try Running.martlet(command)
      let shown = outcome.output + outcome.errors
      #expect(outcome.code >= 0 && (command[0] == "fmt" || !shown.isEmpty), "\(command)")
      let leak = shown.split(separator: "\n").first { $0.contains("hunter2") || $0.contains("hunter3") }
      #expect(leak == nil, "\(command)\n\(leak ?? "")")
    }
  }
}
