import NetworkTypes
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ("::", "::"), ("::1", "::1"), ("fe80::1", "fe80::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:DB8::A", "2001:db8::a"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("1::", "1::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ])
  func readsAndWritesText(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == canonical)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(arguments: [
    "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "-1.2.3.4", "1..2.3", "0x1.2.3.4", ":", ":::", "1:::2",
    "1::2::3",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "1:2:3:4:5:6:7:8::",
    "1111111111.1.1.1", "010.0.0.1", "10.00.0.1", "10.0.0.01", "::ffff:010.0.0.1",
  ])
  func refusesWhatIsNoAddress(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func ordersAsNumbersInNetworkOrder() throws {
    let texts = [
      "9.255.255.255", "10.0.0.1", "192.0.2.255", "192.0.3.0", "::1", "2001:db8::ffff:ffff:ffff:ffff", "fe80::1",
    ]
    let addresses = try texts.map { try #require(IPAddress($0)) }
    #expect(addresses.shuffled().sorted() == addresses)
  }

  @Test(arguments: [
    ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.0/25", "192.0.2.128", false),
    ("0.0.0.0/0", "203.0.113.9", true), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
    ("2001:db8::/33", "2001:db8:7fff::", true), ("2001:db8::/33", "2001:db8:8000::", false),
    ("::/0", "192.0.2.1", false),
  ])
  func prefixHoldsItsAddresses(prefix: String, address: String, expected: Bool) throws {
    #expect(try #require(IPPrefix(prefix)).contains(#require(IPAddress(address))) == expected)
  }

  @Test(arguments: ["192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/+1", "192.0.2.0/24/1", "/24"])
  func refusesWhatIsNoPrefix(text: String) {
    #expect(IPPrefix(text) == nil)
  }

  @Test func knowsSpecialAddresses() throws {
    #expect(try #require(IPAddress("224.0.0.18")).isMulticast)
    #expect(try #require(IPAddress("ff02::12")).isMulticast)
    #expect(try #require(IPAddress("fe80::1")).isLinkLocal)
    #expect(try #require(IPAddress("febf::1")).isLinkLocal)
    #expect(try !#require(IPAddress("fec0::1")).isLinkLocal)
    #expect(try #require(IPAddress("127.0.0.2")).isLoopback)
    #expect(try MACAddress(multicast: #require(IPAddress("224.0.0.18"))).description == "01:00:5e:00:00:12")
    #expect(try MACAddress(multicast: #require(IPAddress("ff02::12"))).description == "33:33:00:00:00:12")
  }
}

@Suite struct TimeTests {
  @Test func arithmeticHoldsAtTheEndsOfItsRange() {
    let last = MonotonicInstant(nanoseconds: .max)
    #expect(last + .seconds(1) == last)
    #expect(MonotonicInstant(nanoseconds: .min) - .seconds(1) == MonotonicInstant(nanoseconds: .min))
    #expect(last - MonotonicInstant(nanoseconds: -1) == Nanoseconds(rawValue: .max))
    #expect(Nanoseconds.seconds(.max) == Nanoseconds(rawValue: .max))
    #expect(Nanoseconds.seconds(.min) == Nanoseconds(rawValue: .min))
    #expect(Centiseconds.longestInVersion3.nanoseconds == .milliseconds(40_950))
  }
}
