import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Netlink

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct AddressTableTests {
  private func withWire(_ body: (InterfaceIndex) throws -> Void) throws {
    try withFreshNamespace {
      try makeLink("wire0")
      try body(try interface("wire0"))
    }
  }

  fileprivate func changes(
    _ operation: AddressChange.Operation, _ count: Int, _ family: AddressFamily, on interface: InterfaceIndex
  ) -> [AddressChange] {
    (0..<count).map { number in
      let address =
        family == .ipv4
        ? IPAddress(v4: 0x0A00_0001 + UInt32(number)) : IPAddress(v6High: 0x2001_0DB8 << 32, low: UInt64(number + 1))
      return AddressChange(operation, AddressSpecification(prefix: IPPrefix(host: address), interface: interface))
    }
  }

  private func states(_ interface: InterfaceIndex) throws -> [AddressState] {
    try NetlinkMonitor().dumpAddresses().filter { $0.interface == interface && !$0.address.isLinkLocal }
  }

  @Test(arguments: AddressFamily.allCases)
  func aThousandAddressesComeAndGo(family: AddressFamily) throws {
    try withWire { wire in
      let table = try AddressTable()
      let start = MonotonicClock.now()
      #expect(try table.apply(changes(.add, 1_000, family, on: wire)) == Array(repeating: .done, count: 1_000))
      let added = MonotonicClock.now()
      let found = try states(wire)
      #expect(found.count == 1_000)
      #expect(Set(found.map(\.prefix)) == Set(changes(.add, 1_000, family, on: wire).map(\.address.prefix)))
      #expect(found.allSatisfy { !$0.isTentative && $0.isPermanent })
      #expect(try table.apply(changes(.add, 1_000, family, on: wire)) == Array(repeating: .alreadyThere, count: 1_000))
      let removing = MonotonicClock.now()
      #expect(try table.apply(changes(.remove, 1_000, family, on: wire)) == Array(repeating: .done, count: 1_000))
      let removed = MonotonicClock.now()
      #expect(try states(wire).isEmpty)
      #expect(try table.apply(changes(.remove, 1_000, family, on: wire)) == Array(repeating: .notThere, count: 1_000))
      print(
        "\(family): 1,000 added in \((added - start).inMilliseconds) ms, removed in \((removed - removing).inMilliseconds) ms"
      )
    }
  }

  @Test("What is prepared is what would be written later", arguments: [false, true])
  func setsWhatItIsTold(isPrepared: Bool) throws {
    try withWire { wire in
      let table = try AddressTable()
      let address = AddressSpecification(
        prefix: try prefix("192.0.2.10/24"), interface: wire, label: "wire0:vip", scope: .link,
        broadcast: IPAddress("192.0.2.255"), flags: [.noPrefixRoute], validLifetime: 100_000, preferredLifetime: 50_000)
      if isPrepared { table.prepare([address]) }
      #expect(try table.apply([AddressChange(.add, address)]) == [.done])
      #expect(try table.apply([AddressChange(.add, address)]) == [.alreadyThere])
      let state = try #require(try states(wire).first)
      #expect(state.prefix == address.prefix)
      #expect(state.label == "wire0:vip")
      #expect(state.scope == .link)
      #expect(state.broadcast == IPAddress("192.0.2.255"))
      #expect(state.flags.contains(.noPrefixRoute))
      #expect(!state.isPermanent)
      #expect((90_000...100_000).contains(state.validLifetime ?? 0))
      #expect((40_000...50_000).contains(state.preferredLifetime ?? 0))
    }
  }

  @Test func aPlainAddressHasNoBroadcastAndNoLifetime() throws {
    try withWire { wire in
      let address = AddressSpecification(prefix: try prefix("192.0.2.10/24"), interface: wire)
      #expect(try AddressTable().apply([AddressChange(.add, address)]) == [.done])
      let state = try #require(try states(wire).first)
      #expect(state.broadcast == nil)
      #expect(state.validLifetime == nil)
      #expect(state.preferredLifetime == nil)
      #expect(state.label == "wire0")
      #expect(state.peer == nil)
      #expect(state.scope == .universe)
    }
  }

  @Test(arguments: ["192.0.2.10/32", "2001:db8::10/128"])
  func setsThePeer(text: String) throws {
    try withWire { wire in
      let own = try prefix(text)
      let peer = try #require(IPAddress(own.address.family == .ipv4 ? "192.0.2.99" : "2001:db8::99"))
      let address = AddressSpecification(prefix: own, interface: wire, peer: peer)
      #expect(try AddressTable().apply([AddressChange(.add, address)]) == [.done])
      let state = try #require(try states(wire).first)
      #expect(state.address == own.address)
      #expect(state.peer == peer)
      #expect(try AddressTable().apply([AddressChange(.remove, address)]) == [.done])
      #expect(try states(wire).isEmpty)
    }
  }

  @Test(arguments: ["192.0.2.10/24", "2001:db8::10/64"])
  func replacingRenewsTheLifetime(text: String) throws {
    try withWire { wire in
      let table = try AddressTable()
      var address = AddressSpecification(prefix: try prefix(text), interface: wire, validLifetime: 10)
      #expect(try table.apply([AddressChange(.replace, address)]) == [.done])
      address.validLifetime = 1_000
      #expect(try table.apply([AddressChange(.add, address)]) == [.alreadyThere])
      #expect(try #require(try states(wire).first?.validLifetime) <= 10)
      #expect(try table.apply([AddressChange(.replace, address)]) == [.done])
      #expect(try #require(try states(wire).first?.validLifetime) > 900)
      address.validLifetime = nil
      #expect(try table.apply([AddressChange(.replace, address)]) == [.done])
      #expect(try #require(try states(wire).first).validLifetime == nil)
    }
  }

  @Test func duplicateDetectionRunsOnlyWhereWanted() throws {
    try withFreshNamespace {
      try makeLink("left")
      let left = try interface("left")
      var tried = AddressSpecification(prefix: try prefix("2001:db8::1/64"), interface: left)
      tried.runsDuplicateDetection = true
      let plain = AddressSpecification(prefix: try prefix("2001:db8::2/64"), interface: left)
      #expect(try AddressTable().apply([tried, plain].map { AddressChange(.add, $0) }) == [.done, .done])
      let found = try states(left)
      #expect(found.first { $0.prefix == tried.prefix }?.isTentative == true)
      #expect(found.first { $0.prefix == plain.prefix }?.isTentative == false)
    }
  }

  @Test func saysOfEachWhatBecameOfIt() throws {
    try withWire { wire in
      let nowhere = InterfaceIndex(rawValue: 9_999)
      let good = AddressSpecification(prefix: try prefix("192.0.2.10/24"), interface: wire)
      var elsewhere = good
      elsewhere.interface = nowhere
      var tooLong = good
      tooLong.label = "a-label-that-is-too-long"
      var mixed = good
      mixed.peer = IPAddress("::1")
      let results = try AddressTable().apply([
        AddressChange(.add, good), AddressChange(.add, elsewhere), AddressChange(.add, tooLong),
        AddressChange(.remove, elsewhere), AddressChange(.add, mixed), AddressChange(.add, good),
        AddressChange(.remove, good), AddressChange(.remove, good),
      ])
      #expect(
        results == [
          .done, .failed(ENODEV), .failed(EINVAL), .notThere, .failed(EINVAL), .alreadyThere, .done, .notThere,
        ])
      #expect(results.map(\.isInPlace) == [true, false, false, true, false, true, true, true])
    }
  }

  /// A link too narrow for IPv6 (RFC 8200 section 5) loses all of it at once, addresses included.
  @Test func whatWentWithALinksIPv6IsNotThere() throws {
    try withFreshNamespace {
      try makeLink("near0")
      let near = try interface("near0")
      let address = AddressSpecification(prefix: try prefix("2001:db8::1/64"), interface: near)
      #expect(try AddressTable().apply([AddressChange(.add, address)]) == [.done])
      try run("ip link set near0 mtu 1000")
      #expect(try AddressTable().apply([AddressChange(.remove, address)]) == [.notThere])
    }
  }

  @Test func aSliceIsCountedFromItsStart() throws {
    try withWire { wire in
      let all = changes(.add, 10, .ipv4, on: wire)
      let table = try AddressTable()
      #expect(try table.apply(all[3..<5]) == [.done, .done])
      #expect(try states(wire).map(\.prefix) == all[3..<5].map(\.address.prefix))
      #expect(try table.apply(all[..<0]) == [])
    }
  }

  /// In a process of its own, so that no other test's memory is counted.
  @Test func tenThousandChangesLeaveNoMemoryBehind() async {
    await #expect(processExitsWith: .success) {
      try withFreshNamespace {
        try makeLink("wire0")
        let wire = try interface("wire0")
        let suite = AddressTableTests()
        let table = try AddressTable()
        let monitor = try NetlinkMonitor()
        func rounds(_ count: Int) throws {
          for _ in 0..<count {
            _ = try table.apply(suite.changes(.add, 250, .ipv4, on: wire))
            _ = try table.apply(suite.changes(.remove, 250, .ipv4, on: wire))
            while try monitor.receive({ _ in }) > 0 {}
            _ = try monitor.dumpAddresses()
          }
        }
        try rounds(5)
        let before = try residentBytes()
        try rounds(20)
        #expect(try residentBytes() - before < 1 << 20)
      }
    }
  }
}

