import HealthCore
import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import ConfigurationModel

@Suite struct ImageTests {
  /// A configuration with something in most places.
  private static func example() throws -> Configuration {
    var configuration = Configuration()
    configuration.global.routerID = "höst"
    configuration.global.vrrpNotifyFIFO = NotifyFIFO(path: "/run/fifo")
    configuration.linkDelays = ["eth1": LinkDelay(down: .seconds(1)), "eth0": LinkDelay(down: .zero, up: .seconds(-1))]
    var script = ScriptCheckDefinition(
      name: "chk", command: CommandDefinition(arguments: ["/bin/true", ""], text: "x"))
    script.weight = -253
    script.schedule.damping = FlapDamping.Limits(changes: 3, period: .seconds(9), hold: .seconds(8))
    script.schedule.expiry = VerdictExpiry(after: .seconds(7), fails: true)
    configuration.scripts = [script]
    var router = VirtualRouterDefinition.blank
    router.name = "A"
    router.addresses = [VirtualAddress(prefix: try #require(IPPrefix(IPAddress(v4: 0xC000_020A), length: 24)))]
    router.excludedAddresses = [VirtualAddress(prefix: IPPrefix(host: IPAddress(v6High: .max, low: .max)))]
    router.notify.fault = CommandDefinition(arguments: ["/bin/false"], text: "/bin/false")
    router.tracked = [TrackerReference(.file, "f", weight: 254, reverse: true)]
    configuration.routers = [router]
    return configuration
  }

  /// The configuration that comes back.
  private func returned(_ configuration: Configuration) throws -> Configuration {
    try ConfigurationImage.decode(ConfigurationImage.encode(configuration))
  }

  @Test func comesBackAsItWas() throws {
    let example = try Self.example()
    #expect(try returned(example) == example)
    #expect(try returned(Configuration()) == Configuration())
    #expect(ConfigurationImage.encode(example) != ConfigurationImage.encode(Configuration()))
  }

  @Test(
    "Numbers of every size come back",
    arguments: [0, 1, 63, 64, 127, 128, 8191, 16_384, Int.max - 1, Int.max].flatMap { [$0, -$0] } + [.min])
  func numbers(number: Int) throws {
    var writer = ImageWriter()
    number.write(to: &writer)
    UInt64(bitPattern: Int64(number)).write(to: &writer)
    var reader = ImageReader(writer.bytes)
    #expect(try Int(from: &reader) == number)
    #expect(try UInt64(from: &reader) == UInt64(bitPattern: Int64(number)))
    #expect(reader.remaining == 0)
  }

  @Test("A password, a key and a trailer come back with all that they have")
  func secrets() throws {
    let trailer = TrailerDefinition(
      activeKey: .init(id: 7, bytes: [1, 2, 255]), otherKeys: [.init(id: 8, bytes: [])], window: 5, mode: .receiveOnly)
    let all: [AuthenticationDefinition] = [.password([0, 255]), .header(key: [9]), .trailer(trailer)]
    for authentication in all {
      var configuration = try Self.example()
      configuration.routers[0].authentication = authentication
      let found = try returned(configuration).routers[0].authentication
      #expect(found == authentication)
      guard case .trailer(let read) = found else { continue }
      #expect(read.activeKey.id == 7 && read.activeKey.bytes == [1, 2, 255] && read.otherKeys.map(\.id) == [8])
      #expect(read.window == 5 && read.mode == .receiveOnly)
    }
  }

  @Test("An image that was cut anywhere, or goes on, is refused")
  func cut() throws {
    let image = ConfigurationImage.encode(try Self.example())
    for length in image.indices {
      #expect(throws: ImageError.damaged) { try ConfigurationImage.decode(Array(image[..<length])) }
    }
    #expect(throws: ImageError.damaged) { try ConfigurationImage.decode(image + [0]) }
  }

  @Test("Changed bytes are refused or another configuration, and never a trap", arguments: [1, 2, 3] as [UInt64])
  func changed(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let image = ConfigurationImage.encode(try Self.example())
    var refused = 0
    for _ in 0..<2000 {
      var bytes = image
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] =
          [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &generator)]
          .randomElement(using: &generator) ?? 0
      }
      guard let configuration = try? ConfigurationImage.decode(bytes) else {
        refused += 1
        continue
      }
      #expect(try returned(configuration) == configuration)
    }
    #expect((1..<2000).contains(refused))
  }

  @Test("A count that promises more than there is takes no memory")
  func promises() {
    var writer = ImageWriter()
    writer.put(UInt64(1) << 40)
    var reader = ImageReader(writer.bytes)
    #expect(throws: ImageError.damaged) { try [UInt8](from: &reader) }
  }

  private static func bundle(_ file: [UInt8]) throws -> ConfigurationBundle {
    try ConfigurationBundle { Array(file[$0.clamped(to: file.indices)]) }
  }

  @Test func aBundleSaysWhereItsPartsAre() throws {
    let file = ConfigurationBundle.bytes(image: [1, 2, 3], sources: [4, 5])
    let bundle = try Self.bundle(file)
    #expect(try bundle.image() == [1, 2, 3])
    #expect(try bundle.sources(size: file.count) == [4, 5])
  }

  @Test func anotherVersionsBundleIsRefused() throws {
    var file = ConfigurationBundle.bytes(image: [], sources: [])
    file[16] &+= 1
    #expect(throws: ImageError.otherLayout(ConfigurationImage.layout + 1)) { try Self.bundle(file) }
    #expect(throws: ImageError.notABundle) { try Self.bundle(Array(file.dropLast())) }
    file[0] = 0
    #expect(throws: ImageError.notABundle) { try Self.bundle(file) }
    var endless = ConfigurationBundle.bytes(image: [], sources: [])
    for offset in 24..<32 { endless[offset] = 0xFF }
    #expect(throws: ImageError.damaged) { try Self.bundle(endless) }
  }
}
