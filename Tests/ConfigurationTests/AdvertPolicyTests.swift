import Configuration
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

/// What a router's lines come to on the wire.
@Suite struct WrittenPolicyTests {
  private func router(_ lines: String) throws -> VirtualRouterDefinition {
    let loaded = load(instance(lines))
    try #require(!loaded.hasErrors, "\(loaded.diagnostics.map(\.message))")
    return try #require(loaded.configuration.routers.first)
  }

  private func policy(_ lines: String) throws -> AdvertPolicy { try #require(router(lines).advertPolicy) }

  private static let group = IPAddress(v4: 0xE000_0012)
  private static let peer = IPAddress(v4: 0xC000_0202)

  @Test(
    arguments: [
      ("", [group], 255, true), ("mcast_dst_ip 224.0.0.99", [IPAddress(v4: 0xE000_0063)], 255, true),
      ("unicast_peer {\n192.0.2.2\n}", [peer], 255, true),
      ("unicast_peer {\n192.0.2.2\n}\nunicast_ttl 3\ncheck_unicast_src no", [peer], 3, nil),
      ("unicast_ttl 3", [group], 255, true), ("unicast_peer {\n}\nunicast_fault_no_peer", [], 255, true),
    ] as [(String, [IPAddress], UInt8, Bool?)])
  func destinations(lines: String, destinations: [IPAddress], hops: UInt8, demandsPeer: Bool?) throws {
    let policy = try policy(lines)
    #expect(policy.destinations() == destinations && policy.timeToLive == hops)
    if let demandsPeer { #expect(policy.demandsPeer == demandsPeer) }
  }

  @Test(
    arguments: [
      ("192.0.2.2", 0...255), ("192.0.2.2 min_ttl 250 max_ttl 254", 250...254), ("192.0.2.2 min_ttl 64", 64...255),
    ] as [(String, ClosedRange<UInt8>)])
  func peers(line: String, hops: ClosedRange<UInt8>) throws {
    #expect(try policy("unicast_peer {\n\(line)\n}").peers == [AdvertPolicy.Peer(address: Self.peer, timeToLive: hops)])
  }

  @Test func aRangeThatEndsBeforeItBeginsIsTheLeast() throws {
    var router = try router("unicast_peer {\n192.0.2.2\n}")
    router.unicastPeers[0].minimumTTL = 9
    router.unicastPeers[0].maximumTTL = 3
    #expect(router.advertPolicy?.peers?.first?.timeToLive == 9...9)
  }

  @Test(
    arguments: [
      (nil, nil), ("enforce", TrailerUse.demanded), ("permissive", .allowed), ("receive-only", .allowed),
    ] as [(String?, TrailerUse?)])
  func trailers(mode: String?, use: TrailerUse?) throws {
    let block =
      mode.map { "auth_hmac {\nkey 1 \(String(repeating: "1", count: 32))\nactive_key 1\nmode \($0)\n}" } ?? ""
    let policy = try policy(block)
    #expect(policy.signing?.trailerUse == use)
    #expect((policy.signing?.makesTrailers ?? false) == (mode == "enforce" || mode == "permissive"))
    #expect(policy.expectation.authentication == .none)
  }

  @Test func whatNoAdvertCanHoldHasNoPolicy() throws {
    var router = try router("")
    router.authentication = .password(Array("ninebytes".utf8))
    #expect(router.advertPolicy == nil)
    router.authentication = .password(Array("eight888".utf8))
    #expect(router.advertPolicy != nil)
    router.addresses = try Array(repeating: #require(router.addresses.first), count: 256)
    #expect(router.advertPolicy == nil)
  }
}
