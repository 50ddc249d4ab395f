import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// Crash and planned takeovers of a pair at advert_int 0.1, version 3, IPv4, multicast.
///
/// Every figure comes from the capture's kernel time stamps: from the old master's last word to the new one's first
/// advert and first gratuitous ARP, less the time for which the protocol makes a backup wait.
struct TakeoverBenchmark {
  /// What is measured, in the order of the table.
  enum Quantity: String, CaseIterable {
    case crashAdvert = "crash: first advert beyond Master_Down_Interval"
    case crashAnnouncement = "crash: first gratuitous ARP beyond it"
    case plannedAdvert = "planned: first advert beyond Skew_Time"
    case plannedAnnouncement = "planned: first gratuitous ARP beyond it"

    /// What martlet's plan promises, in milliseconds.
    var target: Double {
      switch self {
      case .crashAdvert, .plannedAdvert: 0.2
      case .crashAnnouncement, .plannedAnnouncement: 0.5
      }
    }
  }

  /// One daemon's pair.
  private struct Contestant {
    let kind: PeerKind
    let lab: Lab
    let high: any Peer
    let low: any Peer
  }

  private static let highPriority: UInt8 = 200
  private static let lowPriority: UInt8 = 100

  let kinds: [PeerKind]
  let rounds: Int
  private let file = RouterFile(version: .v3, interval: .milliseconds(100))

  init(kinds: [PeerKind], rounds: Int) {
    self.kinds = kinds
    self.rounds = rounds
  }

  func run() async throws {
    var labs: [Lab] = []
    defer { labs.forEach { $0.close() } }
    var contestants: [Contestant] = []
    for kind in kinds {
      let lab = try Lab()
      labs.append(lab)
      let high = try kind.peer(in: lab.addHost("a", number: 1))
      let low = try kind.peer(in: lab.addHost("b", number: 2))
      contestants.append(Contestant(kind: kind, lab: lab, high: high, low: low))
    }
    for contestant in contestants {
      try start(contestant.high, of: contestant)
      try await master(contestant.high, of: contestant, since: .init(nanoseconds: 0))
      try start(contestant.low, of: contestant)
      try await pause(.seconds(1))
    }
    var samples: [PeerKind: [Quantity: [Double]]] = [:]
    for round in 1...rounds {
      for contestant in contestants {
        try await crash(contestant, &samples[contestant.kind, default: [:]])
        try await plannedStop(contestant, &samples[contestant.kind, default: [:]])
      }
      progress("round \(round) of \(rounds)")
    }
    report(samples)
  }

  // MARK: Takeovers

  private func crash(_ contestant: Contestant, _ samples: inout [Quantity: [Double]]) async throws {
    // Somewhere within an interval, as crashes are.
    try await pause(.milliseconds(Int64.random(in: 0..<100)))
    try contestant.high.host.crash()
    guard
      let last = contestant.lab.capture.adverts(vrid: file.vrid).last(where: {
        $0.sender == contestant.high.host.macAddress
      })
    else { throw LabError("\(contestant.kind): no advert before the crash") }
    try await master(contestant.low, of: contestant, since: last.time)
    try note(
      contestant, since: last.time, beyond: file.masterDownInterval(priority: Self.lowPriority), .crashAdvert,
      .crashAnnouncement, &samples)
    try contestant.high.host.boot()
    try await restart(contestant)
  }

  private func plannedStop(_ contestant: Contestant, _ samples: inout [Quantity: [Double]]) async throws {
    try await pause(.milliseconds(Int64.random(in: 0..<100)))
    let before = MonotonicInstant.labNow()
    let stopping = contestant.high.process
    stopping?.signal(SIGTERM)
    try await master(contestant.low, of: contestant, since: before)
    guard
      let resignation = contestant.lab.capture.adverts(vrid: file.vrid, since: before).first(where: {
        $0.priority == 0
      })
    else { throw LabError("\(contestant.kind): stopped without resigning") }
    try note(
      contestant, since: resignation.time, beyond: file.skewTime(priority: Self.lowPriority), .plannedAdvert,
      .plannedAnnouncement, &samples)
    _ = await stopping?.terminate()
    try await restart(contestant)
  }