@Suite struct RequestBatchTests {
  private func message(_ number: UInt32) throws -> AddressChange {
    AddressChange(
      .add,
      AddressSpecification(prefix: IPPrefix(host: IPAddress(v4: number)), interface: InterfaceIndex(rawValue: 1)))
  }

  private func append(_ number: UInt32, _ sequence: UInt32, to batch: RequestBatch) throws -> Bool {
    guard let message = AddressMessage(try message(number)) else { return false }
    return batch.append(sequence: sequence) { message.copy(into: $0, sequence: sequence) }
  }

  private func fill(_ batch: RequestBatch, _ sequences: ClosedRange<UInt32>) throws {
    for sequence in sequences {
      #expect(try append(sequence, sequence, to: batch))
    }
  }

  @Test func aLateAnswerToAnEarlierRequestIsIgnored() throws {
    let batch = RequestBatch(maximumMessages: 10)
    try fill(batch, 1...2)
    batch.clear()
    try fill(batch, 3...4)
    batch.answer(1, RequestAnswer(error: 13))
    batch.answer(2, RequestAnswer(error: 13))
    #expect(batch.hasUnanswered)
    batch.answer(4, RequestAnswer(error: 17))
    batch.answer(3, RequestAnswer(error: 0))
    batch.answer(3, RequestAnswer(error: 13))
    #expect(!batch.hasUnanswered)
    #expect(batch.answers(orElse: RequestAnswer(error: 99)).map(\.error) == [0, 17])
  }

