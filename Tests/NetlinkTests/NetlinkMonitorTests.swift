import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Netlink

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct NetlinkMonitorTests {
  /// Receives until an event satisfies `condition`, at most five seconds; all events seen.
  private func events(
    _ monitor: NetlinkMonitor, until condition: (NetlinkEvent) -> Bool
  ) throws -> [NetlinkEvent] {
    var seen: [NetlinkEvent] = []
    var isMet = false
    while !isMet, waitReadable(monitor.rawValue, milliseconds: 30_000) {
      try monitor.receive { event in
        seen.append(event)
        isMet = isMet || condition(event)
      }
    }
    #expect(isMet)
    return seen
  }

  private func link(_ event: NetlinkEvent, _ name: String) -> LinkState? {
    if case .link(let link) = event, link.name == name { link } else { nil }
  }

  @Test func tellsOfALinksWholeLife() throws {
    try withFreshNamespace {
      let monitor = try NetlinkMonitor()
      try run("ip link add left address 02:00:00:00:00:01 mtu 1400 type veth peer name right")
      let made = try events(monitor) { link($0, "left") != nil }
      let left = try #require(made.compactMap { link($0, "left") }.last)
      #expect(left.mac == MACAddress(bits: 0x0200_0000_0001))
      #expect(left.mtu == 1_400)
      #expect(left.kind == "veth")
      #expect(left.hardwareType == 1)
      #expect(!left.isUp && !left.hasCarrier && !left.isLoopback)
      #expect(left.index == (try interface("left")))

      try run("ip link set left up")
      _ = try events(monitor) { link($0, "left").map { $0.isUp && !$0.hasCarrier } ?? false }
      try run("ip link set right up")
      _ = try events(monitor) { link($0, "left")?.isUsable ?? false }
      try run("ip link set right down")
      _ = try events(monitor) { link($0, "left").map { $0.isUp && !$0.hasCarrier } ?? false }
      try run("ip link set left down")
      _ = try events(monitor) { link($0, "left").map { !$0.isUp } ?? false }
      try run("ip link set left name renamed")
      _ = try events(monitor) { link($0, "renamed")?.index == left.index }
      try run("ip link del renamed")
      _ = try events(monitor) { $0 == .linkRemoved(left.index, name: "renamed") }
    }
  }

  @Test func tellsOfAddresses() throws {
    try withFreshNamespace {
      try makeLink("wire0")
      let wire = try interface("wire0")
      let monitor = try NetlinkMonitor()
      try run("ip addr add 192.0.2.10/24 brd 192.0.2.255 dev wire0 label wire0:1")
      try run("ip addr add 192.0.2.11/24 dev wire0")
      try run("ip addr add 2001:db8::1/64 dev wire0 nodad")
      let added = try events(monitor) {
        if case .addressAdded(let state) = $0 { state.prefix == (try? prefix("2001:db8::1/64")) } else { false }
      }
      let states = added.compactMap { if case .addressAdded(let state) = $0 { state } else { nil } }
      let first = try #require(states.first { $0.prefix == (try? prefix("192.0.2.10/24")) })
      #expect(first.label == "wire0:1")
      #expect(first.interface == wire)
      #expect(first.broadcast == IPAddress("192.0.2.255"))
      #expect(first.isPermanent && !first.isSecondary)
      #expect(states.contains { $0.prefix == (try? prefix("192.0.2.11/24")) && $0.isSecondary })
      try run("ip addr del 2001:db8::1/64 dev wire0")
      _ = try events(monitor) {
        if case .addressRemoved(let state) = $0 { state.prefix == (try? prefix("2001:db8::1/64")) } else { false }
      }
    }
  }

  @Test func aPortLeavingItsBridgeIsNoLinkRemoved() throws {
    try withFreshNamespace {
      try run("ip link add bridge0 type bridge")
      try run("ip link add port0 type veth peer name far0")
      let bridge = try interface("bridge0")
      let port = try interface("port0")
      let monitor = try NetlinkMonitor()
      try run("ip link set port0 master bridge0")
      _ = try events(monitor) { link($0, "port0")?.master == bridge }
      try run("ip link set port0 nomaster")
      let seen = try events(monitor) { link($0, "port0").map { $0.master == nil } ?? false }
      #expect(!seen.contains(.linkRemoved(port, name: "port0")))
    }
  }

  @Test func aSnapshotHoldsEverything() throws {
    try withFreshNamespace {
      try run("ip link set lo up")
      try run("ip link add base type veth peer name far0")
      try run("ip link add link base name upper type macvlan")
      let monitor = try NetlinkMonitor()
      let snapshot = try monitor.snapshot()
      #expect(Set(snapshot.links.map(\.name)) == ["lo", "base", "upper", "far0"])
      let upper = try #require(snapshot.links.first { $0.name == "upper" })
      #expect(upper.kind == "macvlan")
      #expect(upper.lower == (try interface("base")))
      #expect(snapshot.links.first { $0.name == "lo" }?.isLoopback == true)
      #expect(
        Set(snapshot.addresses.map(\.address)) == Set([IPAddress("127.0.0.1"), IPAddress("::1")].compactMap { $0 }))
      #expect(snapshot.addresses.allSatisfy { $0.scope == .host })
    }
  }

  @Test func afterAnOverrunASnapshotIsTrueAgain() throws {
    try withFreshNamespace {
      try makeLink("wire0")
      let wire = try interface("wire0")
      let monitor = try NetlinkMonitor(receiveBuffer: 4_096)
      let table = try AddressTable()
      let changes = (0..<2_000).map { number in
        AddressChange(
          .add,
          AddressSpecification(
            prefix: IPPrefix(host: IPAddress(v4: 0x0A00_0001 + UInt32(number))), interface: wire))
      }
      #expect(try table.apply(changes).allSatisfy { $0 == .done })
      var overruns = 0
      while try monitor.receive({ if $0 == .overrun { overruns += 1 } }) > 0 {}
      #expect(overruns > 0)
      let snapshot = try monitor.snapshot()
      #expect(snapshot.addresses.filter { $0.interface == wire && $0.address.family == .ipv4 }.count == 2_000)
      // And it hears again.
      try run("ip addr del 10.0.0.1/32 dev wire0")
      _ = try events(monitor) {
        if case .addressRemoved(let state) = $0 { state.address == IPAddress("10.0.0.1") } else { false }
      }
    }
  }

  @Test func believesTheKernelOnly() throws {
    try withFreshNamespace {
      let monitor = try NetlinkSocket(receiveBuffer: 1 << 16)
      let forger = try NetlinkSocket(receiveBuffer: 1 << 16)
      var address = [UInt8](repeating: 0, count: 12)
      address[0] = UInt8(AF_NETLINK)
      withUnsafeBytes(of: localPort(of: monitor)) { address.replaceSubrange(4..<8, with: $0) }
      // A header that says a link is gone.
      let forged: [UInt8] = [16, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      let sent = address.withUnsafeBytes { raw in
        sendto(
          forger.rawValue, forged, forged.count, 0, raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
          socklen_t(raw.count))
      }
      // Some kernels let only the privileged speak to another port; then there is nothing to ignore.
      guard sent == forged.count else { return }
      guard case .ignored = try monitor.receive() else {
        Issue.record("a forged message was believed")
        return
      }
    }
  }

  private func localPort(of socket: NetlinkSocket) -> UInt32 {
    var address = [UInt8](repeating: 0, count: 12)
    var length = socklen_t(address.count)
    _ = address.withUnsafeMutableBytes { raw in
      getsockname(socket.rawValue, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
    }
    return address.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
  }
}

@Suite struct NetlinkParsingTests {
  @Test func randomBytesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
    defer { buffer.deallocate() }
    let types: [UInt16] = [16, 17, 20, 21, 2, 3]
    var events = 0
    for _ in 0..<30_000 {
      let count = Int.random(in: 0...256, using: &generator)
      for offset in stride(from: 0, to: 256, by: 8) {
        // Small numbers make lengths and types that are nearly right.
        let word = generator.next() & (Bool.random(using: &generator) ? 0x001F_003F_001F_003F : .max)
        buffer.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
      }
      buffer.storeBytes(of: UInt32.random(in: 0...UInt32(count + 8), using: &generator), as: UInt32.self)
      buffer.storeBytes(of: types.randomElement(using: &generator) ?? 16, toByteOffset: 4, as: UInt16.self)
      buffer[16] = [0, 2, 10].randomElement(using: &generator) ?? 0
      for message in NetlinkMessages(buffer, count: count) {
        if NetlinkEvent(message) != nil { events += 1 }
        _ = message.acknowledgedError
      }
    }
    #expect(events > 0)
  }
}
