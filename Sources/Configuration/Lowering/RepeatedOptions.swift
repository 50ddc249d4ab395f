import ConfigurationModel
import ConfigurationSyntax

/// The options of a line so far, so that repetitions are reported: the last one counts, as for keepalived.
struct RepeatedOptions {
  private var known: [String: (option: Word, value: Word?)] = [:]

  /// Place of an earlier option with this meaning.
  func earlier(_ meaning: String) -> SourceSpan? { known[meaning]?.option.span }

  /// Records an option with its value, and reports an earlier one that it replaces.
  ///
  /// - Parameter meaning: The name of one of the options with the same meaning.
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
