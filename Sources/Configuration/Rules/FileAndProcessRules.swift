import ConfigurationModel
import ConfigurationSyntax

extension Rule {
  /// Rules for tracked files and processes.
  static let filesAndProcesses: [Rule] = [
    Rule(
      "missing-file", .meaning, .warning, "A track_file has no file", "keepalived removes it, and nothing is tracked.",
      .file("track_file a {\n  weight 1\n}", "track_file a {\n  file /run/a\n}"), remedy: "write file \"PATH\""),
    Rule(
      "relative-path", .meaning, .warning, "The path of a tracked file does not begin with a slash",
      "It counts from the root, whatever directory the service was started in.",
      .file("track_file a {\n  file run/a\n}", "track_file a {\n  file /run/a\n}"), remedy: "write the whole path"),
    Rule(
      "far-value", .meaning, .warning, "init_file has a number beyond -254 to 254",
      "A priority lies within 1 to 254, so a greater number says no more than that one.",
      .file("track_file a {\n  file /run/a\n  init_file 300\n}", "track_file a {\n  file /run/a\n  init_file 254\n}")),
    Rule(
      "missing-process", .meaning, .warning, "A vrrp_track_process has no process",
      "keepalived removes it, and nothing is tracked.",
      .file("vrrp_track_process a {\n  quorum 1\n}", "vrrp_track_process a {\n  process nginx\n}"),
      remedy: "write process NAME"),
    Rule(
      "quorum-out-of-reach", .meaning, .warning, "quorum_max is less than quorum",
      "No number of processes would do, so quorum_max is ignored.",
      .file(
        "vrrp_track_process a {\n  process nginx\n  quorum 3\n  quorum_max 2\n}",
        "vrrp_track_process a {\n  process nginx\n  quorum 2\n  quorum_max 3\n}")),
  ]
}

extension Lowering {
  /// Reports a tracked file without a path, and tracked processes without a command.
  func requireFilesAndProcesses() {
    for file in trackedFiles.readings {
      guard let path = file.places["file"] else {
        diagnostics.report(
          .warning, "missing-file", "track_file \(file.name.value) has no file; it is left out", at: file.name.span)
        continue
      }
      guard !file.path.hasPrefix("/") else { continue }
      diagnostics.report(
        .warning, "relative-path", "\(file.path) does not begin with /; it counts as /\(file.path)", at: path)
    }
    for process in trackedProcesses.readings where process.places["process"] == nil {
      diagnostics.report(
        .warning, "missing-process", "vrrp_track_process \(process.name.value) has no process; it is left out",
        at: process.name.span)
    }
  }
}
