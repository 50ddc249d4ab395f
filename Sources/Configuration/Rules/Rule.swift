import ConfigurationSyntax

/// The page of a finding's id: `martlet check --explain` prints it, and SARIF carries it.
package struct Rule: Sendable, Hashable {
  /// Kind of fault.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The text cannot be read as it stands.
    case syntax
    /// The text asks for something impossible, or means something else than it seems to.
    case meaning
    /// The text means what it says, and there is a better way.
    case lint
    /// The host lacks something that the text asks for.
    case host
    /// Two hosts do not go together.
    case comparison
  }

  /// Lines that break the rule, and corrected lines.
  package struct Example: Sendable, Hashable {
    /// Surroundings of the lines.
    package enum Setting: String, Sendable, Hashable {
      case file = "a file"
      case global = "global_defs"
      case instance = "vrrp_instance"
      case addresses = "virtual_ipaddress"
      case routes = "virtual_routes"
      case rules = "virtual_rules"
      case script = "vrrp_script"
      case session = "bfd_instance"
      case otherHost = "vrrp_instance, on the other host"
    }

    package var setting: Setting
    /// Lines that break the rule.
    package var wrong: String
    /// Lines that keep the rule.
    package var right: String
    /// The first host's lines, where two hosts are compared.
    package var first = ""
  }

  /// The stable name, such as `unknown-keyword`.
  package let id: String
  package let kind: Kind
  /// The worst severity of its findings.
  package let severity: Severity
  /// The fault in one sentence without a full stop.
  package let title: String
  /// The reason, the effect in martlet and keepalived, and the remedy.
  package let explanation: String
  /// An example; `nil` where a few lines cannot show the fault.
  package let example: Example?
  /// The suggestion of a finding that has none of its own.
  package let remedy: String?

  init(
    _ id: String, _ kind: Kind, _ severity: Severity, _ title: String, _ explanation: String, _ example: Example? = nil,
    remedy: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.severity = severity
    self.title = title
    self.explanation = explanation
    self.example = example
    self.remedy = remedy
  }

  private static let groups = [
    instances, elections, strictMode, authentication, signatures, addresses, virtualMACs, unicast, syncGroups, trackers,
    scripts, probes, sessions, filesAndProcesses, interfaces, values, syntax, kernelEntries, servers, hosts, services,
    pairs,
  ]

  /// Every rule, in the order of their ids.
  package static let all: [Rule] = groups.flatMap { $0 }.sorted { $0.id < $1.id }

  private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

  /// The rule of an id.
  package static func find(_ id: String) -> Rule? { byID[id] }

  /// The rule's page as text.
  package var page: String {
    var text = "\(id): \(title)\n\n\(TextColumns.wrapped(explanation, width: 80).joined(separator: "\n"))\n"
    if let example {
      if !example.first.isEmpty { text += "\nThe first host has, in vrrp_instance:\n\n\(Self.indented(example.first))" }
      text += "\nWrong, in \(example.setting.rawValue):\n\n\(Self.indented(example.wrong))"
      text += "\nRight:\n\n\(Self.indented(example.right))"
    }
    text += "\nKind: \(kind.rawValue). Severity: \(severity.word)\(severity == .note ? "" : " at most").\n"
    return text
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }
}

extension Rule.Example {
  static func file(_ wrong: String, _ right: String) -> Self { Self(setting: .file, wrong: wrong, right: right) }
  static func global(_ wrong: String, _ right: String) -> Self { Self(setting: .global, wrong: wrong, right: right) }
  static func instance(_ wrong: String, _ right: String) -> Self {
    Self(setting: .instance, wrong: wrong, right: right)
  }
  static func address(_ wrong: String, _ right: String) -> Self {
    Self(setting: .addresses, wrong: wrong, right: right)
  }
  static func route(_ wrong: String, _ right: String) -> Self { Self(setting: .routes, wrong: wrong, right: right) }
  static func rule(_ wrong: String, _ right: String) -> Self { Self(setting: .rules, wrong: wrong, right: right) }
  static func script(_ wrong: String, _ right: String) -> Self { Self(setting: .script, wrong: wrong, right: right) }
  static func session(_ wrong: String, _ right: String) -> Self { Self(setting: .session, wrong: wrong, right: right) }
  static func pair(_ first: String, wrong: String, right: String) -> Self {
    Self(setting: .otherHost, wrong: wrong, right: right, first: first)
  }
}
