import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem
import PrintableText

/// martlet called by the name `keepalived`: the same service with keepalived's command line.
struct KeepalivedCommand {
  let arguments: [String]

  /// keepalived's exit codes, where martlet has a counterpart.
  private enum Code {
    static let wrongUsage: Int32 = 1
    static let cannotRun: Int32 = 4
    static let wouldRunWithErrors: Int32 = 5
    static let wouldRunScriptsUnsafely: Int32 = 6
  }

  func run() -> Int32 {
    let options: KeepalivedOptions
    do {
      options = try KeepalivedOptions(arguments)
    } catch {
      printError("keepalived: \(error.message.printable())\n")
      printError(Self.usage)
      return Code.wrongUsage
    }
    if options.showsHelp {
      printOut(Self.usage)
      return 0
    }
    if options.showsVersion {
      printError("\(Version.line), in the place of keepalived\n")
      return 0
    }
    if let name = options.signal { return printSignal(name) }
    if let log = options.configurationTest { return test(options, log: log) }
    return serve(options)
  }

  private func printSignal(_ name: String) -> Int32 {
    // keepalived's signal numbers; martlet acts on the first two and ignores the others.
    let numbers: [String: Int32] = [
      "STOP": 15, "RELOAD": 1, "DATA": 10, "STATS": 12, "STATS_CLEAR": 63, "JSON": 36,
    ]
    guard let number = numbers[name] else {
      printError("keepalived: unknown signal function \(name.printable())\n")
      return Code.wrongUsage
    }
    printOut("\(number)\n")
    return 0
  }

  private func test(_ options: KeepalivedOptions, log: String?) -> Int32 {
    var reading = ConfigurationReading(path: options.file, configurationID: options.configurationID)
    reading.requiresIncludes = options.requiresIncludes
    let loaded = reading.performWithAudit()
    let text = DiagnosticRenderer().render(loaded.diagnostics)
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW
    if let log, let file = try? FileDescriptor.open(log, flags: flags, mode: 0o600) {
      writeAll(Array(text.utf8)[...], to: file.rawValue)
    } else {
      printError(text)
    }
    if loaded.hasErrors { return Code.cannotRun }
    return Self.code(ofWarnings: loaded.diagnostics.filter { $0.severity == .warning }.map(\.id))
  }

  /// Warnings for which keepalived ends with 0: keywords that martlet does not have or leaves to others, and advice about things that
  /// keepalived does silently.
  private static let advice: Set<String> = [
    "not-yet", "not-managed", "unreachable-addresses", "include-missing", "duplicate-address", "comment-in-password",
    "typographic-quote", "version-for-ipv6", "sync-group-state", "unused-script", "comment-before-backslash",
    "owner-ignore-adverts", "route-time", "link-delay", "random-range",
  ]

  /// keepalived's exit code for warnings.
  private static func code(ofWarnings ids: [String]) -> Int32 {
    let faults = Set(ids).subtracting(advice)
    if faults.isEmpty { return 0 }
    let isOnlyUnsafe = faults.isSubset(of: ["script-security", "script-writable"])
    return isOnlyUnsafe ? Code.wouldRunScriptsUnsafely : Code.wouldRunWithErrors
  }

  private func serve(_ options: KeepalivedOptions) -> Int32 {
    // Process 1 of a container stays in the foreground: the container would end with it.
    guard options.staysInForeground || getpid() == 1 else { return Background(arguments: arguments).start() }
    if let mask = options.umask { _ = umask(mask) }
    var service = SupervisorOptions(
      configurationPath: ConfigurationReading.absolute(options.file), configurationID: options.configurationID,
      runtimeDirectory: Self.runtimeDirectory(of: options))
    service.commandLine = .keepalived
    service.pidFile = options.pidFile
    service.furtherPIDFiles = options.allFurtherPIDFiles
    service.logFile = options.logFile.map(ConfigurationReading.absolute)
    service.requiresIncludes = options.requiresIncludes
    service.reportsReadiness = ProcessEnvironment.current[InheritedDescriptor.readinessVariable] != nil
    service.notes = options.notes
    service.scriptMask = options.umask
    service.program = "\(Version.line), in the place of keepalived,"
    if options.chosenPIDFile == nil, let namespace = options.namespace { Self.makePIDFolder(of: namespace) }
    return Service(service, namespace: options.namespace).run()
  }

  /// Makes the folder of PID files as keepalived does. An error shows when the file is written.
  private static func makePIDFolder(of namespace: String) {
    for folder in ["/run/keepalived", "/run/keepalived/\(namespace)"] { _ = mkdir(folder, 0o755) }
  }

  /// Runtime directory: services with different PID files, as keepalived's have, or in different network namespaces have one each.
  static func runtimeDirectory(of options: KeepalivedOptions) -> String {
    let usual = SupervisorOptions.usualRuntimeDirectory
    if options.chosenPIDFile == nil, let namespace = options.namespace { return "\(usual)-\(namespace)" }
    let name = options.pidFile.split(separator: "/").last ?? ""
    let stem = name.hasSuffix(".pid") ? name.dropLast(4) : name
    return stem == "keepalived" || stem.isEmpty ? usual : "\(usual)-\(stem)"
  }

  static let usage: String = {
    var text = "Usage: keepalived [OPTION...]   (this is \(Version.line))\n"
    for option in KeepalivedOptions.table {
      var line = option.short.map { "  -\($0), " } ?? "      "
      line += "--\(option.long)"
      switch option.value {
      case .never: break
      case .always: line += "=VALUE"
      case .attached: line += "[=VALUE]"
      }
      text += line.padded(to: 34) + option.explanation + "\n"
    }
    return text
  }()
}

extension KeepalivedOptions.Option {
  fileprivate var explanation: String {
    switch meaning {
    case .file: "the configuration (/etc/keepalived/keepalived.conf)"
    case .stayInForeground: "stay in the foreground"
    case .pidFile: "where the process number goes (\(KeepalivedOptions.usualPIDFile))"
    case .furtherPIDFile: "where it goes as well"
    case .logFile: "log to a file too (\(KeepalivedOptions.usualLogFile)); rotate it by copytruncate"
    case .requiresIncludes: "an include that finds no file is an error"
    case .virtualRouters: "run the virtual routers, as without it"
    case .virtualServers: "refused: martlet has no virtual servers"
    case .configurationID: "what lines that begin with @ are compared with"
    case .configurationTest: "only check the configuration"
    case .namespace: "run in this network namespace"
    case .umask: "file creation mask"
    case .version: "print the version"
    case .help: "print this help"
    case .signalNumber:
      "print the number of the signal that keepalived takes for STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON"
    case .needless(let why), .missing(let why): "without effect: \(why)"
    case .refused(let why): "refused: \(why)"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    count >= width ? self + " " : self + String(repeating: " ", count: width - count)
  }
}
