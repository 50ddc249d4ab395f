import ControlModel
import Glibc
import LinuxSystem
import Supervisor

/// Roles of this program: the supervisor of a service, or one of the roles that it starts. It reads no configuration and no command
/// line: `martlet` does, and becomes this one.
struct EntryPoint {
  private let arguments: [String]

  init(arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs it; the code to exit with.
  func run() -> Int32 {
    let rest = arguments.dropFirst()
    if let role = rest.first.flatMap(ProcessRole.init(rawValue:)) {
      // Where whoever started us ignores it, the kernel would forget how our children end.
      try? Signals.restore(SIGCHLD)
      RealTime.setProcessName("\(ProgramName.own)-\(role.rawValue)")
      return RoleProcess(role: role, arguments: Array(rest.dropFirst())).run().rawValue
    }
    guard let file = try? Inherited.take(InheritedDescriptor.options.rawValue),
      let program = try? Inherited.take(InheritedDescriptor.loaderProgram.rawValue),
      let bytes = try? MemoryFile.readAll(file.rawValue, limit: Self.longestOptions)
    else {
      printError("martletd: this is a part of the service, which `martlet run` starts\n")
      return ControlModel.ExitCode.usage.rawValue
    }
    let entries = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard let options = SupervisorOptions(entries: entries) else {
      printError(
        "martletd: this is \(Version.line), and it was started by another release: install both programs of one release\n"
      )
      return ControlModel.ExitCode.failure.rawValue
    }
    // It stays open, since every loader is started from it.
    _ = program.take()
    return SupervisorMain.run(options)
  }

  private static let longestOptions = 1 << 20
}

exit(EntryPoint(arguments: CommandLine.arguments).run())
