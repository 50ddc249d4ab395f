import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import LinuxSystem
import PrintableText

/// `martlet check`: reads each file, compares them, and checks this host if asked to.
struct ConfigurationCheck {
  let files: [CheckedFile]
  var looksAtHost = false
  /// The service that the files are checked against; `nil` for none.
  var service: InstalledService?

  init(files: [CheckedFile]) {
    self.files = files
  }

  /// Applies all fixes; false if a file could not be written, which has been reported.
  func fix() -> Bool {
    var areWritten = true
    for file in files {
      let outcome = ConfigurationFixer.fix(file.source, files: DiskSourceFiles())
      for (path, contents) in outcome.files.sorted(by: { $0.key < $1.key }) {
        do throws(FileReplacementError) {
          try FileReplacement.replace(path, expecting: contents.before, with: contents.after)
          printError("\(path.printable()): fixed\n")
        } catch {
          printError("martlet: \(error.description.printable())\n")
          areWritten = false
        }
      }
    }
    return areWritten
  }

  /// Reads all files and returns the findings.
  func perform() -> CheckReport {
    let sources = ReadPaths()
    let loaded = ConfigurationLoader.load(hosts: files.map(\.source), files: sources)
    var findings: [Diagnostic] = []
    for (file, host) in zip(files, loaded.hosts) {
      var audit =
        looksAtHost
        ? ConfigurationReading.fileFindings(of: host)
          + HostAudit.diagnostics(of: host, on: service?.host ?? ThisHost()) : []
      audit += service?.findings(of: host, path: file.path, sources: Array(sources.paths)) ?? []
      findings += Self.inOrder(host.diagnostics + audit)
    }
    // A file that is read for two hosts gives most of its findings twice.
    var seen: Set<Diagnostic> = []
    return CheckReport(
      files: files, isComparison: loaded.hasCommonRouters,
      findings: (findings + loaded.comparison).filter { seen.insert($0).inserted })
  }

  /// Findings by file in the order of reading, then by place; findings without a place come last.
  private static func inOrder(_ findings: [Diagnostic]) -> [Diagnostic] {
    var numbers: [String: Int] = [:]
    for path in findings.compactMap(\.range?.path) where numbers[path] == nil { numbers[path] = numbers.count }
    return findings.enumerated().sorted { left, right in
      guard let first = left.element.range, let second = right.element.range else {
        return (left.element.range == nil ? 1 : 0, left.offset) < (right.element.range == nil ? 1 : 0, right.offset)
      }
      return (numbers[first.path] ?? 0, first.line, first.column, left.offset)
        < (numbers[second.path] ?? 0, second.line, second.column, right.offset)
    }.map(\.element)
  }
}
