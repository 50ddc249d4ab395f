import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// What the cells came to, written as a document once all of them are in, if `MARTLET_INTEROPERABILITY` names a file.
actor InteroperabilityTable {
  static let shared = InteroperabilityTable()
  static let peers: [PeerKind] = [.keepalived, .frr]

  private var moves: [InteroperabilityCell: FailoverStory.Moves] = [:]
  private var detection: SilenceDetection?

  func record(_ result: FailoverStory.Moves, of cell: InteroperabilityCell) throws {
    moves[cell] = result
    try writeIfComplete()
  }

  func record(_ detection: SilenceDetection) throws {
    self.detection = detection
    try writeIfComplete()
  }

  private func writeIfComplete() throws {
    guard let path = getenv("MARTLET_INTEROPERABILITY").map({ String(cString: $0) }), detection != nil,
      Self.peers.allSatisfy({ InteroperabilityCell.possible(beside: $0).allSatisfy { moves[$0] != nil } })
    else { return }
    try writeFile(path, document)
  }

  private var document: String {
    var system = utsname()
    uname(&system)
    let release = withUnsafePointer(to: &system.release) {
      $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
    }
    var text = """
      # Interoperability

      Written by `make interoperability`; do not edit. Each pair of a takeover and a hand-back is a test that `make test`
      runs: two hosts and a client on one LAN, adverts each second in version 2 and each 200 ms in version 3. The
      master's host crashes and the other takes the address over; then it comes back and is handed the address again.
      Both times one host must hold the address and the client must reach it there. The kernel: Linux \(release).

      - **Takeover**: from the crashed host's last advert to the other's first, beyond the master-down interval, which the
        protocol demands. A few milliseconds below zero: a daemon that counts in hundredths of a second.
      - **Hand-back**: from the start of the daemon on the host that came back to its first advert; it waits for its own
        master-down interval in between.
      - **Holders**: how many hosts hold the address after the takeover and after the hand-back.

      Where martlet is higher, the other daemon takes over and martlet is handed the address again; where it is lower, it
      is the other way round.

      `VMAC` is a virtual MAC address of both hosts: `use_vmac` in the file of martlet and of keepalived. FRR's `vrrpd` always
      has one, so it is beside a martlet with and without. By unicast, adverts leave from the interface below, as
      keepalived's do, and the address is answered for from the virtual MAC.

      """
    for peer in Self.peers {
      text += "\n## \(peer.name)\n\n" + (peer.version.map { "\($0).\n\n" } ?? "") + table(of: peer)
    }
    return text + note + trailers + sessions
  }

  /// What the installed keepalived is too old for.
  private var trailers: String {
    """

    ## auth_hmac

    keepalived signs adverts in a trailer since 2.4.0, and since 2.4.2 as martlet does; what 2.4.0 and 2.4.1 sign is
    refused. `make test` tries it beside the keepalived that `MARTLET_KEEPALIVED` names, if that is one of 2.4.2 or
    later. Beside 2.4.3, versions 2 and 3, IPv4 and IPv6, multicast and unicast take over and hand back in both roles
    with exactly one holder.

    """
  }

  /// The other end of BFD sessions.
  private var sessions: String {
    guard let detection else { return "" }
    let times = [detection.median, detection.worst].map { $0.milliseconds(decimals: 1) }
    return """

      ## BFD

      The other end of martlet's BFD sessions (RFC 5880) in `make test` is FRR's `bfdd`: over IPv4, IPv6 and several hops, through
      reloads, the death of an engine and forged packets. At \(detection.interval.milliseconds(decimals: 0)) times \(detection.multiplier), its
      silence was noticed after \(times[0]) (median of \(detection.count)) and \(times[1]) at most, from its last packet to the first of
      martlet's that says Down; \(detection.time.milliseconds(decimals: 0)) of that are the detection time itself. keepalived is the
      other end too: sessions over IPv4 and IPv6 come up, and it is told when martlet stops.

      """
  }

  /// What the figures alone would leave one to wonder about.
  private var note: String {
    let late = moves.contains { cell, moves in
      cell.peer == .frr && cell.martletIsHigher && cell.file.family == .ipv6
        && moves.takeover * 4 > cell.file.interval * 3
    }
    guard late else { return "" }
    return """

      A new IPv6 master of FRR's fails to send its first advert (`Failed to find address to bind`, it logs), so the LAN
      hears one an interval later. Its neighbor advertisements leave on time, and the client does not wait.

      """
  }

  private func table(of peer: PeerKind) -> String {
    var text = """
      | speaks | martlet higher: takeover | hand-back | holders | martlet lower: takeover | hand-back | holders |
      |---|---:|---:|---|---:|---:|---|

      """
    var impossible: (limit: String, ways: [String]) = ("", [])
    func flush() {
      if !impossible.ways.isEmpty {
        text += "| \(Self.together(impossible.ways)) | — \(impossible.limit) | — | — | — | — | — |\n"
      }
      impossible.ways = []
    }
    for file in InteroperabilityCell.files {
      if let limit = peer.limit(on: file) {
        if limit != impossible.limit { flush() }
        impossible.limit = limit
        impossible.ways.append(file.testDescription)
        continue
      }
      flush()
      text += "| \(file.testDescription) |"
      for isHigher in [true, false] {
        let cell = InteroperabilityCell(peer: peer, martletIsHigher: isHigher, file: file)
        guard let moves = moves[cell] else { continue }
        let times = [moves.takeover.milliseconds(decimals: 1), moves.handBack.milliseconds(decimals: 0)]
        text += times.map { " \($0) |" }.joined() + " \(moves.holders.map(String.init).joined(separator: ", ")) |"
      }
      text += "\n"
    }
    flush()
    return text
  }

  /// Several ways of speaking in one cell: what they have in common, then what each has besides.
  private static func together(_ ways: [String]) -> String {
    let words = ways.map { $0.split(separator: " ") }
    guard let first = words.first, ways.count > 1 else { return ways.joined() }
    let common = first.indices.prefix { index in
      words.allSatisfy { $0.indices.contains(index) && $0[index] == first[index] }
    }
    let rest = words.map { $0.count > common.count ? $0.dropFirst(common.count).joined(separator: " ") : "plain" }
    return first.prefix(common.count).joined(separator: " ") + ": " + rest.joined(separator: ", ")
  }
}

/// How soon the silence of a BFD session's other end was noticed.
struct SilenceDetection: Sendable {
  /// Between two packets of the other end.
  var interval: Nanoseconds
  /// Packets that must be missing.
  var multiplier: Int64
  /// From the other end's last packet to the first that says Down, ascending; not empty.
  var times: [Nanoseconds]

  /// What the protocol demands (RFC 5880 section 6.8.4).
  var time: Nanoseconds { interval * multiplier }
  var count: Int { times.count }
  var median: Nanoseconds { times[times.count / 2] }
  var worst: Nanoseconds { times[times.count - 1] }
}

extension PeerKind {
  /// As people write it.
  fileprivate var name: String { self == .frr ? "FRR" : rawValue }
}