  @Test func whatWasNotAnsweredGoesAgainUnderANewNumber() throws {
    let batch = RequestBatch(maximumMessages: 10)
    try fill(batch, 1...3)
    batch.answer(1, RequestAnswer(error: 0))
    batch.answer(3, RequestAnswer(error: 0))
    var next: UInt32 = 10
    batch.renumberUnanswered {
      next += 1
      return next
    }
    let again = batch.bytesOfUnanswered()
    #expect(again.count == batch.bytes.count / 3)
    #expect(again.loadUnaligned(fromByteOffset: 8, as: UInt32.self) == 11)
    batch.answer(2, RequestAnswer(error: 5))
    #expect(batch.hasUnanswered)
    batch.answer(11, RequestAnswer(error: 17))
    #expect(batch.answers(orElse: RequestAnswer(error: 99)).map(\.error) == [0, 17, 0])
  }

  @Test func isFullByCountAndByBytes() throws {
    let few = RequestBatch(maximumMessages: 2)
    try fill(few, 1...2)
    #expect(try !append(9, 3, to: few))
    let many = RequestBatch(maximumMessages: 100_000)
    var count: UInt32 = 0
    while count < 10_000, try append(9, count, to: many) { count += 1 }
    #expect((300..<1_000).contains(count))
    #expect(many.bytes.count <= 32 * 1_024)
  }
}
