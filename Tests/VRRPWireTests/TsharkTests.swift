import Glibc
import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

/// Every kind of packet we send, read by a decoder that shares nothing with ours.
@Suite(.enabled(if: Tshark.isInstalled, "tshark is not installed")) struct TsharkTests {
  private static let mac = MACAddress(bits: 0x0200_0000_0001)

  /// One run a style, since tshark is told which it shall expect.
  ///
  /// The third style it does not know: that is checked against adverts of keepalived.
  @Test(arguments: [ChecksumStyle.withPseudoHeader, .messageOnly])
  func findsNoFaultWithAdverts(style: ChecksumStyle) throws {
    var frames: [[UInt8]] = []
    var expected: [[String]] = []
    for kind in AdvertKind.all where kind.style == style {
      for count in [0, 1, 20, 90] {
        let template = try kind.template(count: count)
        for advert in [template, template.resignation] {
          frames.append(frame(advert.bytes, kind.origin))
          expected.append(row(advert, kind))
        }
      }
    }
    let rows = try Tshark.read(
      frames,
      fields: [
        "vrrp.checksum.status", "vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio", "vrrp.addr_count",
        "vrrp.adver_int", "vrrp.short_adver_int", "vrrp.ip_addr", "vrrp.ipv6_addr", "vrrp.auth_string",
      ], preference: "vrrp.v3_checksum_as_in_v2:\(style == .messageOnly ? "TRUE" : "FALSE")")
    #expect(rows == expected)
  }

  /// What the fields must say of an advert: no fault, not malformed, checksum good, and the values.
  private func row(_ advert: AdvertisementTemplate, _ kind: AdvertKind) -> [String] {
    let list = advert.addresses.addresses.map(\.description).joined(separator: ",")
    let interval = kind.version == .v2 ? ["3", ""] : ["", "4095"]
    let addresses = kind.family == .ipv4 ? [list, ""] : ["", list]
    let priority = advert.advertisement.priority.description
    let fixed = ["", "", "1", "\(kind.version.rawValue)", "1", "51", priority, "\(advert.addresses.addresses.count)"]
    return fixed + interval + addresses + [kind.password ?? ""]
  }

  @Test(arguments: ARPPacket.Operation.allCases)
  func findsNoFaultWithGratuitousARP(form: ARPPacket.Operation) throws {
    let packet = try #require(ARPPacket(announcing: IPAddress(v4: 0xC000_020A), at: Self.mac, form: form))
    let rows = try Tshark.read(
      [packet.frame], fields: ["arp.isgratuitous", "arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "eth.dst"])
    #expect(
      rows == [["", "", "1", "\(form.rawValue)", Self.mac.description, "192.0.2.10", MACAddress.broadcast.description]])
  }

  @Test(arguments: [false, true])
  func findsNoFaultWithNeighborAdvertisements(isRouter: Bool) throws {
    let address = IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 0x0A)
    let advertisement = try #require(NeighborAdvertisement(announcing: address, at: Self.mac, isRouter: isRouter))
    let rows = try Tshark.read(
      [advertisement.frame],
      fields: [
        "icmpv6.checksum.status", "icmpv6.type", "icmpv6.nd.na.flag.r", "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.o",
        "icmpv6.nd.na.target_address", "icmpv6.opt.linkaddr", "ipv6.hlim", "ipv6.src", "ipv6.dst",
      ])
    #expect(
      rows == [
        [
          "", "", "1", "136", isRouter ? "1" : "0", "0", "1", "2001:db8::a", Self.mac.description, "255", "2001:db8::a",
          "ff02::1",
        ]
      ])
  }

  /// The control: the same question finds a fault where there is one.
  @Test func findsAWrongChecksum() throws {
    let frames = try AdvertKind.all.map { kind in
      var message = try kind.template().bytes
      message[2] ^= 1
      return frame(message, kind.origin)
    }
    let rows = try Tshark.read(frames, fields: ["vrrp.checksum.status"])
    #expect(rows.count == frames.count && rows.allSatisfy { $0.count == 3 && $0[0] != "" && $0[2] == "0" })
  }
}

/// Runs the installed tshark over frames of our own.
private enum Tshark {
  struct Failure: Error {
    var step: String
    var number = errno
  }

  static let isInstalled = (try? output(of: "tshark --version 2>/dev/null"))?.contains("TShark") ?? false

  /// For each frame the messages of its faults, whether it is malformed, and the fields asked for.
  static func read(
    _ frames: [[UInt8]], fields: [String], preference: String = "ip.check_checksum:TRUE"
  ) throws -> [[String]] {
    var template = Array("/tmp/martlet-tshark-XXXXXX".utf8CString)
    guard let directory = mkdtemp(&template).map({ String(cString: $0) }) else { throw Failure(step: "mkdtemp") }
    let path = directory + "/frames.pcap"
    defer {
      unlink(path)
      rmdir(directory)
    }
    try write(pcap(frames), to: path)
    let names = (["_ws.expert.message", "_ws.malformed"] + fields).map { "-e \($0)" }.joined(separator: " ")
    let options = "-n -o ip.check_checksum:TRUE -o \(preference) -T fields -E separator=/t"
    let text = try output(of: "HOME=\(directory) tshark -r \(path) \(options) \(names) 2>/dev/null")
    return text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
    }
  }

  /// A capture file of Ethernet frames in the classic format, version 2.4.
  private static func pcap(_ frames: [[UInt8]]) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) } }
    let header = hex("a1b2c3d4 0002 0004 00000000 00000000") + word(65_535) + word(1)
    return frames.reduce(header) { $0 + word(0) + word(0) + word($1.count) + word($1.count) + $1 }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wx") else { throw Failure(step: "fopen") }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else { throw Failure(step: "fwrite") }
  }

  private static func output(of command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw Failure(step: "popen") }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { text += chunk[..<count] }
    guard pclose(pipe) == 0 else { throw Failure(step: command) }
    return String(decoding: text, as: UTF8.self)
  }
}
