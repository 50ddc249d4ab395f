import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Supervisor

/// The process that starts scripts, as the supervisor keeps it.
@Suite struct StarterTests {
  @Test("Without a command in the configuration there is no starter")
  func none() throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    #expect(stage.processes.started(.starter).isEmpty)
  }

  @Test("The starter has the commands and its channel before the prober is told to serve")
  func order() throws {
    let stage = try SupervisorStage(commands: "table")
    #expect(try stage.reaches { stage.isServing && stage.processes.told.contains("a prober with 1") })
    let prober = stage.processes.told.filter { $0.contains("serve") || $0.contains("a starter") }
    #expect(prober == ["a starter with 1", "serve with 3"])
    #expect(
      stage.processes.told.filter { $0.contains("table") || $0.contains("a prober") } == [
        "table 1 with 1", "a prober with 1",
      ])
  }

  @Test("A starter that dies is replaced, and prober and tables are made known to the next")
  func death() throws {
    let stage = try SupervisorStage(commands: "table")
    #expect(try stage.reaches { stage.isServing })
    let engine = stage.processes.living(.engine).first
    let told = stage.processes.told.count
    stage.processes.living(.starter).first?.end(.killed(signal: SIGKILL))
    #expect(try stage.reaches { stage.processes.started(.starter).count == 2 })
    #expect(try stage.reaches { stage.processes.told.dropFirst(told).contains("a starter with 1") })
    #expect(try stage.reaches { stage.processes.told.dropFirst(told).contains("table 1 with 1") })
    #expect(stage.processes.living(.engine).first === engine && stage.processes.started(.prober).count == 1)
  }

  @Test("A starter that answers nothing is killed and replaced")
  func silence() throws {
    let stage = try SupervisorStage(commands: "table")
    stage.processes.starterIsSilent = true
    #expect(try stage.reaches { stage.isServing })
    #expect(try stage.reaches(within: .seconds(60)) { stage.processes.started(.starter).count == 2 })
    #expect(stage.processes.started(.starter).first?.signals == [SIGKILL])
  }

  @Test("A new prober is made known to the starter that is there")
  func newProber() throws {
    let stage = try SupervisorStage(commands: "table")
    #expect(try stage.reaches { stage.isServing && stage.processes.told.contains("a prober with 1") })
    let told = stage.processes.told.count
    stage.processes.living(.prober).first?.end(.killed(signal: SIGSEGV))
    #expect(try stage.reaches { stage.processes.told.dropFirst(told).contains("a prober with 1") })
    #expect(try stage.reaches { stage.isServing })
    #expect(stage.processes.started(.starter).count == 1)
  }

  @Test("At the end the starter is told to end, after the prober has")
  func end() throws {
    let stage = try SupervisorStage(commands: "table")
    #expect(try stage.reaches { stage.isServing })
    stage.supervisor.enqueue(.stopRequested)
    #expect(try stage.reaches { stage.supervisor.exitCode != nil })
    stage.supervisor.starter.end()
    stage.processes.pump()
    try stage.supervisor.endChildren(by: MonotonicClock.now() + .seconds(10))
    #expect(stage.processes.living(.starter).isEmpty)
    #expect(stage.processes.started(.starter).first?.signals.isEmpty == true)
  }

  @Test("A control socket that could not be made is made as soon as it can be, and handed to the prober")
  func control() throws {
    let stage = try SupervisorStage(control: { directory in
      ControlListener(path: directory + "/sub/control.sock", log: SupervisorLog(format: .text, isSilent: true))
    })
    defer {
      unlink(stage.directory + "/sub/control.sock")
      rmdir(stage.directory + "/sub")
    }
    #expect(try stage.reaches { stage.isServing })
    #expect(!stage.processes.told.contains("control with 1"))
    #expect(mkdir(stage.directory + "/sub", 0o700) == 0)
    #expect(try stage.reaches { stage.processes.told.contains("control with 1") })
    var status = stat()
    #expect(lstat(stage.directory + "/sub/control.sock", &status) == 0 && status.st_mode & 0o777 == 0o600)
  }
}
