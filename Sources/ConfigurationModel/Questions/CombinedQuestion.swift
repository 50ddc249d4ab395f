import HealthCore
import VRRPCore

/// `any`, `all` and `at_least`: what several checks, files, interfaces and sessions come to. It is asked again whenever one of them changes.
public struct CombinedQuestion: Sendable, Hashable {
  /// What can be a member. A file is up while its number is 0, as where it is tracked with weight 0.
  public static let kinds: [TrackerKind] = [.probe, .script, .process, .file, .interface, .bfd]

  /// How many must be up.
  public var combination: Combination
  /// The checks, each of one of the ``kinds``, in the order of the file.
  public var members: [TrackerName]

  /// A question from its parts.
  public init(_ combination: Combination, of members: [TrackerName]) {
    self.combination = combination
    self.members = members
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
  public var members: [TrackerName] {
    if case .combination(let question) = self { question.members } else { [] }
  }
}
