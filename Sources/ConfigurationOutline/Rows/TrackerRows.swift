import Configuration
import HealthCore
import NetworkTypes

extension OutlineRow where Subject == TrackedFileDefinition {
  /// The properties of `track_file`.
  static var file: [OutlineRow<TrackedFileDefinition>] {
    [
      OutlineRow("file") { .word("file", $0.path) },
      OutlineRow("weight") { .weight($0.weight, $0.reverse) },
      OutlineRow("init_file") { file in
        file.initialValue.map {
          .line(["init_file", .word("\($0)")] + (file.overwrites ? ["overwrite"] : []))
        } ?? .nothing
      },
    ]
  }
}

extension OutlineRow where Subject == TrackedProcessDefinition {
  /// The properties of `vrrp_track_process`.
  static var process: [OutlineRow<TrackedProcessDefinition>] {
    [
      OutlineRow("process") { process in
        .line(["process"] + ([process.command] + process.parameters).map(OutlineWord.word))
      },
      OutlineRow("param_match") {
        switch $0.parameterMatch {
        case .none: .none("parameters are not compared")
        case .exact: .line(["param_match"])
        case .partial: .line(["param_match", "partial"])
        case .initial: .line(["param_match", "initial"])
        }
      },
      OutlineRow("full_command") { .flag("full_command", $0.usesCommandLine) },
      OutlineRow("weight") { .weight($0.weight, $0.reverse) },
      OutlineRow("quorum") { .word("quorum", $0.quorum) },
      OutlineRow("quorum_max") { process in
        process.greatestCount.map { .word("quorum_max", $0) } ?? .none("any number may run")
      },
      OutlineRow("fork_delay", "delay") { .delay("fork_delay", $0.forkDelay) },
      OutlineRow("terminate_delay", "delay") { .delay("terminate_delay", $0.terminateDelay) },
    ]
  }
}

extension OutlineRow where Subject == ProbeDefinition {
  /// The properties of `vrrp_probe`. What it asks is shown as it is written.
  static var probe: [OutlineRow<ProbeDefinition>] {
    [
      OutlineRow("interval") { .ofRuns($0, .word("interval", Decimal.text($0.interval, unit: .seconds))) },
      OutlineRow("timeout", following: "interval") {
        .ofRuns($0, .word("timeout", Decimal.text($0.timeout, unit: .seconds)))
      },
      OutlineRow("weight") { .weight($0.weight, $0.reverse) },
      OutlineRow("rise") { .ofRuns($0, .word("rise", $0.rise)) },
      OutlineRow("fall") { .ofRuns($0, .word("fall", $0.fall)) },
      OutlineRow("init_fail") { .flag("init_fail", $0.initiallyFailed) },
      OutlineRow("damp") { .damping($0.steadiness) },
      OutlineRow("verdict_expiry") { .expiry($0.steadiness) },
    ]
  }

  /// The same, with what it asks.
  static var comparedProbe: [OutlineRow<ProbeDefinition>] {
    var row = OutlineRow { .question(kind(of: $0.question), $0.question) }
    row.keywords = ["question"]
    return [row] + probe
  }

  private static func kind(of question: ProbeQuestion) -> String {
    switch question {
    case .http(let question): question.tls == nil ? "http" : "https"
    case .stream: "tcp or unix"
    case .datagram: "udp"
    case .echo: "icmp"
    case .arp: "arp"
    case .dns: "dns"
    case .smtp: "smtp"
    case .redis: "redis"
    case .postgresql: "postgresql"
    case .mysql: "mysql"
    case .haproxy: "haproxy"
    case .load: "load"
    case .disk: "disk"
    case .memory: "memory"
    case .combination(let question):
      switch question.combination {
      case .any: "any"
      case .all: "all"
      case .atLeast: "at_least"
      }
    }
  }
}

extension OutlineContent {
  static func weight(_ weight: Int, _ reverse: Bool) -> OutlineContent {
    .line(["weight", .word("\(weight)")] + (reverse ? ["reverse"] : []))
  }

  /// What only a probe with runs of its own has.
  fileprivate static func ofRuns(_ probe: ProbeDefinition, _ content: OutlineContent) -> OutlineContent {
    if case .combination = probe.question { return .nothing }
    return content
  }

  static func damping(_ steadiness: CheckSteadiness) -> OutlineContent {
    guard let limits = steadiness.damping else { return .nothing }
    let times = [limits.period, limits.hold].map { OutlineWord.word(Decimal.text($0, unit: .seconds)) }
    return .line(["damp", .word("\(limits.changes)")] + times)
  }

  static func expiry(_ steadiness: CheckSteadiness) -> OutlineContent {
    guard let expiry = steadiness.expiry else { return .nothing }
    return .line(["verdict_expiry", .word(Decimal.text(expiry.time, unit: .seconds)), expiry.fails ? "fail" : "hold"])
  }

  /// A delay, which cannot be written if it is none.
  fileprivate static func delay(_ keyword: String, _ length: Nanoseconds) -> OutlineContent {
    length == .zero ? .none("no delay") : .word(keyword, Decimal.text(length, unit: .seconds))
  }
}
