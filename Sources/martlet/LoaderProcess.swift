import Configuration
import ConfigurationSyntax
import ControlModel
import LinuxSystem
import PrintableText
import Prober

/// The loader: reads and checks the configuration once, hands over everything it read, and ends.
///
/// A process of its own, so that whatever a file may do to its reader, the supervisor and the engine that runs live on.
struct LoaderProcess {
  private let arguments: [String]

  init(arguments: [String]) {
    self.arguments = arguments
  }

  func run() -> ControlModel.ExitCode {
    var configurationID: String?
    var asksNamespace = false
    var rest = arguments[...]
    while let option = rest.first, option != "--" {
      let value = rest.dropFirst().first
      if option == "--config-id" { configurationID = value }
      if option == "--answer" { asksNamespace = value == "namespace" }
      rest = rest.dropFirst(2)
    }
    guard let path = rest.dropFirst().first else {
      report(.critical, "the loader was started without a file")
      return .usage
    }
    let (loaded, bundle) = ConfigurationReading(path: path, configurationID: configurationID).perform()
    if asksNamespace { return hand(over: Array((loaded.configuration.global.networkNamespace ?? "").utf8)) }
    for diagnostic in loaded.diagnostics { report(diagnostic) }
    guard !loaded.hasErrors else { return .configuration }
    var ending = hand(over: bundle.encoded())
    let commands = CommandTable(loaded.configuration)
    if ending == .success, !commands.isEmpty { ending = hand(over: commands.encoded, to: .commands) }
    let hasStartupScript = loaded.configuration.global.startupScript != nil
    return ending == .success && hasStartupScript ? .loadedWithStartupScript : ending
  }

  private func hand(over bytes: [UInt8], to descriptor: InheritedDescriptor = .bundle) -> ControlModel.ExitCode {
    do {
      let file = try Inherited.take(descriptor.rawValue)
      let number = file.rawValue
      try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
        try MemoryFile.writeAll(UnsafeRawBufferPointer(buffer), to: number)
      }
      try MemoryFile.seal(number, [.write, .grow, .shrink])
      return .success
    } catch {
      report(.critical, "\(error)")
      return .failure
    }
  }

  /// One line for the log; the excerpt is for `martlet check`.
  private func report(_ diagnostic: Diagnostic) {
    let severity: ControlModel.Severity =
      switch diagnostic.severity {
      case .error: .error
      case .warning: .warning
      case .note: .info
      }
    var text = diagnostic.range.map { "\($0.path):\($0.line):\($0.column): " } ?? ""
    text += "\(diagnostic.severity.word): \(diagnostic.message) [\(diagnostic.id)]"
    if let suggestion = diagnostic.suggestion { text += "; \(suggestion)" }
    report(severity, text)
  }

  private func report(_ severity: ControlModel.Severity, _ text: String) {
    printError("<\(severity.rawValue)>\(text.printable())\n")
  }
}
