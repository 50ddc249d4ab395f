import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// A way of speaking beside a daemon of another make.
struct InteroperabilityCell: Sendable, Hashable, CustomTestStringConvertible {
  /// The other daemon.
  var peer: PeerKind
  /// Whether martlet's host has the higher priority.
  var martletIsHigher: Bool
  var file: RouterFile

  /// Every way of speaking there could be, in the table's order.
  static let files: [RouterFile] = [(.v2, .ipv4), (.v2, .ipv6), (.v3, .ipv4), (.v3, .ipv6)].flatMap {
    (version: ProtocolVersion, family: AddressFamily) in
    RouterFile.Transport.allCases.flatMap { transport in
      [(nil, false), ("swallow", false), ("swallow", true)].flatMap { (password: String?, isSigned: Bool) in
        [false, true].map { usesVirtualMAC in
          var file = RouterFile(version: version, family: family, transport: transport)
          file.password = password
          file.isSigned = isSigned
          file.usesVirtualMAC = usesVirtualMAC
          return file
        }
      }
    }
  }

  /// Those that a daemon can do, in both roles.
  static func possible(beside peer: PeerKind) -> [InteroperabilityCell] {
    files.filter { peer.limit(on: $0) == nil }.flatMap { file in
      [true, false].map { InteroperabilityCell(peer: peer, martletIsHigher: $0, file: file) }
    }
  }

  var pairing: Pairing {
    Pairing(high: martletIsHigher ? .martlet : peer, low: martletIsHigher ? peer : .martlet, file: file)
  }

  var testDescription: String { pairing.testDescription }
}

extension LabTests {
  /// The main table: what moves the address, and how fast, beside each other daemon, in both roles and in every way of
  /// speaking. `make interoperability` writes it to docs/interoperability.md.
  @Suite struct Interoperability {
    @Test(needs(.lab, .martlet, .keepalived), arguments: InteroperabilityCell.possible(beside: .keepalived))
    func besideKeepalived(_ cell: InteroperabilityCell) async throws { try await judge(cell) }

    @Test(needs(.lab, .martlet, .frr), arguments: InteroperabilityCell.possible(beside: .frr))
    func besideFRR(_ cell: InteroperabilityCell) async throws { try await judge(cell) }

    private func judge(_ cell: InteroperabilityCell) async throws {
      let moves = try await FailoverStory(cell.pairing).tell()
      #expect(moves.holders == [1, 1])
      try await InteroperabilityTable.shared.record(moves, of: cell)
    }
  }
}
