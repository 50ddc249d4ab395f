import ConfigurationSyntax

/// What a finding's id stands for: what `martlet check --explain` prints, and SARIF carries.
public struct Rule: Sendable, Hashable {
  /// What sort of fault it finds.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The text cannot be read as it stands.
    case syntax
    /// What the text says cannot be, or comes to something else than it seems to.
    case meaning
    /// The text means what it says, and there is a better way.
    case lint
    /// The host does not have what the text asks for.
    case host
    /// Two hosts do not go together.
    case comparison
  }

  /// Lines that break the rule, and lines in their place that do not.
  public struct Example: Sendable, Hashable {
    /// Where the lines stand.
    public enum Setting: String, Sendable, Hashable {
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

    /// Where the lines stand.
    public var setting: Setting
    /// Lines that break the rule.
    public var wrong: String
    /// Lines that keep it.
    public var right: String
    /// What the first host has, where two are compared.
    public var first = ""
  }

  /// The stable name, as `unknown-keyword`.
  public let id: String
  /// What sort of fault it finds.
  public let kind: Kind
  /// How bad the fault is, at its worst.
  public let severity: Severity
  /// The fault in one sentence without a full stop.
  public let title: String
  /// Why it is a fault, what martlet and keepalived make of it, and what to do.
  public let explanation: String
  /// An example, where a few lines can show the fault.
  public let example: Example?
  /// What to write instead, for a finding that does not say it itself.
  public let remedy: String?

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
  public static let all: [Rule] = groups.flatMap { $0 }.sorted { $0.id < $1.id }

  private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

  /// The rule of an id.
  public static func find(_ id: String) -> Rule? { byID[id] }

  /// The rule's page as text.
  public var page: String {
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
