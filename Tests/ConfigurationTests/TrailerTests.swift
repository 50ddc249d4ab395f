import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing
import VRRPCore

/// Sixty-four characters: a key as text, and half a key's worth of hexadecimal digits.
private let longKey = String(repeating: "0123456789abcdef", count: 4)

/// The same digits as bytes.
private let longKeyBytes: [UInt8] = Array(repeating: [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF], count: 4)
  .flatMap(\.self)

private let trailerCases: [RuleCase] = [
  .init("key-length", .error, line: 5, instance("auth_hmac {\nkey 1 short\nactive_key 1\n}"), suggestion: "openssl"),
  .init("key-length", .error, line: 5, instance("auth_hmac {\nkey 1 \(longKey)\(longKey)x\nactive_key 1\n}")),
  .init("key-length", .error, line: 5, instance("auth_hmac {\nkey 1 hex:\(longKey.dropLast(2))\nactive_key 1\n}")),
  .init("key-text", .error, line: 5, instance("auth_hmac {\nkey 1 hex:\(longKey)0\nactive_key 1\n}")),
  .init("key-text", .error, line: 5, instance("auth_hmac {\nkey 1 hex:\(longKey)zz\nactive_key 1\n}")),
  .init("key-number", .error, line: 5, instance("auth_hmac {\nkey 0 \(longKey)\nkey 1 \(longKey)\nactive_key 1\n}")),
  .init("key-number", .error, line: 5, instance("auth_hmac {\nkey 256 \(longKey)\nkey 1 \(longKey)\nactive_key 1\n}")),
  .init("key-number", .error, line: 5, instance("auth_hmac {\nkey \(longKey) 1\nactive_key 1\n}")),
  .init(
    "key-without-value", .error, line: 5, instance("auth_hmac {\nkey 1\nactive_key 1\n}"), suggestion: "hex:DIGITS"),
  .init("key-without-value", .error, line: 5, instance("auth_hmac {\nkey 1 #\(longKey)\n}")),
  .init("comment-in-key", .warning, line: 5, instance("auth_hmac {\nkey 1 \(longKey)#x\nactive_key 1\n}")),
  .init("extra-words", .warning, line: 5, instance("auth_hmac {\nkey 1 \(longKey) x\nactive_key 1\n}")),
  .init(
    "duplicate-key", .error, line: 6, instance("auth_hmac {\nkey 1 \(longKey)\nkey 1 \(longKey)\nactive_key 1\n}")),
  .init("key-file", .error, line: 5, instance("auth_hmac {\nkey 1 file:/nowhere\nactive_key 1\n}")),
  .init("key-file", .error, line: 5, instance("auth_hmac {\nkey 1 file:keys/one\nactive_key 1\n}")),
  .init("active-key", .error, line: 4, instance("auth_hmac {\nkey 1 \(longKey)\n}"), suggestion: "active_key NUMBER"),
  .init("active-key", .error, line: 6, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 2\n}"), suggestion: "key 2"),
  .init("active-key", .error, line: 4, instance("auth_hmac {\n}")),
  .init("bad-value", .error, line: 6, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 256\n}")),
  .init("bad-value", .warning, line: 7, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 1\ntime_window 0\n}")),
  .init("bad-value", .warning, line: 7, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 1\ntime_window 301\n}")),
  .init("bad-value", .warning, line: 7, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 1\nanti_replay no\n}")),
  .init("bad-value", .warning, line: 7, instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 1\nmode Enforce\n}")),
  .init(
    "two-authentications", .warning, line: 9,
    instance("auth_hmac {\nkey 1 \(longKey)\nactive_key 1\n}\nauthentication {\nauth_type PASS\nauth_pass x\n}")),
  .init(
    "strict-mode", .warning, line: 8,
    instance("strict_mode\nauth_hmac {\nkey 1 \(longKey)\nactive_key 1\nmode permissive\n}")),
]

/// Files of which the status is known.
private struct FilesWithModes: SourceFiles, FileStatusProvider {
  var files: MemorySourceFiles
  var modes: [String: UInt32] = [:]

  func read(_ path: String) throws(SourceFileError) -> [UInt8] { try files.read(path) }
  func matches(of pattern: String, steps: inout Int) -> [String] {
    files.matches(of: pattern, steps: &steps)
  }
  func environment(_ name: String) -> String? { files.environment(name) }
  func status(of path: String) -> FileStatus? { modes[path].map { FileStatus(mode: $0, owner: 0) } }
}

@Suite("auth_hmac")
struct TrailerTests {
  @Test("Each mistake is found in its place", arguments: trailerCases)
  func mistakes(rule: RuleCase) { rule.check() }

  private static func block(_ lines: String = "") -> String {
    "auth_hmac {\nkey 1 hex:\(longKey)\nactive_key 1\n\(lines)\n}"
  }

  private func definition(_ loaded: LoadedConfiguration) throws -> TrailerDefinition {
    let router = try #require(loaded.configuration.routers.first, "\(loaded.diagnostics)")
    guard case .trailer(let definition) = router.authentication else {
      throw SourceFileError.notFound
    }
    return definition
  }

