import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem

/// Result of `martlet check`.
struct CheckReport {
  let files: [CheckedFile]
  /// True when files were compared because they have routers in common.
  let isComparison: Bool
  let findings: [Diagnostic]

  func count(of severity: ConfigurationSyntax.Severity) -> Int { findings.count { $0.severity == severity } }

  /// The exit code.
  func exitCode(strict: Bool) -> ControlModel.ExitCode {
    if count(of: .error) > 0 { return .configuration }
    return strict && count(of: .warning) > 0 ? .failure : .success
  }

  /// Writes the report: text for people to standard error, formats for programs to standard output.
  func write(_ format: CheckFormat) {
    switch format {
    case .text:
      printError(DiagnosticRenderer(color: Terminal.showsColor(STDERR_FILENO)).render(findings))
      printOut(summary + "\n")
    case .json: printOut(json + "\n")
    case .sarif: printOut(sarif + "\n")
    }
  }

  /// One line with the files that were checked and the numbers of findings.
  var summary: String {
    var text = "\(Self.counted(files.count, "file")) checked"
    if files.count > 1 { text += isComparison ? " and compared" : ", which have no router in common" }
    return "\(text): \(Self.summary(errors: count(of: .error), warnings: count(of: .warning)))"
  }

  private static func summary(errors: Int, warnings: Int) -> String {
    switch (errors, warnings) {
    case (0, 0): "no errors, no warnings"
    case (0, _): "no errors, \(counted(warnings, "warning"))"
    case (_, 0): counted(errors, "error")
    default: "\(counted(errors, "error")), \(counted(warnings, "warning"))"
    }
  }

  private static func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

/// Facts about the terminal at the other end of a descriptor.
enum Terminal {
  /// True when colours are wanted: on a terminal that has them, unless NO_COLOR is set to anything.
  static func showsColor(_ descriptor: Int32) -> Bool {
    guard isatty(descriptor) != 0 else { return false }
    let variable = { (name: String) in getenv(name).map { String(cString: $0) } ?? "" }
    return variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
  }
}
