import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax

/// Judgement of a newly read configuration as successor of the running one: whether a reload may take it, and its changes.
/// A starting service accepts what keepalived accepts. A running one has addresses to lose: a file left empty or broken by an editor,
/// a full disk or an interrupted copy must not take them away.
struct ReloadJudgement {
  private let served: LoadedConfiguration
  private let loaded: LoadedConfiguration
  private let difference: ConfigurationDifference
  /// Reason why the reload is refused; `nil` if it is allowed.
  let refusal: String?

  /// Most lines of a difference that are logged; beyond that only their number is.
  private static let mostLines = 50

  /// - Parameter allowsEmpty: True when a file may leave nothing of what is served.
  init(from served: LoadedConfiguration, to loaded: LoadedConfiguration, allowsEmpty: Bool) {
    self.served = served
    self.loaded = loaded
    difference = ConfigurationDifference(from: served.configuration, to: loaded.configuration)
    refusal = Self.damage(served, loaded) ?? (allowsEmpty ? nil : Self.loss(served.configuration, loaded, difference))
  }

  /// The kind of item that the running configuration has and the new one has none of, as text; `nil` for none.
  private static func loss(
    _ served: Configuration, _ loaded: LoadedConfiguration, _ difference: ConfigurationDifference
  ) -> String? {
    let named = difference.items.filter { !$0.name.isEmpty }
    let what: String
    if !served.routers.isEmpty, loaded.configuration.routers.isEmpty {
      let count = served.routers.count
      what = "the file has no virtual router, and \(count == 1 ? "one is" : "\(count) are") in force"
    } else if !named.isEmpty, named.allSatisfy({ $0.fate == .removed }) {
      what = "the file has nothing of the running configuration"
    } else {
      return nil
    }
    return "\(what); if that is intended: martlet reload --allow-empty"
  }

  /// The first sign of a damaged file that the running configuration does not have.
  private static func damage(_ served: LoadedConfiguration, _ loaded: LoadedConfiguration) -> String? {
    let known = Set(served.diagnostics.map(Remark.init))
    let sign = loaded.diagnostics.first { isSignOfDamage($0) && !known.contains(Remark($0)) }
    return sign.map { finding in
      let place = finding.range.map { "\($0.path):\($0.line):\($0.column): " } ?? ""
      return "\(place)\(finding.message) [\(finding.id)]; a start accepts this as keepalived does, a reload does not"
    }
  }

  /// True when a finding reports lines outside all blocks, or braces that do not match.
  private static func isSignOfDamage(_ finding: Diagnostic) -> Bool {
    switch finding.id {
    case "extra-brace", "missing-closing-brace": true
    case "unknown-keyword", "misplaced-keyword": finding.message.contains(" outside all blocks")
    default: false
    }
  }

  /// A finding without its place.
  private struct Remark: Hashable {
    var id: String
    var message: String

    init(_ finding: Diagnostic) {
      id = finding.id
      message = finding.message
    }
  }

  /// The new findings: the others have been logged since the running configuration was read.
  var newFindings: [Diagnostic] {
    let known = Set(served.diagnostics.map(Remark.init))
    return loaded.diagnostics.filter { $0.severity == .error || !known.contains(Remark($0)) }
  }

  /// The changes of the reload, one line for each item.
  var changes: [String] {
    let lines = difference.lines
    guard !lines.isEmpty else { return ["reload: the configuration is the same as before"] }
    let more = lines.count - Self.mostLines
    return lines.prefix(Self.mostLines).map { "reload: " + $0 } + (more > 0 ? ["reload: and \(more) more changes"] : [])
  }

  /// The report for the client that asked for the reload: all findings, then the output of `martlet config diff`.
  var report: String { Self.report(of: loaded) + difference.text }

  /// All findings of a configuration, as `martlet check` shows them, with the interfaces that the new engine will miss.
  static func report(of loaded: LoadedConfiguration) -> String {
    let absent = HostAudit.diagnostics(of: loaded, on: ThisHost()).filter { $0.id == "interface-absent" }
    return DiagnosticRenderer().render(loaded.diagnostics + absent)
  }
}
