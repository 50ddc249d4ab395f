import Configuration
import ConfigurationModel
import ConfigurationSyntax
import PrintableText
import Testing

/// Files in an encoding other than UTF-8, which keepalived reads as bytes.
@Suite("Values in other encodings")
struct OtherEncodingTests {
  /// 机房 and 机场 in GBK: as replacement characters they would be one name.
  private static let names: [[UInt8]] = [[0xBB, 0xFA, 0xB7, 0xBF], [0xBB, 0xFA, 0xB3, 0xA1]]

  private func load(_ parts: [[UInt8]]) -> LoadedConfiguration {
    var files = MemorySourceFiles()
    files.files["/m.conf"] = parts.flatMap(\.self)
    return ConfigurationLoader.load(path: "/m.conf", files: files)
  }

  @Test("Names, commands and passwords keep their bytes, and two names stay two")
  func kept() throws {
    let instances = Self.names.enumerated().flatMap { (number, name) -> [[UInt8]] in
      [
        Array("vrrp_instance ".utf8), name,
        Array(" {\ninterface eth0 # ".utf8), [0xCD, 0xF8],
        Array("\nvirtual_router_id \(number + 1)\nauthentication {\nauth_type PASS\nauth_pass ".utf8), [0xC3, 0xDC],
        Array("\n}\nnotify_master \"/bin/a ".utf8), name,
        Array("\"\nvirtual_ipaddress {\n192.0.2.\(number + 1)/24\n}\n}\n".utf8),
      ]
    }
    let loaded = load(instances)
    #expect(!loaded.hasErrors && loaded.configuration.routers.map(\.name.preservedBytes) == Self.names)
    #expect(loaded.configuration.routers.compactMap { $0.notify.master?.arguments.last?.preservedBytes } == Self.names)
    #expect(loaded.configuration.routers.allSatisfy { $0.authentication == .password([0xC3, 0xDC]) })
    let notes = loaded.diagnostics.filter { $0.id == "invalid-utf8" }
    #expect(notes.count == 6 && notes.allSatisfy { $0.severity == .note })
  }

  @Test("In comments they are not told of")
  func comments() {
    #expect(load([Array("! ".utf8), Self.names[0], Array("\nglobal_defs {\n}\n".utf8)]).diagnostics.isEmpty)
  }
}
