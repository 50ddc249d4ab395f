import ArgumentParser
import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import LinuxSystem
import PrintableText
import ServiceUnit

/// `martlet check`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check configuration files, alone and as hosts of one cluster.",
    discussion: """
      One file is also checked against this host: interfaces, users, scripts, who can read its passwords; and against martlet.service \
      with its drop-ins, if that is installed: what the service may not do is an error. A missing interface is an error, \
      since the service would not start; --no-host is for a file of another host. Several files are compared \
      as hosts: the routers that they have in common must have the same number, addresses, version, interval and \
      authentication, distinct priorities, and each other as unicast peers.

      FILE@ID reads a file with its @ID lines, so that 'keepalived.conf@left keepalived.conf@right' are the two halves of \
      one file; -i is for the files without an ID of their own. A file that has an @ in its name is named as it is.

      Ends with 0 if there is no error, 1 for warnings with --strict or a fix that could not be written, 2 for errors, 64 for a \
      wrong command line.
      """)

  @Flag(help: "End with 1 if there are warnings.")
  var strict = false

  @Flag(help: "Apply the fixes of the findings, and report what is left. A second run changes nothing.")
  var fix = false

  @Option(help: "Output format: text on standard error; json or sarif (2.1.0) on standard output.")
  var format = CheckFormat.text

  @Flag(
    inversion: .prefixedNo,
    help: "Check that this host has what a file asks for. (default: for one file yes, for several no)")
  var host: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Check a file against the installed martlet.service. (default: as for --host)")
  var service: Bool?

  @Option(help: "Check a file against this unit file and its drop-ins.")
  var unit: String?

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "Identifier for lines that begin with @; the host's name if not given.")
  var configurationID: String?

  @Option(name: .customLong("explain"), help: "Explain the rule of this id, which stands in brackets after a finding.")
  var explainedRule: String?

  @Flag(name: .customLong("rules"), help: "List all rules.")
  var listsRules = false

  @Argument(help: "Configuration files, as FILE or FILE@ID.")
  var files: [String] = []

  func validate() throws {
    if files.isEmpty, explainedRule == nil, !listsRules {
      throw ValidationError("Name at least one configuration file.")
    }
    if let explainedRule, Rule.find(explainedRule) == nil {
      let nearest = Spelling.nearest(to: explainedRule, in: Rule.all.map(\.id))
      throw ValidationError(
        "There is no rule \(explainedRule)\(nearest.map { "; did you mean \($0)?" } ?? "; --rules lists all").")
    }
  }

  func run() throws {
    if let rule = explainedRule.flatMap(Rule.find) {
      printOut(rule.page)
      return
    }
    guard !listsRules else {
      for rule in Rule.all { printOut("\(rule.id): \(rule.title)\n") }
      return
    }
    var check = ConfigurationCheck(files: files.map { CheckedFile($0, configurationID: configurationID) })
    check.looksAtHost = host ?? (files.count == 1)
    check.service = try judgedService(check.looksAtHost)
    let areWritten = fix ? check.fix() : true
    let report = check.perform()
    report.write(format)
    let code = report.exitCode(strict: strict)
    throw ArgumentParser.ExitCode((code == .success && !areWritten ? .failure : code).rawValue)
  }
}

extension CheckCommand {
  /// The service whose unit a file is checked against; `nil` for none.
  private func judgedService(_ isUsual: Bool) throws -> InstalledService? {
    if let unit {
      do throws(SourceFileError) {
        return try InstalledService(reading: unit)
      } catch {
        printError("martlet: \("\(unit) \(error.reason)".printable())\n")
        throw ArgumentParser.ExitCode.failure
      }
    }
    guard service ?? isUsual else { return nil }
    let installed = InstalledService()
    if installed == nil, service == true {
      printError("martlet: no \(ServiceUnit.name) is installed here, so no file is checked against it\n")
    }
    return installed
  }
}

/// Output format of findings.
enum CheckFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, sarif
}
