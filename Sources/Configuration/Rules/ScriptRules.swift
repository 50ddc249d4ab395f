import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Rule {
  /// Rules for scripts, their commands and FIFOs.
  static let scripts: [Rule] = [
    Rule(
      "missing-script", .meaning, .warning, "A vrrp_script has no script",
      "keepalived removes it, and nothing is checked.",
      .file("vrrp_script a {\n  interval 2\n}", "vrrp_script a {\n  script /bin/true\n  interval 2\n}"),
      remedy: "write script \"COMMAND\""),
    Rule(
      "script-security", .meaning, .warning, "Scripts are run without enable_script_security",
      "Without it, a script that others can change is run all the same, by keepalived as root. Write enable_script_security, and script_user for who runs scripts, in global_defs.",
      .file(
        "vrrp_script a {\n  script /bin/true\n}",
        "global_defs {\n  enable_script_security\n}\nvrrp_script a {\n  script /bin/true\n}"),
      remedy: "write enable_script_security and script_user NAME in global_defs"),
    Rule(
      "unused-script", .meaning, .warning, "Nothing tracks a vrrp_script",
      "martlet runs it and shows its result, which changes no priority and no state; keepalived does not run it. Name it in a track_script, or take it out.",
      .file(
        "vrrp_script a {\nscript /bin/true\n}",
        "vrrp_script a {\nscript /bin/true\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\ntrack_script {\na\n}\n}"
      )),
    Rule(
      "timeout-beyond-interval", .lint, .warning, "A check's timeout is longer than its interval",
      "There is never a second run of a check while one goes on, so a run that hangs keeps the next ones from starting, and the failure is noticed late.",
      .script("interval 2\ntimeout 5", "interval 5\ntimeout 2"),
      remedy: "write a timeout of at most the interval, or a longer interval"),
    Rule(
      "fraction-of-second", .meaning, .note, "An interval or a timeout of a script has a decimal point",
      "martlet keeps to it. keepalived 2.2.7 takes the whole seconds before the point, and at least 1.",
      .script("interval 1.5", "interval 2")),
    Rule(
      "shell-command", .meaning, .error, "A command needs a shell, which keepalived does not have",
      "martlet gives a line to /bin/sh if a word of it begins with an operator of the shell, as |, &&, ;, > or 2>&1, $( or a backtick, or if its first word can be no program's name, as $HOME/check, ! or LANG=C. keepalived starts the first word as a program and gives it the other words as they are; a check whose program it does not find it takes away. So the two come to different results, and martlet check has it as an error. martlet run only warns of it, and runs the line. All other lines are run without a shell: the & in an address of the web stays where it is. /bin/sh -c with the line in quotes, or a script of its own, means the same to both.",
      .instance("notify_master \"/bin/a && /bin/b\"", "notify_master \"/bin/sh -c '/bin/a && /bin/b'\"")),
    Rule(
      "shell-word", .meaning, .warning, "A word would mean more to a shell, and no shell reads it",
      "The program gets $NAME, a substitution within a word, or a ; at a word's end as it is written, from martlet as from keepalived: there is no shell that would put a value in its place, or end the command there.",
      .instance("notify_master \"/bin/a $HOME\"", "notify_master \"/bin/sh -c '/bin/a $HOME'\"")),
    Rule(
      "unquoted-command", .meaning, .warning, "A command is not in quotes",
      "A script is one word, as keepalived reads it: what follows the first word is left out, and killall without a name fails always.",
      .script("script killall -0 haproxy", "script \"killall -0 haproxy\"")),
    Rule(
      "empty-command", .meaning, .warning, "A command is empty", "The line is ignored.",
      .instance("notify_master \"\"", "notify_master /bin/true"), remedy: "write a command, or take the line out"),
    Rule(
      "duplicate-command", .meaning, .warning, "A script of one kind is named twice",
      "The first one counts, as for keepalived. Call both from one script.",
      .instance("notify_master /bin/a\nnotify_master /bin/b", "notify_master /bin/a"),
      remedy: "call both from one script, or take one line out"),
    Rule(
      "numeric-user", .meaning, .warning, "A user or a group is a number",
      "keepalived knows names only and leaves out what that user is to run; martlet takes the number.",
      .instance("notify_master /bin/a 65534", "notify_master /bin/a nobody")),
    Rule(
      "fifo-script-alone", .meaning, .warning, "A script is to read a FIFO that there is not",
      "keepalived starts it only if the FIFO is named too.",
      .file(
        "global_defs {\n  notify_fifo_script /bin/a\n}",
        "global_defs {\n  notify_fifo /run/martlet/fifo\n  notify_fifo_script /bin/a\n}")),
    Rule(
      "duplicate-fifo", .meaning, .warning, "A notification FIFO is named twice, or two of them have one path",
      "The second one is ignored; otherwise its reader would get everything twice.",
      .global("notify_fifo /run/a\nvrrp_notify_fifo /run/a", "notify_fifo /run/a\nvrrp_notify_fifo /run/b"),
      remedy: "give it a path of its own, or take one line out"),
  ]
}

