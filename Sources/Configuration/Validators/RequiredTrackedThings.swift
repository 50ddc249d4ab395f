import ConfigurationSyntax

/// A tracked file needs a path, and tracked processes a command.
enum RequiredTrackedThings: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    for file in lowering.trackedFiles.readings {
      guard let path = file.places["file"] else {
        lowering.diagnostics.report(
          .warning, "missing-file", "track_file \(file.name.value) has no file; it is left out",
          at: file.name.span, suggestion: "write file \"PATH\"")
        continue
      }
      guard !file.path.hasPrefix("/") else { continue }
      lowering.diagnostics.report(
        .warning, "relative-path", "\(file.path) does not begin with /; it counts as /\(file.path)", at: path,
        suggestion: "write the whole path")
    }
    for process in lowering.trackedProcesses.readings where process.places["process"] == nil {
      lowering.diagnostics.report(
        .warning, "missing-process", "vrrp_track_process \(process.name.value) has no process; it is left out",
        at: process.name.span, suggestion: "write process NAME")
    }
  }
}
