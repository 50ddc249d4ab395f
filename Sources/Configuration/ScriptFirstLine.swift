import ConfigurationSyntax

/// The finding for a program whose first line keeps the kernel from running it.
struct ScriptFirstLine {
  let path: String
  let fault: FirstLineFault
  /// The keyword that names the program, such as `script` or `notify_master`.
  let keyword: String
  /// True when a shell starts the program: a shell runs a text without an interpreter itself.
  let isRunByShell: Bool

  /// The fault and its effect; `nil` where a shell makes up for the fault.
  var message: String? {
    switch fault {
    case .carriageReturn(let interpreter):
      return "the first line of \(path) ends with a carriage return, so the kernel looks for \(interpreter) with that "
        + "at its end and finds none (ENOENT), \(consequence)"
    case _ where isRunByShell: return nil
    case .empty: return "\(path) is empty, which the kernel does not run (ENOEXEC), \(consequence)"
    case .noInterpreter:
      return "the first line of \(path) names no interpreter, so the kernel does not run it (ENOEXEC), \(consequence)"
    case .lookAlike:
      return "the first line of \(path) begins with a sign that looks like #! and is another, so the kernel does not "
        + "run it (ENOEXEC), \(consequence)"
    }
  }

  var suggestion: String {
    switch fault {
    case .carriageReturn: "take the carriage returns out: sed -i 's/\\r$//' \(path)"
    case .empty: "write the script"
    case .noInterpreter: "write #!/bin/sh, or another interpreter, into the first line of \(path)"
    case .lookAlike: "write #! with plain signs at the very beginning of \(path)"
    }
  }

  private var consequence: String {
    guard keyword == "script" else { return "and nothing comes of \(keyword)" }
    if isRunByShell { return "and the check fails" }
    return "and what tracks the check does without it; for keepalived such a check passes each time"
  }
}
