import ArgumentParser
import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem
import PrintableText

/// `martlet fmt`.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Format configuration files in one canonical way.",
    discussion: """
      Four spaces a block, one statement a line, braces at the line's end; comments stay where they are. What a file means does \
      not change; definitions, conditions, sequences and includes stay as they are written. Each file is formatted on its own. \
      One that cannot be understood stays as it is.
      Prints the result unless told otherwise. Ends with 0, with --check or --diff with 1 if a file would change, with 2 if one \
      cannot be understood, read or written.
      """)

  @Flag(help: "Print the names of files that would change.")
  var check = false

  @Flag(help: "Print what would change.")
  var diff = false

  @Flag(help: "Write the files back.")
  var write = false

  @Argument(help: "Configuration files, or - for standard input.")
  var files: [String]

  func validate() throws {
    if files.isEmpty { throw ValidationError("Name at least one configuration file, or - for standard input.") }
    if check && diff { throw ValidationError("--check and --diff do not go together.") }
    if write, files.contains("-") { throw ValidationError("Standard input cannot be written back.") }
  }

  func run() throws {
    let formatter = SourceFormatter(grammar: Schema.keepalived.grammar)
    var differs = false
    var fails = false
    for file in files {
      do throws(Problem) {
        if try format(file, formatter) { differs = true }
      } catch {
        printError(error.text)
        fails = true
      }
    }
    if fails { throw ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue) }
    if differs, check || diff { throw ArgumentParser.ExitCode(ControlModel.ExitCode.failure.rawValue) }
  }

  /// The reason why a file cannot be formatted, as text.
  private struct Problem: Error {
    var text: String

    init(_ path: String, _ reason: some CustomStringConvertible) {
      text = "\(path): error: \(reason)".printable() + "\n"
    }

    init(_ failure: FormatFailure) {
      text = DiagnosticRenderer(color: isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == nil).render(
        failure.diagnostic)
    }
  }

  /// Formats one file; true if its layout changed.
  private func format(_ path: String, _ formatter: SourceFormatter) throws(Problem) -> Bool {
    if write { return try rewrite(path, formatter) }
    let source = try layout(try read(path), path, formatter)
    show(source, path)
    return source.isChanged
  }

  private func rewrite(_ path: String, _ formatter: SourceFormatter) throws(Problem) -> Bool {
    let source = try layout(try read(path), path, formatter)
    show(source, path)
    guard source.isChanged else { return false }
    do {
      try FileReplacement.replace(
        ConfigurationReading.absolute(path), expecting: source.original, with: source.bytes)
    } catch {
      throw Problem("martlet", error)
    }
    return true
  }

  private func layout(
    _ bytes: [UInt8], _ path: String, _ formatter: SourceFormatter
  ) throws(Problem) -> FormattedSource {
    do {
      return try formatter.format(bytes, path: path)
    } catch {
      throw Problem(error)
    }
  }

  private func show(_ source: FormattedSource, _ path: String) {
    if check {
      if source.isChanged { printOut(source: Array("\(path)\n".utf8)) }
    } else if diff {
      printOut(source: source.difference(path: path))
    } else if !write {
      printOut(source: source.bytes)
    }
  }

  private func read(_ path: String) throws(Problem) -> [UInt8] {
    guard path == "-" else {
      do {
        return try DiskSourceFiles().read(path)
      } catch {
        throw Problem(path, error.reason)
      }
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= SourceLimits.fileLength {
      let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Problem(path, SystemError(operation: "read standard input", errno: errno))
      }
      bytes += chunk[..<min(count, chunk.count)]
    }
    throw Problem(path, SourceFileError.tooLong.reason)
  }
}
