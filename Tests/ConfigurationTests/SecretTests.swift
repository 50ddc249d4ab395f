import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

/// What a configuration's findings show of its passwords: nothing, not even how long they are.
@Suite struct SecretTests {
  private static let mistakes = [
    "auth_type PASS\nauth_pass hunter2x extra",
    "auth_type PASS\nauth_pass=hunter2x",
    "auth_type PASS\nhunter2x",
    "auth_type PASS\nauth_pas hunter2x",
    "auth_type PASS\nauth_pass \"it's hunter2x",
    "auth_type PASS\nauth_pass hunter2xhunter2xhunter2x",
    "auth_type PASS\nauth_pass $SECRET more",
    "auth_type hunter2x",
    "auth_type PASS \(String(repeating: "x", count: 200)) hunter2x",
  ]

  @Test(arguments: mistakes) func noFindingShowsAPassword(lines: String) {
    let text = "$SECRET=hunter2x\n" + instance("authentication {\n\(lines)\n}")
    let loaded = load(text)
    #expect(!loaded.diagnostics.isEmpty)
    let output = DiagnosticRenderer().render(loaded.diagnostics)
    #expect(!output.contains("hunter2x"), "\(output)")
    // The place is still told.
    #expect(loaded.diagnostics.contains { ($0.range?.line ?? 0) > 5 || $0.range == nil }, "\(output)")
    let lengths = loaded.diagnostics.filter { $0.range?.excerpt.isEmpty == true }.compactMap { $0.range?.length }
    #expect(lengths.allSatisfy { $0 == 1 })
  }

  @Test(
    arguments: [
      "key 1 hunter2x", "key 1 hunter2x\nky 2 hunter2x", "key hunter2x", "key hunter2x 1", "key 1 hex:hunter2x",
      "key 1 hunter2xhunter2xhunter2xhunter2xhunter2x hunter2x", "active_key hunter2x", "mode hunter2x", "hunter2x",
      "key 1 hunter2xhunter2xhunter2xhunter2x\nkey 1 hunter2xhunter2xhunter2xhunter2x", "key 1 \"it's hunter2x",
      "key 1 hunter2xhunter2xhunter2xhunter2x#hunter2x",
    ])
  func norAKey(lines: String) {
    for text in ["auth_hmac {\n\(lines)\n}", "auth_hmac { \(lines) }"] {
      let output = DiagnosticRenderer().render(load(instance(text)).diagnostics)
      #expect(!output.isEmpty && !output.contains("hunter2x"), "\(output)")
    }
  }

  @Test(
    arguments: [
      "authentication {\nauth_type PASS\nauth_pass hunter2x\n}",
      "authentication {\nauth_type AH\nauth_pass hunter2x\n}",
      "auth_hmac {\nkey 1 hunter2xhunter2xhunter2xhunter2x\nkey 2 hunter2xhunter2xhunter2xhunter2x\nactive_key 1\n}",
    ])
  func norDoesADumpOfTheModel(block: String) throws {
    let loaded = load(instance(block))
    let router = try #require(loaded.configuration.routers.first)
    #expect(router.authentication != nil)
    var shown = "\(router) \(String(reflecting: router.authentication))"
    dump(loaded.configuration, to: &shown)
    // "hunter2x" as numbers.
    #expect(!shown.contains("104, 117") && !shown.contains("- 117"), "\(shown)")
  }

  @Test func whatComesAfterTheBlockIsShown() {
    let output = DiagnosticRenderer().render(
      load(instance("authentication {\nauth_type PASS\n}\nstate LEADER")).diagnostics)
    #expect(output.contains("state LEADER") && output.contains("'LEADER'"))
  }

  @Test func theLineOfAListWithPasswordsIsHiddenAndWhatItMakesIsShown() {
    let body = instance("nonsense 1\nauthentication {\nauth_type PASS\nauth_pass $P\n}")
    let lines = body.split(separator: "\n").joined(separator: " \\\n")
    let output = DiagnosticRenderer().render(load("$V= \\\n\(lines)\n~LST(P,hunter2x) $V\n").diagnostics)
    #expect(!output.contains("hunter2x"), "\(output)")
    #expect(output.contains("'nonsense' is not a keyword") && output.contains("$V is used here"), "\(output)")
  }

  @Test func findingsComeInTheOrderOfTheirPlaces() {
    let loaded = load(instance("state LEADER\nnonsense 1\nadvert_int 0\npriority 100 1"))
    let lines = loaded.diagnostics.compactMap { $0.range?.line }
    #expect(lines.count > 3 && lines == lines.sorted())
  }
}