extension Lowering {
  /// Reports a check without a script. Its name stays known, so that its users are not reported too.
  func requireCommands() {
    for script in scripts.readings where script.places["script"] == nil {
      diagnostics.report(
        .warning, "missing-script",
        "vrrp_script \(script.name.value) has no script; it is left out, and what tracks it does without",
        at: script.name.span)
    }
  }

  /// Reports scripts that run as root without `enable_script_security`: others may be able to change them.
  func checkScriptSecurity() {
    guard !global.scriptSecurity, let first = firstCommand else { return }
    diagnostics.report(.warning, "script-security", "scripts are run without enable_script_security", at: first)
  }

  /// Reports the script of a FIFO that is not written.
  func checkFIFOScripts() {
    let pairs = [
      ("notify_fifo", global.notifyFIFO != nil, global.places.line(of: "notify_fifo_script")),
      ("vrrp_notify_fifo", global.vrrpNotifyFIFO != nil, global.places.line(of: "vrrp_notify_fifo_script")),
    ]
    for case (let fifo, false, let span?) in pairs {
      diagnostics.report(
        .warning, "fifo-script-alone", "there is no \(fifo), so nothing starts its script", at: span,
        suggestion: "write \(fifo) PATH, or take the line out")
    }
  }

  /// Drops the second of two FIFOs of one path, which would get everything twice.
  func dropEqualFIFO() {
    guard let fifo = global.vrrpNotifyFIFO, fifo.path == global.notifyFIFO?.path else { return }
    diagnostics.report(
      .warning, "duplicate-fifo", "vrrp_notify_fifo names the same path as notify_fifo and is ignored",
      at: global.places.line(of: "vrrp_notify_fifo"))
    global.vrrpNotifyFIFO = nil
  }

  /// Reports a check that nothing tracks.
  func findUnusedScripts() {
    var used = Set(trackEntries.filter { $0.kind == .script }.map(\.name.value))
    // Findings have said already why these have no effect.
    used.formUnion(instances.flatMap(\.notes.scriptsWithoutEffect))
    for probe in probes.readings {
      used.formUnion(probe.notes.members.filter { $0.value.kind == .script }.map(\.value.name))
    }
    for script in scripts.readings where script.places["script"] != nil && !used.contains(script.name.value) {
      diagnostics.report(
        .warning, "unused-script",
        "nothing tracks vrrp_script \(script.name.value); martlet runs it without effect, keepalived does not run it",
        at: script.name.span,
        suggestion: "write track_script { \(script.name.value) } where it shall count, or take it out")
    }
  }

  /// Reports a timeout beyond the interval: runs of a check never overlap, so a run that hangs delays the next ones.
  func compareTimeouts() {
    for script in scripts.readings {
      guard let timeout = script.places["timeout"], script.schedule.timeout > script.schedule.interval else { continue }
      let interval = script.places["interval"]
      diagnostics.report(
        .warning, "timeout-beyond-interval",
        "\(script.name.value) may run for \(Self.seconds(script.schedule.timeout)) s and is started each \(Self.seconds(script.schedule.interval)) s: a run that hangs keeps the next ones from starting",
        at: timeout,
        notes: [(interval == nil ? "the interval is 1 s unless written" : "the interval is written here", interval)])
    }
  }

  /// A length of time in seconds, in decimal notation.
  static func seconds(_ length: Nanoseconds) -> String { shown(Int(length.rawValue / 1000)) }
}
