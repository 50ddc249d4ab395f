import ConfigurationSyntax

/// A tracked file needs a path, and tracked processes a command and numbers that can be met.
enum RequiredTrackedThings: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for file in lowering.trackedFiles {
      guard let path = file.path else {
        lowering.diagnostics.report(
          .warning, "missing-file", "track_file \(file.name.value) has no file; it is left out",
          at: file.name.span, suggestion: "write file \"PATH\"")
        continue
      }
      guard !path.value.hasPrefix("/") else { continue }
      lowering.diagnostics.report(
        .warning, "relative-path", "\(path.value) does not begin with /; it counts as /\(path.value)", at: path.span,
        suggestion: "write the whole path")
    }
    for index in lowering.trackedProcesses.indices {
      let process = lowering.trackedProcesses[index]
      if process.command == nil {
        lowering.diagnostics.report(
          .warning, "missing-process", "vrrp_track_process \(process.name.value) has no process; it is left out",
          at: process.name.span, suggestion: "write process NAME")
      }
      guard let most = process.greatestCount, most.value != 0, most.value < process.quorum?.value ?? 1 else { continue }
      lowering.diagnostics.report(
        .warning, "quorum-out-of-reach",
        "quorum_max \(most.value) is less than quorum \(process.quorum?.value ?? 1), so no number of processes would do; quorum_max is ignored",
        at: most.span, notes: process.quorum.map { [("the quorum is here", $0.span)] } ?? [],
        suggestion: "write a quorum_max of at least the quorum, or take it out")
      lowering.trackedProcesses[index].greatestCount = nil
    }
  }
}
