import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

extension Rule {
  /// Rules for the blocks of LVS load balancing, which martlet checks and does not run.
  static let servers: [Rule] = [
    Rule(
      "not-managed", .meaning, .warning, "The file configures LVS load balancing",
      "martlet leaves virtual_server and what belongs to it alone; keep keepalived or another program for it. It is said once a file.",
      .file("virtual_server 192.0.2.1 80 {\n}", "# virtual_server 192.0.2.1 80")),
    Rule(
      "no-real-servers", .meaning, .warning, "A virtual server or a group of them is empty", "keepalived ignores it.",
      .file("virtual_server 192.0.2.1 80 {\n}", ""), remedy: "write real_server IP PORT { … }, or take the block out"),
    Rule(
      "virtual-server-defaults", .meaning, .warning, "A virtual server does not say protocol, lb_algo or lb_kind",
      "keepalived takes UDP, wlc and NAT. UDP is seldom what was meant.", remedy: "write protocol, lb_algo and lb_kind"),
    Rule(
      "quorum-range", .meaning, .warning, "A quorum cannot be reached",
      "quorum is cut to the sum of the real servers' weights, and hysteresis must be below it.",
      remedy: "write a quorum that the weights reach, above hysteresis"),
    Rule(
      "incomplete-checker", .meaning, .warning, "A health checker lacks what it cannot be without",
      "keepalived leaves the checker out, so the real server counts as up.", remedy: "write what it needs"),
    Rule(
      "offset-range", .meaning, .warning, "regex_max_offset is not above regex_min_offset",
      "There is no place left for a match.", remedy: "write a greater regex_max_offset"),
    Rule(
      "reply-length", .meaning, .warning, "min_reply_length is above max_reply_length", "The check always fails.",
      remedy: "write a greater max_reply_length"),
    Rule(
      "address-range", .meaning, .warning, "The end of a range of addresses is not above its start",
      "keepalived skips the line.",
      .file("virtual_server_group g {\n192.0.2.9-1 80\n}", "virtual_server_group g {\n192.0.2.1-9 80\n}"),
      remedy: "write the lower address first"),
  ]
}

extension Lowering {
  /// Reports names in LVS blocks that do not exist.
  func checkNamesOfServers() {
    findUnknown(serverGroupUses, "virtual_server_group", serverGroups, "the virtual_server is left out")
    findUnknown(checkedFiles, "track_file", Set(names(of: .file)), "the checker is left out")
    findUnknown(checkedSessions, "bfd_instance", Set(names(of: .bfd)), "the checker is left out")
    guard let instance = syncDaemonInstance else { return }
    findUnknown([instance], "vrrp_instance", Set(instances.map(\.name.value)), "there is no sync daemon")
  }

  private func findUnknown(_ uses: [Located<String>], _ kind: String, _ known: Set<String>, _ result: String) {
    for use in uses where !known.contains(use.value) {
      reportUnknown(
        .warning, "unknown-name", "there is no \(kind) \(use.value); \(result)", use, among: known.sorted())
    }
  }
}
