import ConfigurationModel
import ConfigurationSyntax

/// The options that a line has had, so that a second one of a kind is told: of two the last one counts, as for keepalived.
struct RepeatedOptions {
  private var known: [String: (option: Word, value: Word?)] = [:]

  /// Where an option of this meaning stands already.
  func earlier(_ meaning: String) -> SourceSpan? { known[meaning]?.option.span }

  /// Notes an option with its value and tells of an earlier one that it replaces.
  ///
  /// - Parameter meaning: What options of one meaning have in common: the name of one of them.
  mutating func note(_ option: Word, as meaning: String, value: Word?, _ lowering: Lowering) {
    if let earlier = known[meaning] {
      let changes = earlier.value.map { [TextChange.remove(earlier.option.span, through: $0.span)] } ?? []
      lowering.diagnostics.report(
        .warning, "option-twice", "\(earlier.option.text) stands on this line already; what stands here counts",
        at: option.span, notes: [("the first one is here", earlier.option.span)], suggestion: "take the first one out",
        changes: changes)
    }
    known[meaning] = (option, value)
  }
}
