/// The words of a route.
enum RouteOption: String, CaseIterable {
  case to, inet, inet6, src, via, gw, or, from, `as`, tos, dsfield, table, `protocol`, scope, metric, priority,
    preference
  case dev, oif, onlink, encap, vrf, expires, realms, pref, add, append, prepend, nexthop
  case mtu, hoplimit, advmss, rtt, rttvar, reordering, window, cwnd, ssthresh, initcwnd, initrwnd, features, quickack,
    congctl
  case ttlPropagate = "ttl-propagate"
  case rtoMin = "rto_min"
  case fastopen = "fastopen_no_cookie"
  case noTrack = "no_track"
  case trackGroup = "track_group"

  /// The name shared by options that replace each other; `nil` for options that may be repeated.
  var meaning: String? {
    switch self {
    case .to, .inet, .inet6, .as, .nexthop, .noTrack, .onlink, .add, .append, .prepend: nil
    case .gw: "via"
    case .oif: "dev"
    case .dsfield: "tos"
    case .priority, .preference: "metric"
    default: rawValue
    }
  }

  var mayBeLocked: Bool {
    switch self {
    case .mtu, .advmss, .rtt, .rttvar, .reordering, .cwnd, .ssthresh, .rtoMin, .congctl: true
    default: false
    }
  }

  /// The kernel's number of a metric (`RTAX_*`).
  var metric: UInt8 {
    switch self {
    case .mtu: 2
    case .window: 3
    case .rtt: 4
    case .rttvar: 5
    case .ssthresh: 6
    case .cwnd: 7
    case .advmss: 8
    case .reordering: 9
    case .hoplimit: 10
    case .initcwnd: 11
    case .features: 12
    case .rtoMin: 13
    case .initrwnd: 14
    case .quickack: 15
    case .congctl: 16
    case .fastopen: 17
    default: 0
    }
  }
}
