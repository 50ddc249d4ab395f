import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// What the cells came to, written as a document once all of them are in, if `MARTLET_INTEROPERABILITY` names a file.
actor InteroperabilityTable {
  static let shared = InteroperabilityTable()
  static let peers: [PeerKind] = [.keepalived, .frr]

  private var moves: [InteroperabilityCell: FailoverStory.Moves] = [:]

  func record(_ result: FailoverStory.Moves, of cell: InteroperabilityCell) throws {
    moves[cell] = result
    guard let path = getenv("MARTLET_INTEROPERABILITY").map({ String(cString: $0) }),
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

      """
    for peer in Self.peers {
      text += "\n## \(peer.name)\n\n" + (peer.version.map { "\($0).\n\n" } ?? "") + table(of: peer)
    }
    return text + note
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
    for file in InteroperabilityCell.files {
      text += "| \(file.testDescription) |"
      if let limit = peer.limit(on: file) {
        text += " — \(limit) | — | — | — | — | — |\n"
        continue
      }
      for isHigher in [true, false] {
        let cell = InteroperabilityCell(peer: peer, martletIsHigher: isHigher, file: file)
        guard let moves = moves[cell] else { continue }
        let times = [moves.takeover.milliseconds(decimals: 1), moves.handBack.milliseconds(decimals: 0)]
        text += times.map { " \($0) |" }.joined() + " \(moves.holders.map(String.init).joined(separator: ", ")) |"
      }
      text += "\n"
    }
    return text
  }
}

extension PeerKind {
  /// As people write it.
  fileprivate var name: String { self == .frr ? "FRR" : rawValue }
}
