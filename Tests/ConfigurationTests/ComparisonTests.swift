import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

@Suite("Hosts side by side")
struct ComparisonTests {
  /// A router's half.
  private func half(
    _ lines: String = "", name: String = "VI_1", number: Int = 51, priority: Int = 100,
    addresses: String = "192.0.2.10/24"
  ) -> String {
    """
    vrrp_instance \(name) {
      interface eth0
      virtual_router_id \(number)
      priority \(priority)
      \(lines)
      virtual_ipaddress {
        \(addresses)
      }
    }

    """
  }

  @Test("Two halves that go together are good")
  func good() {
    let hosts = compare(half(priority: 150), half())
    #expect(hosts.hasCommonRouters)
    #expect(hosts.comparison == [])
    #expect(hosts.hosts.allSatisfy { $0.diagnostics.map(\.id) == ["unsigned-adverts"] })
    #expect(hosts.hosts.allSatisfy { $0.configuration.routers.count == 1 })
  }

  @Test("What is wrong between two halves is placed in both files")
  func places() throws {
    let hosts = compare(half("advert_int 1", priority: 150), half("advert_int 2"))
    let finding = try #require(hosts.comparison.first)
    #expect(hosts.comparison.count == 1)
    #expect(finding.id == "pair-interval" && finding.severity == .error)
    #expect(finding.range?.path == "/b.conf" && finding.range?.line == 5 && finding.range?.excerpt == "  advert_int 2")
    #expect(finding.notes.first?.range?.path == "/a.conf" && finding.notes.first?.range?.line == 5)
  }

  @Test(
    "Each difference has a rule",
    arguments: [
      ("", "", ["pair-priority"], 100),
      ("version 3\nadvert_int 1", "version 3\nadvert_int 2", ["pair-interval"], 150),
      ("version 3", "version 2", ["pair-version"], 150),
      ("mcast_dst_ip 224.0.0.99", "", ["pair-multicast-group"], 150),
      ("unicast_peer {\n192.0.2.2\n}", "", ["pair-transport"], 150),
      ("authentication {\nauth_type PASS\nauth_pass x\n}", "", ["pair-authentication"], 150),
      (
        "authentication {\nauth_type PASS\nauth_pass x\n}", "authentication {\nauth_type AH\nauth_pass x\n}",
        ["pair-authentication"], 150
      ),
      // Only eight bytes of a password count.
      (
        "authentication {\nauth_type PASS\nauth_pass 12345678\n}",
        "authentication {\nauth_type PASS\nauth_pass 123456789\n}", [], 150
      ),
      (
        "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}",
        "unicast_src_ip 192.0.2.2\nunicast_peer {\n192.0.2.1\n}", [], 150
      ),
      (
        "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.3\n}",
        "unicast_src_ip 192.0.2.2\nunicast_peer {\n192.0.2.4\n}", ["pair-peer", "pair-peer"], 150
      ),
      // Who does not say where it sends from cannot be told to be no peer.
      ("unicast_peer {\n192.0.2.2\n}", "unicast_peer {\n192.0.2.1\n}", [], 150),
      ("virtual_ipaddress_excluded {\n192.0.2.20/24\n}", "", ["pair-addresses"], 150),
      ("track_interface {\neth1 weight -20\n}", "", ["pair-weight"], 150),
      ("track_interface {\neth1 weight -50\n}", "", ["pair-weight"], 150),
      ("track_interface {\neth1 weight -51\n}", "", [], 150),
      ("track_interface {\neth1\n}", "", [], 150),
      // Together two weights do move it, and one that is added while all is well counts too.
      ("track_interface {\neth1 weight -30\neth2 weight -30\n}", "", [], 150),
      ("track_interface {\neth1 weight 60\n}", "track_interface {\neth1 weight 60\n}", [], 150),
      ("track_interface {\neth1 weight 20\n}", "track_interface {\neth1 weight 20\n}", ["pair-weight"], 150),
      ("track_interface {\neth1 weight 5\n}", "track_interface {\neth1 weight 10\n}", ["pair-priority"], 105),
    ] as [(String, String, [String], Int)])
  func rules(first: String, second: String, ids: [String], priority: Int) {
    let hosts = compare(half(first, priority: priority), half(second))
    #expect(hosts.comparison.map(\.id) == ids, "\(hosts.comparison.map(\.message))")
    #expect(hosts.comparison.allSatisfy { $0.range?.path != $0.notes.first?.range?.path && $0.suggestion != nil })
  }

