import ControlModel
import Glibc
import LinuxSystem
import PrintableText

/// Roles of this program: the loader that the supervisor starts, keepalived by name, or the command line.
struct EntryPoint {
  private let arguments: [String]

  init(arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs the role; returns the exit code.
  func run() -> Int32 {
    // If the parent ignored SIGCHLD, the kernel would not keep the exit status of our children.
    try? Signals.restore(SIGCHLD)
    // Swift reads the command line from /proc; without /proc there are no arguments.
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

/// Writes bytes to standard output. Ends with an error if they cannot be written: a script must not take half a status for a whole one.
func writeOut(_ bytes: ArraySlice<UInt8>) {
  guard let reason = writeAll(bytes, to: STDOUT_FILENO) else { return }
  printError("martlet: cannot write to standard output: \(SystemError.reason(reason))\n")
  exit(ControlModel.ExitCode.failure.rawValue)
}

/// Writes the bytes of a configuration to standard output: unchanged for a program that reads them, printable on a terminal.
func printOut(source: [UInt8]) {
  isatty(STDOUT_FILENO) == 0
    ? writeOut(source[...]) : printOut(String(decoding: source, as: UTF8.self).printableLines)
}
