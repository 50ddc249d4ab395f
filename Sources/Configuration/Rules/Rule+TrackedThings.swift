import ConfigurationSyntax

extension Rule {
  /// What is found in tracked files and processes.
  static let trackedThings: [Rule] = [
    Rule(
      "missing-file", .meaning, .warning, "A track_file has no file", "keepalived removes it, and nothing is tracked.",
      .file("track_file a {\n  weight 1\n}", "track_file a {\n  file /run/a\n}")),
    Rule(
      "relative-path", .meaning, .warning, "The path of a tracked file does not begin with a slash",
      "It counts from the root, whatever directory the service was started in.",
      .file("track_file a {\n  file run/a\n}", "track_file a {\n  file /run/a\n}")),
    Rule(
      "far-value", .meaning, .warning, "init_file has a number beyond -254 to 254",
      "A priority lies within 1 to 254, so a greater number says no more than that one.",
      .file(
        "track_file a {\n  file /run/a\n  init_file 300\n}", "track_file a {\n  file /run/a\n  init_file 254\n}")),
    Rule(
      "duplicate-keyword", .meaning, .warning, "A keyword is written twice where one counts",
      "The first one counts, as in keepalived.",
      .file(
        "track_file a {\n  file /run/a\n  file /run/b\n}", "track_file a {\n  file /run/a\n}")),
    Rule(
      "missing-process", .meaning, .warning, "A vrrp_track_process has no process",
      "keepalived removes it, and nothing is tracked.",
      .file("vrrp_track_process a {\n  quorum 1\n}", "vrrp_track_process a {\n  process nginx\n}")),
    Rule(
      "quorum-out-of-reach", .meaning, .warning, "quorum_max is less than quorum",
      "No number of processes would do, so quorum_max is ignored.",
      .file(
        "vrrp_track_process a {\n  process nginx\n  quorum 3\n  quorum_max 2\n}",
        "vrrp_track_process a {\n  process nginx\n  quorum 2\n  quorum_max 3\n}")),
    Rule(
      "unknown-file", .meaning, .warning, "track_file names a file that no block defines", "Nothing would be tracked.",
      .instance("track_file {\n  load\n}", "priority 100")),
    Rule(
      "unknown-process", .meaning, .warning, "track_process names processes that no block defines",
      "Nothing would be tracked.", .instance("track_process {\n  proxy\n}", "priority 100")),
    Rule(
      "unknown-probe", .meaning, .warning, "track_probe names a probe that no block defines", "Nothing would be asked.",
      .instance("track_probe {\n  web\n}", "priority 100")),
    Rule(
      "file-after-use", .meaning, .warning, "A track_file block stands behind the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.",
      late("track_file", "track_file a {\n  file /run/a\n}")),
    Rule(
      "process-after-use", .meaning, .warning, "A vrrp_track_process stands behind the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.",
      late("track_process", "vrrp_track_process a {\n  process nginx\n}")),
  ]

  /// A block behind its use, and in front of it.
  private static func late(_ keyword: String, _ block: String) -> Example {
    let user = "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  \(keyword) {\n    a\n  }\n}"
    return .file("\(user)\n\(block)", "\(block)\n\(user)")
  }
}
