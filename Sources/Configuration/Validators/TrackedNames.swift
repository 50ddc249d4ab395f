import ConfigurationSyntax

/// What is tracked must exist; keepalived also wants it written before its use.
enum TrackedNames: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for entry in lowering.instances.flatMap(\.notes.tracked.list) + lowering.groups.flatMap(\.notes.tracked.list) {
      guard let words = entry.kind.words else { continue }
      guard let name = lowering.trackable(entry)?.name else {
        reportUnknown(entry, words, lowering)
        continue
      }
      // keepalived knows no probes, wherever they stand.
      guard entry.kind != .probe, name.span.file == entry.name.span.file, name.span.line > entry.name.span.line else {
        continue
      }
      lowering.diagnostics.report(
        .warning, words.afterUse,
        "\(words.block) \(entry.name.value) stands after its use; keepalived would not track it, martlet does",
        at: entry.name.span, notes: [("it is defined here", name.span)],
        suggestion: "move the \(words.block) block to the front")
    }
  }

  private static func reportUnknown(_ entry: TrackEntry, _ words: TrackerKind.Words, _ lowering: Lowering) {
    let name = entry.name.value
    let nearest = lowering.diagnostics.nearest(to: name, in: lowering.names(of: entry.kind))
    lowering.diagnostics.report(
      .warning, words.unknown, "there is no \(words.block) \(name); nothing is \(words.use)",
      at: entry.name.span,
      suggestion: nearest.map { "did you mean \($0)?" } ?? "write \(words.block) \(name) { \(words.example) }",
      replacement: Spelling.sure(nearest, for: name))
  }
}

extension TrackerKind {
  /// How rules speak of what a block defines.
  struct Words {
    /// The rules that it breaks when nothing defines it, and when that stands too late.
    var unknown: String
    var afterUse: String
    var block: String
    var use: String
    var example: String
  }

  /// The words; `nil` for what no block defines.
  var words: Words? {
    switch self {
    case .script:
      Words(
        unknown: "unknown-script", afterUse: "script-after-use", block: "vrrp_script", use: "checked",
        example: "script \"COMMAND\"")
    case .interface, .group: nil
    case .bfd:
      Words(
        unknown: "unknown-session", afterUse: "session-after-use", block: "bfd_instance", use: "tracked",
        example: "neighbor_ip ADDRESS")
    case .file:
      Words(
        unknown: "unknown-file", afterUse: "file-after-use", block: "track_file", use: "tracked",
        example: "file \"PATH\"")
    case .process:
      Words(
        unknown: "unknown-process", afterUse: "process-after-use", block: "vrrp_track_process", use: "tracked",
        example: "process NAME")
    case .probe:
      Words(
        unknown: "unknown-probe", afterUse: "probe-after-use", block: "vrrp_probe", use: "asked",
        example: "tcp HOST:PORT")
    }
  }
}
