import ConfigurationSyntax

/// keepalived looks for an interface while it reads its name, before it makes those of its virtual MAC addresses.
enum OwnLinkNamed: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    guard !lowering.global.allowsMissingInterfaces else { return }
    let made = lowering.madeInterfaces
    guard !made.isEmpty else { return }
    let uses = lowering.interfaces.merging(lowering.awaitedInterfaces, uniquingKeysWith: earlier)
      .merging(lowering.pacedInterfaces, uniquingKeysWith: earlier)
    report(uses, made, "keepalived does not start with it, as it makes the interface later", lowering)
    report(
      lowering.delayedInterfaces.filter { uses[$0.key] == nil }, made,
      "keepalived ignores its delays, as it makes the interface later", lowering)
  }

  private static func report(
    _ uses: [String: SourceSpan], _ made: Set<String>, _ result: String, _ lowering: Lowering
  ) {
    let named = uses.filter { made.contains($0.key) }.sorted { isEarlier($0.value, $1.value) }
    for (name, span) in named {
      lowering.diagnostics.report(
        .note, "own-link-named", "martlet makes the interface \(name) itself; \(result)", at: span,
        suggestion: "write dynamic_interfaces in global_defs if keepalived is to read this file too")
    }
  }

  private static func isEarlier(_ left: SourceSpan, _ right: SourceSpan) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }

  private static func earlier(_ left: SourceSpan, _ right: SourceSpan) -> SourceSpan {
    isEarlier(right, left) ? right : left
  }
}
