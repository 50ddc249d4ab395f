import HealthCore

/// `any`, `all` and `at_least`: what several checks, files, interfaces and sessions come to. It is asked again whenever one of them changes.
public struct CombinedQuestion: Sendable, Hashable {
  /// A check by its kind and name.
  public struct Member: Sendable, Hashable, CustomStringConvertible {
    /// One of ``CombinedQuestion/kinds``.
    public var kind: TrackerKind
    /// Its name.
    public var name: String

    /// A member of the given kind and name.
    public init(_ kind: TrackerKind, _ name: String) {
      self.kind = kind
      self.name = name
    }

    /// As the file says it.
    public var description: String { "\(kind.label) \(name)" }
  }

  /// What can be a member. A file is up while its number is 0, as where it is tracked with weight 0.
  public static let kinds: [TrackerKind] = [.probe, .script, .process, .file, .interface, .bfd]

  /// How many must be up.
  public var combination: Combination
  /// The checks, in the order of the file.
  public var members: [Member]

  /// A question from its parts.
  public init(_ combination: Combination, of members: [Member]) {
    self.combination = combination
    self.members = members
  }
}

extension CombinedQuestion.Member: ImageRecord {
  static var blank: Self { Self(.script, "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&kind)
    try field(&name)
  }
}

extension CombinedQuestion: ImageRecord {
  static var blank: Self { Self(.any, of: []) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&combination)
    try field(&members)
  }
}

extension ProbeQuestion {
  /// What it is made of; nothing unless it is a combination.
  public var members: [CombinedQuestion.Member] {
    if case .combination(let question) = self { question.members } else { [] }
  }
}

/// What keeps a verdict from changing too often or from being too old: `damp` and `verdict_expiry`.
public struct CheckSteadiness: Sendable, Hashable {
  /// When it is held down; `nil` for never.
  public var damping: FlapDamping.Limits?
  /// When it is stale; `nil` for never.
  public var expiry: VerdictExpiry?

  /// Nothing.
  public init() {}
}

extension CheckSteadiness: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&damping)
    try field(&expiry)
  }
}
