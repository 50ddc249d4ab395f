import ConfigurationSyntax

extension Rule {
  /// What is found in probes.
  static let probes: [Rule] = [
    Rule(
      "missing-probe", .meaning, .error, "A vrrp_probe asks nothing", "Write what is asked: tcp, http or another kind.",
      .file("vrrp_probe a {\n  interval 1\n}", "vrrp_probe a {\n  tcp 127.0.0.1:80\n}")),
    Rule(
      "probe-kinds", .meaning, .error, "A vrrp_probe asks two things",
      "Each probe asks one thing, so that its failure has one cause. Write a block for each and track both.",
      .file(
        "vrrp_probe a {\n  tcp 127.0.0.1:80\n  tcp 127.0.0.1:81\n}", "vrrp_probe a {\n  tcp 127.0.0.1:80\n}")),
    Rule(
      "missing-target", .meaning, .error, "A probe does not say whom it asks",
      "Gateways are named after icmp, 1 to 64 of them; other kinds have one target."),
    Rule(
      "missing-option", .meaning, .error, "A probe lacks what its kind cannot do without",
      "A haproxy probe, for one, needs the name of a backend."),
    Rule(
      "bad-name", .meaning, .error, "A probe asks for a name that cannot exist",
      "The probe could never pass, so it is refused before it takes an address away."),
    Rule(
      "quorum", .meaning, .error, "A quorum asks for more answers than there are targets or checks",
      "The probe could never pass, so it is refused before it takes an address away.",
      .file(
        "vrrp_probe a {\n  icmp 192.0.2.1 {\n    quorum 2\n  }\n}",
        "vrrp_probe a {\n  icmp 192.0.2.1 192.0.2.2 {\n    quorum 2\n  }\n}")),
    Rule(
      "unknown-check", .meaning, .error, "A combination names a check that nothing defines",
      "What the combination comes to would depend on a check that never has a verdict.",
      .file(
        "vrrp_probe a {\n  any {\n    probe b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}")),
    Rule(
      "member-twice", .meaning, .error, "A combination names a check twice",
      "It would count twice, so that at_least could be reached by fewer checks than it says.",
      .file(
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  all {\n    probe b b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  all {\n    probe b\n  }\n}")),
    Rule(
      "combined-cycle", .meaning, .error, "A combination depends on itself",
      "It would keep whatever verdict it had for ever.",
      .file(
        "vrrp_probe a {\n  any {\n    probe a\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}")),
    Rule(
      "no-runs", .meaning, .warning, "A combination has a setting of runs",
      "A combination looks at what its checks have found and asks nothing itself, so interval, timeout, rise and fall belong to those.",
      .file(
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n}\nvrrp_probe a {\n  interval 2\n  any {\n    probe b\n  }\n}",
        "vrrp_probe b {\n  tcp 127.0.0.1:80\n  interval 2\n}\nvrrp_probe a {\n  any {\n    probe b\n  }\n}")),
    Rule(
      "short-expiry", .meaning, .warning, "A verdict is stale before the next result can be there",
      "A run begins one interval after the one before and may last as long as its timeout, so the verdict would be stale from time to time though nothing is wrong.",
      .script("interval 5\nverdict_expiry 6", "interval 5\nverdict_expiry 15")),
    Rule(
      "tls-off", .meaning, .error, "A probe that is not encrypted has an option of encryption",
      "Write tls in the block, or take the option out."),
    Rule(
      "long-timeout", .lint, .warning, "A probe's timeout is longer than 100 of its intervals",
      "A run that hangs keeps the probe from asking again, so the failure is noticed late.",
      .file(
        "vrrp_probe a {\n  tcp 127.0.0.1:80\n  interval 0.01\n  timeout 5\n}",
        "vrrp_probe a {\n  tcp 127.0.0.1:80\n  interval 0.01\n  timeout 0.5\n}")),
  ]
}
