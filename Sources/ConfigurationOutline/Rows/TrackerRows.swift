import Configuration
import ConfigurationModel
import HealthCore
import NetworkTypes

extension ShownProperty where Owner == ProbeDefinition {
  /// The properties of `vrrp_probe`, and its question, which is shown as written.
  static var comparedProbe: [ShownProperty<ProbeDefinition>] {
    var row = ShownProperty { .question(kind(of: $0.question), $0.question) }
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
