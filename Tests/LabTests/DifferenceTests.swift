import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What `martlet config diff` says of a new file, held against what the reload then does.
  @Suite struct Difference {
    /// The number that the third router gets.
    private static let otherNumber: UInt8 = 63
    private static let otherPriority: UInt8 = 150

    /// Routers 0 to 3 before, and after: one as it was, one changed, one with another number, one gone, one new.
    private func texts(_ file: RouterFile, _ host: Host) -> (old: String, new: String) {
      func blocks(_ routers: Int) -> [String] {
        var file = file
        file.routers = routers
        let text = file.text(for: host, priority: Pair.highPriority, peers: [])
        return text.components(before: "vrrp_instance ")
      }
      let old = blocks(4)
      var new = blocks(5)
      let line = "\(file.address(1))/16 dev eth0\n"
      new[2] = new[2].replacing("priority \(Pair.highPriority)", with: "priority \(Self.otherPriority)").replacing(
        line, with: line + "    \(file.address(9))/16 dev eth0\n")
      new[3] = new[3].replacing("virtual_router_id \(file.vrid + 2)", with: "virtual_router_id \(Self.otherNumber)")
      new.remove(at: 4)
      return (old.joined(), new.joined())
    }

    @Test(
      "Each router that is said to go on, change, start anew, go or come does so, and none else", needs(.lab, .martlet))
    func eachRouterDoesWhatIsSaid() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let high = try MartletPeer(host: lab.addHost("a", number: 1))
        let low = try MartletPeer(host: lab.addHost("b", number: 2))
        let (old, new) = texts(file, high.host)
        try high.start(old)
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority) + margin
        let all = (0..<4).map { file.address($0) }
        #expect(try await eventually(within: bound) { try high.host.addresses().isSuperset(of: all) }, "\(high.log)")
        // The peer has them too, but for the one whose number changes: it would take its address over.
        var others = file
        others.routers = 4
        var blocks = others.text(for: low.host, priority: Pair.lowPriority, peers: []).components(
          before: "vrrp_instance ")
        blocks.remove(at: 3)
        try low.start(blocks.joined())
        let isBackup = await eventually(within: startup + margin) {
          ((try? MartletStatus.of(low))?.routers ?? []).map(\.state) == ["BACKUP", "BACKUP", "BACKUP"]
        }
        #expect(isBackup, "\(low.log)")
        try high.replaceConfiguration(new)
        let difference = try high.command("config", "diff", high.configurationPath)
        try expectSaid(difference, file)

        let before = try MartletStatus.of(high).routers
        let begin = MonotonicInstant.labNow()
        let watched = try await high.host.whileWatching("address") {
          let reload = try high.command("reload")
          #expect(reload.succeeded, "\(reload)\n\(high.log)")
          let comes = await eventually(within: bound) {
            !adverts(Self.otherNumber, of: high, lab, since: begin).isEmpty
              && !adverts(file.vrid + 4, of: high, lab, since: begin).isEmpty
          }
          #expect(comes, "\(high.log)")
          let end = MonotonicInstant.labNow() + .seconds(1)
          await eventually(within: .seconds(2)) { MonotonicInstant.labNow() >= end }
        }
        try lab.capture.check()
        let after = try MartletStatus.of(high).routers
        func transitions(_ routers: [MartletStatus.Router], _ index: Int) -> Int? {
          routers.first { $0.name == file.instanceName(index) }?.transitions
        }

        // As it is, and changed: no transition, no address that goes, nobody else's.
        for (index, priority) in [(0, Pair.highPriority), (1, Self.otherPriority)] {
          #expect(transitions(before, index) != nil && transitions(after, index) == transitions(before, index))
          #expect(!isDeleted(file.address(index), watched), "\(watched)")
          let sent = adverts(file.vrid + UInt8(index), of: high, lab, since: begin)
          #expect(sent.last?.priority == priority && !sent.contains { $0.priority == 0 })
          #expect(adverts(file.vrid + UInt8(index), of: low, lab, since: begin).isEmpty, "\(low.log)")
        }
        let unchanged = adverts(file.vrid, of: high, lab, since: begin)
        #expect(unchanged.allSatisfy { $0.priority == Pair.highPriority && $0.addressCount == 1 })
        #expect(adverts(file.vrid + 1, of: high, lab, since: begin).last?.addressCount == 2)
        #expect(try high.host.holds(file.address(9)))

        // Anew: the old number resigns, the address goes and comes, and its history begins again.
        expectResigned(file.vrid + 2, high, lab, since: begin)
        #expect(isDeleted(file.address(2), watched), "\(watched)")
        #expect(try high.host.holds(file.address(2)))
        #expect(transitions(after, 2) ?? 9 < transitions(before, 2) ?? 0 || transitions(after, 2) == 2)

        // Gone: it resigns, and the peer takes the address over. New: it becomes master as at a start.
        expectResigned(file.vrid + 3, high, lab, since: begin)
        #expect(transitions(after, 3) == nil)
        let follows = try await eventually(within: bound) { try lab.holders(of: file.address(3)) == [low.host.name] }
        #expect(follows, "\(low.log)")
        #expect(transitions(before, 4) == nil && transitions(after, 4) == 2)
        #expect(try lab.holders(of: file.address(4)) == [high.host.name])
        #expect(try high.command("config", "diff", high.configurationPath).end == .exit(0))
      }
    }

    /// The text names the fate of each router, once.
    private func expectSaid(_ difference: CommandResult, _ file: RouterFile) throws {
      #expect(difference.end == .exit(1), "\(difference)")
      let lines = difference.output.split(separator: "\n").map(String.init)
      let said = lines.filter { $0.hasPrefix("vrrp_instance ") || $0.hasPrefix("untouched: vrrp_instance ") }
      let names = (0..<5).map { file.instanceName($0) }
      #expect(
        Set(said) == [
          "untouched: vrrp_instance \(names[0])", "vrrp_instance \(names[1]): goes on, changed",
          "vrrp_instance \(names[2]): ends, and starts anew", "vrrp_instance \(names[3]): is removed",
          "vrrp_instance \(names[4]): is added",
        ] && said.count == 5, "\(difference.output)")
      #expect(lines.last == "1 added, 1 removed, 1 changed, 1 restarted, 1 untouched")
    }

    /// The last word of a router was its resignation.
    private func expectResigned(
      _ number: UInt8, _ peer: MartletPeer, _ lab: Lab, since begin: MonotonicInstant,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let sent = adverts(number, of: peer, lab, since: begin)
      #expect(
        sent.last?.priority == 0 && sent.count { $0.priority == 0 } == 1, "\(sent.map(\.priority)) \(peer.log)",
        sourceLocation: sourceLocation)
    }

    private func adverts(
      _ number: UInt8, of peer: MartletPeer, _ lab: Lab, since begin: MonotonicInstant
    ) -> [CapturedAdvert] {
      lab.capture.adverts(vrid: number, since: begin).filter { $0.source == peer.host.ipv4 }
    }

    private func isDeleted(_ address: IPAddress, _ watched: String) -> Bool {
      watched.split(separator: "\n").contains { $0.hasPrefix("Deleted") && $0.contains(" \(address)/") }
    }
  }
}

extension String {
  /// The text cut before each of these words; the first part is what stands before all of them.
  fileprivate func components(before word: String) -> [String] {
    let parts = split(separator: word, omittingEmptySubsequences: false).map(String.init)
    return parts.enumerated().map { $0 == 0 ? $1 : word + $1 }
  }
}
