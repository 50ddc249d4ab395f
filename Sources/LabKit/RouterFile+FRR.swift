import NetworkTypes
import VRRPCore

extension RouterFile {
  /// What no daemon can do, since the protocol has no such thing; `nil` when it has.
  public var contradiction: String? {
    if version == .v2, family == .ipv6 { return "version 2 is for IPv4 only" }
    if version == .v3, password != nil { return "version 3 has no authentication" }
    return nil
  }

  /// The same routers as FRR's `vrrpd` is told of them.
  ///
  /// What ``PeerKind/limit(on:)`` says it cannot do is left out.
  func textForFRR(priority: UInt8) -> String {
    var text = "interface eth0\n"
    for index in 0..<routers {
      let router = "vrrp \(Int(vrid) + index)"
      // Its interval is in milliseconds.
      text += " \(router) version \(version.rawValue)\n \(router) priority \(priority)\n"
      text += " \(router) advertisement-interval \(interval.rawValue / 1_000_000)\n"
      if noPreempt { text += " no \(router) preempt\n" }
      for address in addresses(index) { text += " \(router) \(family == .ipv4 ? "ip" : "ipv6") \(address)\n" }
    }
    return text
  }
}

extension PeerKind {
  /// What of `file` this daemon cannot do, in a few words; `nil` when it can do all of it.
  public func limit(on file: RouterFile) -> String? {
    if let contradiction = file.contradiction { return contradiction }
    guard self == .frr else { return nil }
    if file.transport == .unicast { return "vrrpd has no unicast" }
    if file.password != nil { return "vrrpd has no authentication" }
    if file.check != nil { return "vrrpd has no checks" }
    if file.notify != nil { return "vrrpd has no notifications" }
    if !file.instanceLines.isEmpty || !file.globalLines.isEmpty { return "vrrpd does not read keepalived.conf" }
    return nil
  }
}
