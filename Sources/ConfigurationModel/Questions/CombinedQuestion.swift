import HealthCore
import VRRPCore

/// `any`, `all` and `at_least`: what several checks, files, interfaces and sessions come to. It is asked again whenever one of them changes.
package struct CombinedQuestion: Sendable, Hashable {
  /// Kinds of members. A file is up while its number is 0, as where it is tracked with weight 0.
  package static let kinds: [TrackerKind] = [.probe, .script, .process, .file, .interface, .bfd]

  /// Number of members that must be up.
  package var combination: Combination
  /// The checks, each of one of the ``kinds``, in the order of the file.
  package var members: [TrackerName]

  /// A question from its parts.
  package init(_ combination: Combination, of members: [TrackerName]) {
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
  /// Members of a combination; empty for any other question.
  package var members: [TrackerName] {
    if case .combination(let question) = self { question.members } else { [] }
  }
}