  @Test("Addresses of one host only, of other lengths, or of another block are told of once")
  func addresses() {
    let cases: [(String, String, Int)] = [
      ("192.0.2.10/24\n192.0.2.11/24", "192.0.2.11/24\n192.0.2.10/24", 0),
      ("192.0.2.10/24\n192.0.2.11/24", "192.0.2.10/24", 1),
      ("192.0.2.10/24", "192.0.2.10/24\n192.0.2.11/24\n192.0.2.12/24", 2),
      ("192.0.2.10/24", "192.0.2.10/25", 1),
    ]
    for (first, second, count) in cases {
      let hosts = compare(half(priority: 150, addresses: first), half(addresses: second))
      #expect(hosts.comparison.map(\.id) == Array(repeating: "pair-addresses", count: count))
    }
    let moved = compare(
      half(priority: 150, addresses: "192.0.2.10/24\n192.0.2.11/24"),
      half("virtual_ipaddress_excluded {\n192.0.2.11/24\n}"))
    #expect(moved.comparison.count == 1)
  }

  @Test("An address with two numbers is one router, and an error")
  func numbers() {
    let hosts = compare(half(priority: 150), half(name: "other", number: 52))
    #expect(hosts.comparison.map(\.id) == ["pair-virtual-router-id"])
  }

  @Test("Number and name make one router of two whose addresses have nothing in common")
  func sameName() {
    let hosts = compare(half(priority: 150), half(addresses: "192.0.2.99/24"))
    #expect(hosts.comparison.map(\.id) == ["pair-addresses", "pair-addresses"])
  }

  @Test("Files without a router in common are only checked")
  func unrelated() {
    let hosts = compare(half(), half(name: "other", addresses: "198.51.100.1/24"))
    #expect(!hosts.hasCommonRouters && hosts.comparison.isEmpty)
    // A name alone, or a number alone, is no router in common.
    #expect(!compare(half(), half(number: 52, addresses: "198.51.100.1/24")).hasCommonRouters)
    // Families are never one router.
    #expect(!compare(half(), half(addresses: "fe80::1")).hasCommonRouters)
  }

  @Test("A router that nobody else has is told of if the hosts have others in common")
  func loneRouters() {
    let second = half(name: "VI_2", number: 52, addresses: "192.0.2.20/24")
    let hosts = compare(half(priority: 150), half() + second)
    #expect(hosts.comparison.map(\.id) == ["pair-lone-router"])
    #expect(hosts.comparison.first?.range?.path == "/b.conf")
  }

  @Test("Three hosts are compared each with each")
  func three() {
    let hosts = compare(half(priority: 150), half(), half())
    #expect(hosts.comparison.map(\.id) == ["pair-priority"])
    #expect(hosts.comparison.first?.range?.path == "/c.conf")
    #expect(hosts.comparison.first?.notes.first?.range?.path == "/b.conf")
  }

  @Test("No password shows, also where two differ")
  func secrets() {
    let lines = { (password: String) in "authentication {\nauth_type PASS\nauth_pass \(password)\n}" }
    let text = DiagnosticRenderer().render(compare(half(lines("hunter2x")), half(lines("hunter3x"))).comparison)
    #expect(text.contains("pair-authentication") && !text.contains("hunter"), "\(text)")
  }

  @Test("Routers of a file with errors are compared all the same")
  func errors() {
    let hosts = compare(half("advert_int 1", priority: 150), half("advert_int 2\npriority"))
    #expect(hosts.hosts[1].hasErrors)
    #expect(hosts.comparison.map(\.id).contains("pair-interval"))
  }
}
