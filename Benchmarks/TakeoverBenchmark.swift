import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// Crash and planned takeovers of pairs, version 3, IPv4, multicast, beside the least that a backup can do.
///
/// Every figure comes from the capture's kernel time stamps: from the old master's last word to the new one's first
/// advert and first gratuitous ARP, less the time for which the protocol makes a backup wait. All contenders take turns in one run, so
/// that what the machine does meanwhile befalls them all.
struct TakeoverBenchmark {
  /// Who takes over.
  enum Contender: Hashable {
    /// `LeastBackup`: a timer armed at each advert, and one advert and one gratuitous ARP when it fires.
    case floor
    case daemon(PeerKind)

    var name: String {
      switch self {
      case .floor: "floor"
      case .daemon(let kind): kind.rawValue
      }
    }
  }

  /// A contender as the lower host of a pair, which takes over from the higher one.
  private struct Pair {
    let contender: Contender
    let lab: Lab
    let high: any Peer
    let low: Host
    let startLow: () throws -> Void
    /// What went wrong, for a failure.
    let log: () -> String
  }

  private static let highPriority: UInt8 = 200
  private static let lowPriority: UInt8 = 100

  let contenders: [Contender]
  let rounds: Int
  private let file: RouterFile

  init(kinds: [PeerKind], rounds: Int, interval: Nanoseconds) {
    contenders = [.floor] + kinds.map(Contender.daemon)
    self.rounds = rounds
    file = RouterFile(version: .v3, interval: interval)
  }

  func run() async throws {
    var samples = TakeoverSamples()
    var pairs: [Pair] = []
    defer { pairs.forEach { $0.lab.close() } }
    for contender in contenders { try pairs.append(pair(contender)) }
    for pair in pairs {
      try start(pair)
      try await expectMaster(pair.high.host, of: pair, since: .init(nanoseconds: 0))
      try pair.startLow()
      try await pause(.seconds(1))
    }
    for round in 1...rounds {
      for pair in pairs {
        try await crash(pair, &samples)
        try await plannedStop(pair, &samples)
      }
      progress("round \(round) of \(rounds)")
    }
    progress("")
    samples.report(contenders, interval: file.interval, rounds: rounds)
  }

  /// The pair of a contender. The floor cannot be master, so a martlet is what it takes over from.
  private func pair(_ contender: Contender) throws -> Pair {
    let lab = try Lab()
    do {
      let low = try lab.addHost("b", number: 2)
      let host = try lab.addHost("a", number: 1)
      switch contender {
      case .floor:
        var process: LabProcess?
        let command = try floorCommand(on: low)
        return Pair(contender: contender, lab: lab, high: try PeerKind.martlet.peer(in: host), low: low) {
          process = try low.start(command, label: "floor")
        } log: {
          process?.log ?? ""
        }
      case .daemon(let kind):
        let peer = try kind.peer(in: low)
        let text = file.text(for: low, priority: Self.lowPriority, peers: [host])
        return Pair(contender: contender, lab: lab, high: try kind.peer(in: host), low: low) {
          try peer.start(text)
        } log: {
          peer.log
        }
      }
    } catch {
      lab.close()
      throw error
    }
  }

  private func floorCommand(on host: Host) throws -> [String] {
    // It is built beside the benchmarks.
    guard let own = realpath("/proc/self/exe", nil) else { throw LabError("the benchmarks do not know where they are") }
    defer { free(own) }
    let folder = String(cString: own).split(separator: "/").dropLast().joined(separator: "/")
    return [
      "/\(folder)/LeastBackup", "eth0", "\(host.ipv4)", "\(file.vrid)", "\(Self.lowPriority)",
      "\(file.interval.rawValue / 10_000_000)", "\(file.address())",
    ]
  }

  // MARK: Takeovers

  private func crash(_ pair: Pair, _ samples: inout TakeoverSamples) async throws {
    // Somewhere within an interval, as crashes are.
    try await pause(Nanoseconds(rawValue: .random(in: 0..<file.interval.rawValue)))
    try pair.high.host.crash()
    guard
      let last = pair.lab.capture.adverts(vrid: file.vrid).last(where: { $0.sender == pair.high.host.macAddress })
    else { throw LabError("\(pair.contender.name): no advert before the crash") }
    try await expectMaster(pair.low, of: pair, since: last.time)
    let earliest = last.time + file.masterDownInterval(priority: Self.lowPriority)
    try note(pair, since: last.time, earliest, .crashAdvert, .crashAnnouncement, &samples)
    try pair.high.host.boot()
    try await restart(pair)
  }

  private func plannedStop(_ pair: Pair, _ samples: inout TakeoverSamples) async throws {
    try await pause(Nanoseconds(rawValue: .random(in: 0..<file.interval.rawValue)))
    let before = MonotonicInstant.labNow()
    let stopping = pair.high.process
    stopping?.signal(SIGTERM)
    try await expectMaster(pair.low, of: pair, since: before)
    guard
      let resignation = pair.lab.capture.adverts(vrid: file.vrid, since: before).first(where: { $0.priority == 0 })
    else { throw LabError("\(pair.contender.name): stopped without resigning") }
    let earliest = resignation.time + file.skewTime(priority: Self.lowPriority)
    try note(pair, since: resignation.time, earliest, .plannedAdvert, .plannedAnnouncement, &samples)
    _ = await stopping?.terminate()
    try await restart(pair)
  }

  private func restart(_ pair: Pair) async throws {
    let again = MonotonicInstant.labNow()
    try start(pair)
    try await expectMaster(pair.high.host, of: pair, since: again)
    try await pause(max(file.interval * 5, .milliseconds(300)))
  }

  private func start(_ pair: Pair) throws {
    try pair.high.start(file.text(for: pair.high.host, priority: Self.highPriority, peers: [pair.low]))
  }

  /// Waits until a host has sent an advert and announced the address since `instant`.
  private func expectMaster(_ host: Host, of pair: Pair, since instant: MonotonicInstant) async throws {
    let capture = pair.lab.capture
    let bound = Nanoseconds.seconds(8)
    let became = await eventually(within: bound, every: .milliseconds(10)) {
      capture.adverts(vrid: file.vrid, since: instant).contains { $0.sender == host.macAddress && $0.priority > 0 }
        && capture.announcements(of: file.address(), since: instant).contains { $0.sender == host.macAddress }
    }
    guard became else {
      throw LabError("\(pair.contender.name): \(host.name) was not master within \(bound):\n\(pair.log())")
    }
  }

  private func note(
    _ pair: Pair, since instant: MonotonicInstant, _ earliest: MonotonicInstant, _ advert: TakeoverSamples.Quantity,
    _ announcement: TakeoverSamples.Quantity, _ samples: inout TakeoverSamples
  ) throws {
    let capture = pair.lab.capture
    try capture.check()
    let sender = pair.low.macAddress
    if let first = capture.adverts(vrid: file.vrid, since: instant).first(where: { $0.sender == sender }) {
      samples.add(first.time - earliest, advert, pair.contender)
    }
    if let first = capture.announcements(of: file.address(), since: instant).first(where: { $0.sender == sender }) {
      samples.add(first.time - earliest, announcement, pair.contender)
    }
  }

  private func progress(_ text: String) {
    let line = "\r\(text)  "
    if isatty(2) != 0 { _ = write(2, line, line.utf8.count) }
  }
}
