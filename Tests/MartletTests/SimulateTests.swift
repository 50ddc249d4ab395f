import LinuxSystem
import Testing

@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct SimulateTests {
  private static let samples = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/config/"
  private static let pair = [samples + "martlet-left.conf", samples + "martlet-right.conf"]

  @Test("The sample pair, rehearsed: left holds the address, right takes over after its crash, left takes it back")
  func samples() throws {
    let script = "at 10s crash martlet-left; at 20s restart A"
    let outcome = try Running.martlet(["simulate"] + Self.pair + ["--script", script, "--strict"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("taken over by martlet-right from martlet-left"))
    #expect(outcome.output.contains("taken over by martlet-left from martlet-right"))
  }

  @Test("A cut overruns the protocol's bound, which counts when strict")
  func strict() throws {
    let arguments = ["simulate"] + Self.pair + ["--script", "at 10s cut A B", "--for", "30s"]
    #expect(try Running.martlet(arguments).code == 0)
    #expect(try Running.martlet(arguments + ["--strict", "--json"]).code == 1)
  }

  @Test("A mistake in the script is shown with its place and ends it with 2")
  func mistake() throws {
    let outcome = try Running.martlet(["simulate"] + Self.pair + ["--script", "at 10s crahs A"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("script:1:8: error: there is no command 'crahs'"))
    #expect(outcome.errors.contains("did you mean 'crash'?"))
  }
}