  @Test("In either version, with keepalived's defaults", arguments: ["version 2", "version 3"])
  func defaults(version: String) throws {
    let loaded = load(instance(version + "\n" + Self.block()))
    #expect(loaded.diagnostics.isEmpty)
    let definition = try definition(loaded)
    #expect(definition.activeKey == TrailerDefinition.Key(id: 1, bytes: longKeyBytes))
    #expect(definition.otherKeys.isEmpty && definition.window == 5 && definition.mode == .enforce)
  }

  @Test("Blocks add up, and keys come as text, as digits and from files, in any order")
  func keys() throws {
    let text = instance(
      """
      auth_hmac {
      active_key 3
      key 1 "a key with # and blanks, 36 bytes long"
      key 2 file:/run/keys/two
      }
      auth_hmac {
      key 3 file:/run/keys/three
      mode receive-only
      time_window 30
      }
      """)
    let loaded = load(
      text, others: ["/run/keys/two": longKey + "\r\n\n", "/run/keys/three": "hex:\(longKey.uppercased())\n"])
    #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics)")
    let definition = try definition(loaded)
    #expect(definition.activeKey == TrailerDefinition.Key(id: 3, bytes: longKeyBytes))
    #expect(definition.otherKeys.map(\.id) == [1, 2])
    #expect(
      definition.otherKeys.map(\.bytes) == [Array("a key with # and blanks, 36 bytes long".utf8), Array(longKey.utf8)])
    #expect(definition.mode == .receiveOnly && definition.window == 30)
  }

  @Test(
    "The window follows the interval, and there is none where numbers need only grow",
    arguments: [
      ("advert_int 1", 5), ("advert_int 2", 6), ("version 3\nadvert_int 2.01", 7), ("advert_int 255", 300),
    ] as [(String, Int)])
  func windows(interval: String, window: Int) throws {
    #expect(try definition(load(instance(interval + "\n" + Self.block()))).window == window)
    let growing = load(instance(interval + "\n" + Self.block("anti_replay monotonic\ntime_window 9")))
    #expect(growing.diagnostics.isEmpty)
    #expect(try definition(growing).window == nil)
    #expect(try definition(load(instance(interval + "\n" + Self.block("anti_replay time\ntime_window 9")))).window == 9)
  }

  @Test("authentication is left out, whatever it says", arguments: ["AH", "PASS"])
  func beside(type: String) throws {
    let loaded = load(
      instance("authentication {\nauth_type \(type)\nauth_pass x\n}\nstate MASTER\npriority 200\n" + Self.block()))
    #expect(loaded.diagnostics.map(\.id) == ["two-authentications"])
    _ = try definition(loaded)
  }

  @Test("With heartbeat_interface there is no conflict: adverts are signed there too")
  func heartbeats() {
    #expect(load(instance(Self.block() + "\nheartbeat_interface {\neth1\n}")).diagnostics.isEmpty)
  }

  @Test("A trailer takes room from the addresses of an IPv6 advert")
  func room() throws {
    let lines = (1...95).map { "fe80::\(String($0, radix: 16))/64" }.joined(separator: "\n")
    let plain = load(instance("", address: lines))
    let signed = load(instance(Self.block(), address: lines))
    #expect(plain.configuration.routers.first?.addresses.count == 90)
    #expect(signed.configuration.routers.first?.addresses.count == 89)
  }

  @Test(
    "A key that everybody can read is warned of",
    arguments: [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] as [(UInt32, Bool)])
  func permissions(mode: UInt32, isWarned: Bool) throws {
    var files = FilesWithModes(
      files: MemorySourceFiles(texts: [
        "/etc/martlet.conf": instance("auth_hmac {\nkey 1 file:/run/key\nactive_key 1\n}"), "/run/key": longKey,
      ]))
    files.modes["/run/key"] = mode
    // As the loader reads: what it read is what the engine gets.
    let recorder = RecordingSourceFiles(files)
    let loaded = ConfigurationLoader.load(path: "/etc/martlet.conf", files: recorder)
    let warning = loaded.diagnostics.first { $0.id == "key-file-readable" }
    #expect((warning != nil) == isWarned && !loaded.hasErrors)
    #expect(warning == nil || (warning?.severity == .warning && warning?.range?.line == 5))
    let bundle = SourceBundle(recording: recorder, rootPath: "/etc/martlet.conf", configurationID: nil, randomSeed: 0)
    let again = ConfigurationLoader.load(bundle: try SourceBundle(decoding: bundle.encoded()))
    #expect(try definition(again) == definition(loaded))
  }

  @Test(
    "What a key file may not hold is named",
    arguments: ["", "\n", "# key\n\(longKey)\n", "\0\(longKey)", "hex:\(longKey)\nhex:\(longKey)"])
  func files(contents: String) {
    let loaded = load(
      instance("auth_hmac {\nkey 1 file:/run/key\nactive_key 1\n}"), others: ["/run/key": contents])
    #expect(loaded.hasErrors)
    let ids = loaded.diagnostics.map(\.id)
    #expect(ids == ["key-text"] || ids == ["key-length"])
    #expect(loaded.diagnostics.first?.range?.line == 5)
    let output = DiagnosticRenderer().render(loaded.diagnostics)
    #expect(!output.contains("0123"), "\(output)")
  }
}
