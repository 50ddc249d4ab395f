import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import LinuxSystem
import PrintableText
import Prober

/// The loader: reads and checks the configuration once, hands over everything it read, and ends.
///
/// It is a process of its own, so that a harmful file cannot end the supervisor or the running engine.
struct LoaderProcess {
  private let arguments: [String]

  init(arguments: [String]) {
    self.arguments = arguments
  }

  func run() -> ControlModel.ExitCode {
    var configurationID: String?
    var asksNamespace = false
    var reload: String?
    var requiresIncludes = false
    var scriptMask: UInt32?
    var rest = arguments[...]
    while let option = rest.first, option != "--" {
      let value = rest.dropFirst().first
      if option == "--config-id" { configurationID = value }
      if option == "--answer" { asksNamespace = value == "namespace" }
      if option == "--reload" { reload = value }
      if option == "--includes" { requiresIncludes = value == "required" }
      if option == "--script-mask" { scriptMask = value.flatMap(UInt32.init) }
      rest = rest.dropFirst(2)
    }
    guard let path = rest.dropFirst().first else {
      report(.critical, "the loader was started without a file")
      return .usage
    }
    var reading = ConfigurationReading(path: path, configurationID: configurationID)
    reading.requiresIncludes = requiresIncludes
    let (loaded, bundle) = reading.perform()
    if asksNamespace { return hand(over: Array((loaded.configuration.global.networkNamespace ?? "").utf8)) }
    guard approve(loaded, reload: reload) else { return .configuration }
    var ending = hand(
      over: ConfigurationBundle.bytes(
        image: ConfigurationImage.encode(loaded.configuration), sources: bundle.encoded()))
    var commands = CommandTable(loaded.configuration)
    if let scriptMask { commands.mask = scriptMask }
    if ending == .success, !commands.isEmpty { ending = hand(over: commands.encoded, to: .commands) }
    let hasStartupScript = loaded.configuration.global.startupScript != nil
    return ending == .success && hasStartupScript ? .loadedWithStartupScript : ending
  }

  /// Logs the findings, and for a reload the changes; true when the configuration may be run.
  /// - Parameter reload: Kind of reload; `nil` at a start.
  private func approve(_ loaded: LoadedConfiguration, reload: String?) -> Bool {
    guard let reload, let served = configurationInForce() else {
      for diagnostic in loaded.diagnostics { report(diagnostic) }
      if !loaded.hasErrors, loaded.configuration.routers.isEmpty {
        report(.warning, "the configuration has no virtual router, so no address is served")
      }
      return !loaded.hasErrors
    }
    guard !loaded.hasErrors else {
      for diagnostic in loaded.diagnostics { report(diagnostic) }
      send(report: ReloadJudgement.report(of: loaded))
      return false
    }
    let judgement = ReloadJudgement(from: served, to: loaded, allowsEmpty: reload == "allow-empty")
    for diagnostic in judgement.newFindings { report(diagnostic) }
    send(report: judgement.report)
    if let refusal = judgement.refusal {
      report(.error, refusal)
      return false
    }
    for change in judgement.changes { report(.notice, change) }
    return true
  }

  /// The running configuration; `nil` if it cannot be read, so that there is nothing to compare with.
  private func configurationInForce() -> LoadedConfiguration? {
    guard let file = try? Inherited.take(InheritedDescriptor.bundleInForce.rawValue) else { return nil }
    let number = file.rawValue
    guard let size = try? MemoryFile.size(of: number),
      let sources = try? ConfigurationBundle(read: { try MemoryFile.read(number, $0) }).sources(size: size),
      let bundle = try? SourceBundle(decoding: sources)
    else { return nil }
    return ConfigurationLoader.load(bundle: bundle)
  }

  /// Sends the report to the client that asked for the reload, if there is one. Failure does not matter.
  private func send(report text: String) {
    guard let file = try? Inherited.take(InheritedDescriptor.reloadReport.rawValue) else { return }
    var text = text
    text.withUTF8 { try? MemoryFile.writeAll(UnsafeRawBufferPointer($0), to: file.rawValue) }
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

  /// Logs a finding in one line; excerpts are for `martlet check`.
  private func report(_ diagnostic: Diagnostic) {
    let severity: ControlModel.Severity =
      switch diagnostic.severity {
      case .error: .error
      case .warning: .warning
      case .note: .info
      }
    var text = diagnostic.range.map { "\($0.path):\($0.line):\($0.column): " } ?? ""
    text += "\(diagnostic.message) [\(diagnostic.id)]"
    if let suggestion = diagnostic.suggestion { text += "; \(suggestion)" }
    report(severity, text)
  }

  private func report(_ severity: ControlModel.Severity, _ text: String) {
    printError("<\(severity.rawValue)>\(text.printable())\n")
  }
}
