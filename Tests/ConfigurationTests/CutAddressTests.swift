import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing

/// A value that keepalived cuts, drops or refuses: what is said of it, and what the fix makes of its lines.
struct ValueCase: Sendable, CustomTestStringConvertible {
  var lines: String
  var id: String
  /// The lines after the fix; `nil` for a finding without one.
  var fixed: String?

  init(_ lines: String, _ id: String, fixed: String? = nil) {
    self.lines = lines
    self.id = id
    self.fixed = fixed
  }

  var testDescription: String { lines }

  /// Loads the lines in their setting and compares what is said, and what the fix makes of them.
  @discardableResult func check(_ setting: (String) -> String) -> LoadedConfiguration {
    let loaded = load(setting(lines))
    let found = loaded.diagnostics.filter { $0.severity > .note }
    #expect(found.map(\.id) == [id], "\(loaded.diagnostics.map(\.message))")
    #expect(found.first?.range != nil)
    let files = MemorySourceFiles(texts: ["/m.conf": setting(lines)])
    let outcome = ConfigurationFixer.fix(ConfigurationSource(path: "/m.conf"), files: files)
    let after = outcome.files["/m.conf"].map { String(decoding: $0.after, as: UTF8.self) }
    #expect((found.first?.fixIt != nil) == (fixed != nil))
    #expect(after == fixed.map(setting))
    return loaded
  }
}

private let onePeer = "unicast_peer {\n192.0.2.7\n}\n"

@Suite("Addresses that keepalived cuts or refuses")
struct CutAddressTests {
  @Test(
    "A peer's address is used without what follows it",
    arguments: ["192.0.2.2/24", "192.0.2.2-5", "192.0.2.2/", "192.0.2.2/x", "192.0.2.2-5/24"])
  func peers(word: String) {
    let peer = ValueCase(word, "address-suffix", fixed: "192.0.2.2")
    let loaded = peer.check { instance("unicast_peer {\n\($0)\n}") }
    #expect(loaded.configuration.routers.first?.unicastPeers.map(\.address.description) == ["192.0.2.2"])
  }

  @Test func aPeerIsTheSameWithAndWithoutAPrefixLength() {
    let loaded = load(instance("unicast_peer {\n192.0.2.2\n192.0.2.2/24\n}"))
    #expect(loaded.diagnostics.map(\.id).sorted() == ["address-suffix", "duplicate-peer"])
    #expect(loaded.configuration.routers.first?.unicastPeers.count == 1)
  }

  @Test(
    "Addresses of an instance are used without what follows them",
    arguments: [
      ValueCase("mcast_src_ip 192.0.2.1/24", "address-suffix", fixed: "mcast_src_ip 192.0.2.1"),
      ValueCase("\(onePeer)unicast_src_ip 192.0.2.1/24", "address-suffix", fixed: "\(onePeer)unicast_src_ip 192.0.2.1"),
      ValueCase("mcast_dst_ip 224.0.0.99/32", "address-suffix", fixed: "mcast_dst_ip 224.0.0.99"),
    ])
  func instanceAddresses(value: ValueCase) throws {
    let router = try #require(value.check { instance($0) }.configuration.routers.first)
    let isGroup = value.lines.contains("mcast_dst_ip")
    #expect(isGroup ? router.multicastGroup == IPAddress("224.0.0.99") : router.sourceAddress == IPAddress("192.0.2.1"))
  }

  @Test(arguments: [("vrrp_mcast_group4", "224.0.0.99"), ("vrrp_mcast_group6", "ff02::99")])
  func groups(keyword: String, address: String) {
    let value = ValueCase("\(keyword) \(address)/24", "address-suffix", fixed: "\(keyword) \(address)")
    let loaded = value.check { "global_defs {\n\($0)\n}\n" + instance("") }
    let global = loaded.configuration.global
    #expect([global.multicastGroup4, global.multicastGroup6].contains(IPAddress(address)))
  }

  @Test(arguments: ["10.0.0.0103", "host-1", "/10.0.0.1", "-10.0.0.1", "10.0.0.1:112", "fe80::1%eth0"])
  func whatIsNoAddressEvenSoIsNoPeer(word: String) {
    let loaded = load(instance("unicast_peer {\n192.0.2.2\n\(word)\n}"))
    #expect(loaded.diagnostics.map(\.id) == ["bad-address"])
    #expect(loaded.configuration.routers.first?.unicastPeers.count == 1)
  }

  @Test(
    "An address whose numbers have zeros before them is refused",
    arguments: [
      ("192.0.2.10/24\n%", "192.0.2.011/24", "192.0.2.11/24", "bad-address"),
      ("192.0.2.10/24\n%", "192.000.2.11", "192.0.2.11", "bad-address"),
      ("192.0.2.10/24\n192.0.2.11/24 brd %", "192.0.2.0255", "192.0.2.255", "bad-address"),
      ("192.0.2.10 peer %", "192.0.2.011", "192.0.2.11", "bad-value"),
      ("192.0.2.10 peer %", "192.0.2.11/24", "192.0.2.11", "bad-value"),
    ])
  func zeros(place: String, word: String, meant: String, id: String) {
    ValueCase(word, id, fixed: meant).check { instance("", address: place.replacing("%", with: $0)) }
  }

  @Test(arguments: [
    ("unicast_peer {\n192.0.2.7\n%\n}", "bad-address"), ("mcast_src_ip %", "bad-value"),
    ("virtual_routes {\n198.51.100.0/24 via %\n}", "bad-address"),
    ("virtual_routes {\n%/32 dev eth0\n}", "bad-address"),
    ("virtual_routes {\n198.51.100.0/24 src % dev eth0\n}", "bad-address"),
    ("virtual_routes {\n198.51.100.0/24 encap ip dst % dev eth0\n}", "bad-address"),
    ("virtual_rules {\nfrom % table 5 preference 6\n}", "bad-address"),
  ])
  func zerosElsewhere(place: String, id: String) {
    ValueCase("192.0.2.09", id, fixed: "192.0.2.9").check { instance(place.replacing("%", with: $0)) }
  }

  @Test func anOptionThatStandsTwiceIsTold() throws {
    let cases: [ValueCase] = [
      ValueCase("192.0.2.10/24 scope link scope host", "option-twice", fixed: "192.0.2.10/24 scope host"),
      ValueCase("192.0.2.10/24 label a label b", "option-twice", fixed: "192.0.2.10/24 label b"),
      ValueCase("192.0.2.10/24 brd + broadcast -", "option-twice", fixed: "192.0.2.10/24 broadcast -"),
      ValueCase(
        "192.0.2.10/24 preferred_lft 5 preferred_lft 6", "option-twice", fixed: "192.0.2.10/24 preferred_lft 6"),
    ]
    for value in cases { value.check { instance("", address: $0) } }
    let loaded = ValueCase("192.0.2.11 dev eth0 dev eth1", "option-twice").check {
      instance("", address: "192.0.2.10/24\n\($0)")
    }
    #expect(loaded.configuration.routers.first?.addresses.count == 1)
  }

  @Test(arguments: [("0x10", 16), ("link", 253)] as [(String, UInt8)])
  func aScopeMayBeHexadecimal(word: String, scope: UInt8) {
    let loaded = load(instance("", address: "192.0.2.10/24 scope \(word)"))
    #expect(loaded.diagnostics.isEmpty)
    #expect(loaded.configuration.routers.first?.addresses.first?.scope == scope)
  }
}
