import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Routers with more than one address, all of which must come, stay and go together.
  @Suite struct AddressSets {
    private func text(priority: Int, _ addresses: [String]) -> String {
      """
      vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 77
        version 3
        advert_int 0.1
        priority \(priority)
        virtual_ipaddress { \(addresses.first ?? "") }
        virtual_ipaddress_excluded {
      \(addresses.dropFirst().map { "    \($0)" }.joined(separator: "\n"))
        }
      }
      """
    }

    private func address(_ number: Int) -> String { "10.9.\(50 + number / 250).\(1 + number % 250)" }

    @Test(needs(.lab, .martlet), arguments: [150, 255])
    func anAddressAddedByAReloadKeepsNoOtherBehindAtTheEnd(priority: Int) async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let martlet = try MartletPeer(host: host)
        let addresses = try (0..<2).map { try #require(IPAddress(address($0))) }
        try martlet.start(text(priority: priority, ["\(addresses[0])/16"]))
        let first = try await eventually(within: startup) { try host.holds(addresses[0]) }
        #expect(first, "\(martlet.log)")
        try martlet.replaceConfiguration(text(priority: priority, addresses.map { "\($0)/16" }))
        martlet.reload()
        let second = try await eventually(within: startup) { try host.holds(addresses[1]) }
        #expect(second, "\(martlet.log)")
        await martlet.stop()
        for address in addresses {
          #expect(try !host.holds(address), "\(address) stayed on a host that has stopped.\n\(martlet.log)")
        }
      }
    }

    @Test(needs(.lab, .martlet))
    func manyThatVanishAtOnceComeBackWithOneRoundOfAnnouncements() async throws {
      try await inLab { lab in
        let count = 200
        let host = try lab.addHost("a", number: 1)
        let martlet = try MartletPeer(host: host)
        let addresses = (0..<count).map { "\(address($0))/16" }
        try martlet.start(text(priority: 150, addresses))
        func counter(_ name: String) throws -> Int { try MartletStatus.of(martlet).routers.first?.counters[name] ?? 0 }
        // Two sets of five rounds each follow a takeover, the second after five seconds.
        let settled = await eventually(within: .seconds(15)) {
          (try? counter("announcements_sent")) == 10 * count
        }
        #expect(settled, "\(martlet.log)")

        // One command of one dump: the kernel tells of all of them in the same moment.
        try host.run("ip", "address", "flush", "dev", "eth0", "to", "10.9.50.0/24")
        // ip looks again for what it flushed, several times over, so some come back more than once.
        let all = try (0..<count).map { try #require(IPAddress(address($0))) }
        let back = try await eventually(within: .seconds(10)) {
          let held = try host.addresses()
          return try all.allSatisfy(held.contains) && counter("addresses_put_back") >= count
        }
        #expect(back, "\(martlet.log)")
        var sent = 0
        let quiet = try await eventually(within: .seconds(10), every: .milliseconds(300)) {
          let before = sent
          sent = try counter("announcements_sent") - 10 * count
          return sent == before && sent >= count
        }
        #expect(quiet && sent <= 10 * count, "\(sent) announcements for \(count) addresses")
        print("\(count) addresses flushed: back with \(sent) announcements")
      }
    }

    @Test(needs(.lab, .martlet))
    func anAddressThatWentWhileNoEngineRanComesBack() async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let martlet = try MartletPeer(host: host)
        let lost = try #require(IPAddress(address(0)))
        try martlet.start(text(priority: 150, ["\(lost)/16"]))
        let held = try await eventually(within: startup) { try host.holds(lost) }
        #expect(held, "\(martlet.log)")
        // A supervisor that stands still lets the address go while nobody watches.
        let engine = try #require(martlet.rolePID("engine"))
        martlet.process?.signal(SIGSTOP)
        kill(engine, SIGKILL)
        try host.run("ip", "address", "delete", "\(lost)/16", "dev", "eth0")
        martlet.process?.signal(SIGCONT)
        let back = try await eventually(within: startup) { try host.holds(lost) }
        #expect(back, "\(martlet.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func whatTheKernelTakesWithAnotherAddressDuringALongReloadComesBack() async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let martlet = try MartletPeer(host: host)
        // Without promote_secondaries the kernel removes a subnet's other addresses with its first.
        try host.run("sysctl", "-q", "net.ipv4.conf.all.promote_secondaries=0")
        try host.run("sysctl", "-q", "net.ipv4.conf.eth0.promote_secondaries=0")
        let kept = try (2...9).map { try #require(IPAddress("10.9.200.\($0)")) }
        let others = kept.map { "\($0)/24" }
        try martlet.start(text(priority: 150, ["10.9.40.1/32", "10.9.200.1/24"] + others))
        let held = try await eventually(within: startup) { try host.addresses().isSuperset(of: kept) }
        #expect(held, "\(martlet.log)")

        let added = (0..<600).map { "\(address($0))/32" }
        try martlet.replaceConfiguration(text(priority: 150, ["10.9.40.1/32"] + others + added))
        martlet.reload()
        let last = try #require(IPAddress(address(599)))
        let done = try await eventually(within: .seconds(10)) { try host.holds(last) }
        #expect(done, "\(martlet.log)")
        let back = try await eventually(within: .seconds(3)) { try host.addresses().isSuperset(of: kept) }
        #expect(back, "missing: \(kept.filter { (try? host.holds($0)) == false })\n\(martlet.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func anOwnersAddressIsStillMartletsAfterALinkThatBlinked() async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let martlet = try MartletPeer(host: host)
        let owned = try #require(IPAddress(address(0)))
        try martlet.start(text(priority: 255, ["\(owned)/16"]))
        #expect(try await eventually(within: startup) { try host.holds(owned) }, "\(martlet.log)")
        // An engine that stands still learns of both in one look.
        let engine = try #require(martlet.rolePID("engine"))
        kill(engine, SIGSTOP)
        try host.linkDown()
        // A busy kernel would not notice at all that the carrier was gone in between.
        let isNoticed = try await eventually(within: startup) {
          try host.run("ip", "-o", "link", "show", "dev", "eth0").contains("NO-CARRIER")
        }
        #expect(isNoticed)
        try host.linkUp()
        kill(engine, SIGCONT)
        let transitions = try await eventually(within: startup) {
          try MartletStatus.of(martlet).routers.first.map { $0.state == "MASTER" && $0.transitions >= 3 } ?? false
        }
        #expect(transitions, "\(martlet.log)")
        await martlet.stop()
        #expect(try !host.holds(owned), "it stayed on a host that has stopped.\n\(martlet.log)")
      }
    }

    @Test("Adverts keep their time while hundreds of addresses are announced (KA#1653)", needs(.lab, .martlet))
    func advertsKeepTimeWhileHundredsAreAnnounced() async throws {
      try await inLab(alone: true) { lab in
        let count = 500
        let interval = Nanoseconds.milliseconds(100)
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        try martlet.start(text(priority: 150, (0..<count).map { "\(address($0))/32" }))
        let last = try #require(IPAddress(address(count - 1)))
        // Five rounds at once.
        let done = await eventually(within: startup + .seconds(5)) { lab.capture.announcements(of: last).count >= 5 }
        #expect(done, "\(martlet.log)")
        try await lab.settle(.milliseconds(500))
        let adverts = lab.capture.adverts(vrid: 77).map(\.time)
        let late = lateness(adverts, interval)
        // A martlet that is not let run sends nothing; one that keeps an advert waiting sends announcements meanwhile, and more than
        // the slice that was under way.
        let announcements = lab.capture.frames.filter { $0.announcement != nil }.map(\.time)
        let before = zip(adverts, adverts.dropFirst()).map { last, next in
          announcements.count { $0 > last + interval && $0 < next }
        }
        let begin = try #require(IPAddress(address(0)))
        let first = try #require(lab.capture.announcements(of: begin).first).time
        let took = try #require(lab.capture.announcements(of: last).last).time - first
        #expect(adverts.count > 4)
        #expect(
          before.allSatisfy { $0 <= 2 * 128 }, "announcements that went before a due advert: \(before)\n\(martlet.log)")
        print("\(count) addresses announced five times in \(took): latest advert \(late) late")
      }
    }
  }
}
