import LabKit
import Testing

extension LabTests {
  /// What moves the address, and how fast, where both hosts run the same daemon; ``Interoperability`` has the others.
  @Suite struct Failover {
    @Test(needs(.lab, .martlet), arguments: Pairing.matrix.filter { $0.low == $0.high })
    func moves(_ pairing: Pairing) async throws { try await FailoverStory(pairing).tell() }

    @Test(needs(.lab, .keepalived), arguments: Pairing.reference)
    func referencePairMoves(_ pairing: Pairing) async throws { try await FailoverStory(pairing).tell() }
  }
}
