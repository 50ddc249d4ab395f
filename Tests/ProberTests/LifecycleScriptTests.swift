import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

extension ProberTests {
  @Suite struct Lifecycle {
    private func configuration(
      startup: String? = nil, shutdown: String? = nil, timeout: Nanoseconds = .seconds(10)
    ) -> Configuration {
      var configuration = Configuration.asOwnUser()
      func script(_ path: String?) -> LifecycleScript? {
        guard let path else { return nil }
        var script = LifecycleScript(command: CommandDefinition(path))
        script.timeout = timeout
        return script
      }
      configuration.global.startupScript = script(startup)
      configuration.global.shutdownScript = script(shutdown)
      return configuration
    }

    @Test func theStartupScriptRunsOnceAndIsReportedWhenItHasEnded() throws {
      let harness = try Harness()
      let path = harness.scratch.script(
        "up", "echo begun >> \(harness.scratch.path("calls")); read line < \(harness.scratch.path("gate"))")
      mkfifo(harness.scratch.path("gate"), 0o600)
      let configuration = configuration(startup: path)
      try harness.runStartupScript(of: configuration)
      try harness.wait(for: "its start") { harness.scratch.lines("calls") == ["begun"] }
      #expect(harness.reports == [.takesLonger(seconds: 10)])
      harness.scratch.write("gate", "\n")
      try harness.wait(for: "its end") { harness.reports.last == .startupFinished }
      #expect(harness.logText.contains("the startup script has ended"))

      try harness.serve(configuration)
      try harness.wait(for: "service") { harness.reports.last == .ready }
      // Neither the first engine nor a reload runs it again.
      try harness.serve(configuration)
      var changed = configuration
      changed.routers = [try .named("A")]
      try harness.serve(changed)
      try harness.shutdown()
      #expect(harness.scratch.lines("calls") == ["begun"])
    }

    @Test(arguments: [
      ("echo no luck; exit 3", "the startup script failed: exit 3: no luck"),
      ("sleep 30", "the startup script failed: timed out after 0.2 s"),
    ])
    func whatComesOfTheStartupScriptKeepsNothingFromStarting(body: String, words: String) throws {
      let harness = try Harness()
      let path = harness.scratch.script("up", body)
      try harness.runStartupScript(of: configuration(startup: path, timeout: .milliseconds(200)))
      try harness.wait(for: "the report") { harness.reports.last == .startupFinished }
      try harness.wait(for: "the log") { harness.logText.contains(words) }
    }

    @Test(.enabled(if: geteuid() == 0, "only root's scripts are looked at"))
    func aScriptThatOthersCanChangeIsNotRunByRoot() throws {
      let harness = try Harness()
      let path = harness.scratch.script("up", "touch \(harness.scratch.path("ran"))", mode: 0o777)
      var configuration = configuration(startup: path, shutdown: path)
      configuration.global.scriptSecurity = true
      try harness.runStartupScript(of: configuration)
      try harness.wait(for: "the report") { harness.reports.last == .startupFinished }
      try harness.wait(for: "the log") { harness.logText.contains("the startup script failed: refused: ") }
      try harness.serve(configuration)
      try harness.shutdown()
      #expect(access(harness.scratch.path("ran"), F_OK) != 0)
    }

    @Test func aConfigurationThatCannotBeReadIsNoReasonToWait() throws {
      let harness = try Harness()
      try harness.runStartupScript(bundle: [99])
      try harness.wait(for: "the report") { harness.reports == [.startupFinished] }
    }

    @Test func aStopEndsTheStartupScriptAndRunsTheOther() throws {
      let harness = try Harness()
      let up = harness.scratch.script("up", "echo $$ > \(harness.scratch.path("pid")); exec sleep 30")
      let down = harness.scratch.script("down", "echo down >> \(harness.scratch.path("calls"))")
      try harness.runStartupScript(of: configuration(startup: up, shutdown: down))
      try harness.wait(for: "its start") { !harness.scratch.lines("pid").isEmpty }
      let pid = try #require(harness.scratch.lines("pid").first.flatMap { Int32($0) })
      try harness.shutdown()
      harness.endStarter()
      try harness.wait(for: "its end") { !isRunning(pid) }
      #expect(harness.scratch.lines("calls") == ["down"])
      harness.collect()
      #expect(!harness.reports.contains(.startupFinished))
    }

    @Test func theShutdownScriptComesAfterTheLastNotification() throws {
      let harness = try Harness()
      let down = harness.scratch.script("down", "sleep 0.2; echo down >> \(harness.scratch.path("calls"))")
      var configuration = configuration(shutdown: down, timeout: .milliseconds(1_001))
      var router = try VirtualRouterDefinition.named("A")
      router.notify.stop = CommandDefinition(
        harness.scratch.script("notify", "sleep 0.2; echo stop >> \(harness.scratch.path("calls"))"))
      configuration.routers = [router]
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .master)
      try harness.transition(0, 2, from: .master, to: .initialize, cause: .shutdown)
      try harness.shutdown()
      #expect(harness.scratch.lines("calls") == ["stop", "down"])
      harness.collect()
      #expect(harness.reports.last == .takesLonger(seconds: 2))
    }

    @Test func aShutdownScriptThatDoesNotEndIsEnded() throws {
      let harness = try Harness()
      let down = harness.scratch.script("down", "sleep 30")
      try harness.serve(configuration(shutdown: down, timeout: .milliseconds(200)))
      try harness.shutdown()
      harness.collect()
      #expect(harness.logText.contains("the shutdown script failed: timed out after 0.2 s"))
    }

    @Test func withoutTheSupervisorsWordNothingIsTakenForWithdrawn() throws {
      let harness = try Harness()
      let down = harness.scratch.script("down", "echo down >> \(harness.scratch.path("calls"))")
      try harness.serve(configuration(shutdown: down))
      try harness.wait(for: "service") { harness.reports.last == .ready }
      harness.abandonEngine()
      harness.abandonSupervisor()
      try harness.wait(for: "the end") { harness.loop.isStopped }
      #expect(harness.scratch.lines("calls").isEmpty)
    }

    @Test func oneThatIsToldToEndBesidesWaitsForThatWord() throws {
      let harness = try Harness()
      let down = harness.scratch.script("down", "echo down >> \(harness.scratch.path("calls"))")
      try harness.serve(configuration(shutdown: down))
      try harness.wait(for: "service") { harness.reports.last == .ready }
      harness.prober.stop(because: "told to by SIGTERM")
      harness.abandonEngine()
      try harness.wait(for: "the end of notifications") { harness.prober.stopping == .awaitingWord }
      #expect(harness.scratch.lines("calls").isEmpty)
      try harness.shutdown()
      #expect(harness.scratch.lines("calls") == ["down"])
    }
  }
}
