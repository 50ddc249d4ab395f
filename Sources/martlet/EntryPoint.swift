import ControlModel
import Glibc
import LinuxSystem
import PrintableText

/// What this program can be: the loader that the supervisor starts, keepalived by name, or the command line.
struct EntryPoint {
  private let arguments: [String]

  init(arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs it; the code to exit with.
  func run() -> Int32 {
    // Where whoever started us ignores it, the kernel would forget how our children end.
    try? Signals.restore(SIGCHLD)
    // Swift reads the command line there, and without it knows of none.
    guard !arguments.isEmpty else {
      printError("martlet: /proc is missing here, and with it the command line; mount it: mount -t proc proc /proc\n")
      return ControlModel.ExitCode.failure.rawValue
    }
    let rest = Array(arguments.dropFirst())
    if rest.first == ProcessRole.loader.rawValue {
      RealTime.setProcessName("\(ProgramName.own)-\(ProcessRole.loader.rawValue)")
      // Supervisor and engine are to be spared when memory is short; a file that eats it is not.
      try? RealTime.endOutOfMemoryProtection()
      return LoaderProcess(arguments: Array(rest.dropFirst())).run().rawValue
    }
    if ProgramName.of(called: arguments.first ?? "") == ProgramName.other {
      return KeepalivedCommand(arguments: rest).run()
    }
    return MartletCommand.run(rest)
  }
}

/// Writes text to standard output.
func printOut(_ text: String) { writeOut(Array(text.utf8)[...]) }

/// Writes bytes to standard output. Whoever cannot be told fails: a script that reads half a status must not take it for a whole one.
func writeOut(_ bytes: ArraySlice<UInt8>) {
  guard let reason = writeAll(bytes, to: STDOUT_FILENO) else { return }
  printError("martlet: cannot write to standard output: \(SystemError.reason(reason))\n")
  exit(ControlModel.ExitCode.failure.rawValue)
}

/// Writes the bytes of a configuration to standard output: whoever reads them again gets each; a terminal would act on some.
func printOut(source: [UInt8]) {
  isatty(STDOUT_FILENO) == 0
    ? writeOut(source[...]) : printOut(String(decoding: source, as: UTF8.self).printableLines)
}
