import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax

/// A newly read configuration as the successor of the one in force: whether a reload may take it, and what it changes.
///
/// A service that starts takes what keepalived takes. One that runs has addresses to lose: a file that an editor, a full disk or an
/// interrupted copy has left empty or broken must not take them away.
struct ReloadJudgement {
  private let served: LoadedConfiguration
  private let loaded: LoadedConfiguration
  private let difference: ConfigurationDifference
  /// Why the reload is refused; `nil` if it is not.
  let refusal: String?

  /// Lines of a difference that are logged; of more only the number is.
  private static let mostLines = 50

  /// - Parameter allowsEmpty: Whether a file that leaves nothing of what is served is what was meant.
  init(from served: LoadedConfiguration, to loaded: LoadedConfiguration, allowsEmpty: Bool) {
    self.served = served
    self.loaded = loaded
    difference = ConfigurationDifference(from: served.configuration, to: loaded.configuration)
    refusal = Self.damage(served, loaded) ?? (allowsEmpty ? nil : Self.loss(served.configuration, loaded, difference))
  }

  /// What the configuration in force has and this one has nothing of.
  private static func loss(
    _ served: Configuration, _ loaded: LoadedConfiguration, _ difference: ConfigurationDifference
  ) -> String? {
    let named = difference.items.filter { !$0.name.isEmpty }
    let what: String
    if !served.routers.isEmpty, loaded.configuration.routers.isEmpty {
      let count = served.routers.count
      what = "the file has no virtual router, and \(count == 1 ? "one is" : "\(count) are") in force"
    } else if !named.isEmpty, named.allSatisfy({ $0.fate == .removed }) {
      what = "the file has nothing of what is in force"
    } else {
      return nil
    }
    return "\(what); if that is meant: martlet reload --allow-empty"
  }

  /// The first sign of a damaged file that the one in force does not have.
  private static func damage(_ served: LoadedConfiguration, _ loaded: LoadedConfiguration) -> String? {
    let known = Set(served.diagnostics.map(Remark.init))
    let sign = loaded.diagnostics.first { isSignOfDamage($0) && !known.contains(Remark($0)) }
    return sign.map { finding in
      let place = finding.range.map { "\($0.path):\($0.line):\($0.column): " } ?? ""
      return "\(place)\(finding.message) [\(finding.id)]; a start takes that as keepalived does, a reload does not"
    }
  }

  /// Whether a finding says that lines stand where no block is, or that braces do not match.
  private static func isSignOfDamage(_ finding: Diagnostic) -> Bool {
    switch finding.id {
    case "extra-brace", "missing-closing-brace": true
    case "unknown-keyword", "misplaced-keyword": finding.message.contains(" outside all blocks")
    default: false
    }
  }

  /// A finding wherever it stands.
  private struct Remark: Hashable {
    var id: String
    var message: String

    init(_ finding: Diagnostic) {
      id = finding.id
      message = finding.message
    }
  }

  /// The findings that the configuration in force does not have: the others are in the log since it was read.
  var newFindings: [Diagnostic] {
    let known = Set(served.diagnostics.map(Remark.init))
    return loaded.diagnostics.filter { $0.severity == .error || !known.contains(Remark($0)) }
  }

  /// What the reload changes, one line for each thing.
  var changes: [String] {
    let lines = difference.lines
    guard !lines.isEmpty else { return ["reload: the configuration is the same as before"] }
    let more = lines.count - Self.mostLines
    return lines.prefix(Self.mostLines).map { "reload: " + $0 } + (more > 0 ? ["reload: and \(more) changes more"] : [])
  }

  /// What whoever asked for the reload is told: all findings, then what `martlet config diff` says.
  var report: String { Self.report(of: loaded) + difference.text }

  /// All findings of a configuration, as `martlet check` shows them, with the interfaces that the new engine will miss.
  static func report(of loaded: LoadedConfiguration) -> String {
    let absent = HostAudit.diagnostics(of: loaded, on: ThisHost()).filter { $0.id == "interface-absent" }
    return DiagnosticRenderer().render(loaded.diagnostics + absent)
  }
}