  private func restart(_ contestant: Contestant) async throws {
    let again = MonotonicInstant.labNow()
    try start(contestant.high, of: contestant)
    try await master(contestant.high, of: contestant, since: again)
    try await pause(.milliseconds(700))
  }

  private func start(_ peer: any Peer, of contestant: Contestant) throws {
    let isHigh = peer.host === contestant.high.host
    try peer.start(
      file.text(
        for: peer.host, priority: isHigh ? Self.highPriority : Self.lowPriority,
        peers: [isHigh ? contestant.low.host : contestant.high.host]))
  }

  /// Waits until `peer` has sent an advert and announced the address since `instant`.
  private func master(_ peer: any Peer, of contestant: Contestant, since instant: MonotonicInstant) async throws {
    let capture = contestant.lab.capture
    let sender = peer.host.macAddress
    let bound = Nanoseconds.seconds(8)
    let became = await eventually(within: bound, every: .milliseconds(10)) {
      capture.adverts(vrid: file.vrid, since: instant).contains { $0.sender == sender && $0.priority > 0 }
        && capture.announcements(of: file.address(), since: instant).contains { $0.sender == sender }
    }
    guard became else {
      throw LabError("\(contestant.kind) in \(peer.host.name) was not master within \(bound):\n\(peer.log)")
    }
  }

  private func note(
    _ contestant: Contestant, since instant: MonotonicInstant, beyond minimum: Nanoseconds, _ advert: Quantity,
    _ announcement: Quantity, _ samples: inout [Quantity: [Double]]
  ) throws {
    let capture = contestant.lab.capture
    try capture.check()
    let sender = contestant.low.host.macAddress
    if let first = capture.adverts(vrid: file.vrid, since: instant).first(where: { $0.sender == sender }) {
      samples[advert, default: []].append((first.time - instant - minimum).inMilliseconds)
    }
    if let first = capture.announcements(of: file.address(), since: instant).first(where: { $0.sender == sender }) {
      samples[announcement, default: []].append((first.time - instant - minimum).inMilliseconds)
    }
  }

  private func pause(_ time: Nanoseconds) async throws {
    let end = MonotonicInstant.labNow() + time
    await eventually(within: time) { MonotonicInstant.labNow() >= end }
  }

  private func progress(_ text: String) {
    let line = "\r\(text)  "
    if isatty(2) != 0 { _ = write(2, line, line.utf8.count) }
  }

  // MARK: Report

  private func report(_ samples: [PeerKind: [Quantity: [Double]]]) {
    progress("")
    print("\nTakeover at advert_int 0.1 (VRRPv3, IPv4, multicast), \(rounds) rounds each in turns; milliseconds:")
    print("median (least to most)\n")
    var heading = pad("", 50)
    for kind in kinds { heading += pad(kind.rawValue, 26) }
    if kinds.count == 2 { heading += pad("ratio", 9) }
    print(heading + "martlet's target")
    for quantity in Quantity.allCases {
      var line = pad(quantity.rawValue, 50)
      var medians: [Double] = []
      for kind in kinds {
        let values = (samples[kind]?[quantity] ?? []).sorted()
        guard let least = values.first, let most = values.last else {
          line += pad("-", 26)
          continue
        }
        let middle = median(values)
        medians.append(middle)
        line += pad(
          "\(fixed(middle, decimals: 3)) (\(fixed(least, decimals: 3)) to \(fixed(most, decimals: 3)))", 26)
      }
      if kinds.count == 2 {
        line += pad(medians.count == 2 ? "\(fixed(medians[1] / medians[0], decimals: 2))" : "-", 9)
      }
      print(line + "≤ \(fixed(quantity.target, decimals: 1))")
    }
  }

  private func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
