import ConfigurationSyntax
import Testing

@Suite("Source bundles")
struct BundleTests {
  private func bundle() -> SourceBundle {
    let files = MemorySourceFiles(
      texts: ["/m": "include d/*\ninclude none\nline ${_ENV HOME} ${_RANDOM}", "/d/a": "line a", "/d/b": "line b"],
      variables: ["HOME": "/root"])
    let recorder = RecordingSourceFiles(files)
    _ = ConfigurationParser.parse(
      path: "/m", files: recorder, grammar: testGrammar, configurationID: "me", randomSeed: 7)
    return SourceBundle(recording: recorder, rootPath: "/m", configurationID: "me", randomSeed: 7)
  }

  @Test("A bundle comes back as it was, and reads as the files did")
  func roundTrip() throws {
    let bundle = bundle()
    #expect(bundle.files.keys.sorted() == ["/d/a", "/d/b", "/m"])
    let back = try SourceBundle(decoding: bundle.encoded())
    #expect(back == bundle)
    let source = ConfigurationParser.parse(
      path: back.rootPath, files: back, grammar: testGrammar, configurationID: back.configurationID,
      randomSeed: back.randomSeed)
    #expect(shown(source.statements).hasPrefix("line a|line b|line /root "))
    let again = ConfigurationParser.parse(
      path: bundle.rootPath, files: bundle, grammar: testGrammar, configurationID: "me", randomSeed: 7)
    #expect(shown(source.statements) == shown(again.statements))
  }

  @Test("Every kind of failure survives the way")
  func failures() throws {
    var bundle = bundle()
    bundle.configurationID = nil
    bundle.failures = [
      "/1": .notFound, "/2": .notRegular, "/3": .tooLong, "/4": .failed(call: "open", errorNumber: 13),
    ]
    #expect(try SourceBundle(decoding: bundle.encoded()) == bundle)
  }

  @Test("What keeps a file from being read is said in words")
  func reasons() {
    #expect(SourceFileError.failed(call: "open", errorNumber: 13).reason == "cannot be read (open: Permission denied)")
  }

  @Test("A bundle cut anywhere is refused")
  func truncated() {
    let bytes = bundle().encoded()
    for count in 0..<bytes.count {
      #expect(throws: SourceBundle.DecodingError.self) { try SourceBundle(decoding: Array(bytes[..<count])) }
    }
    #expect(throws: SourceBundle.DecodingError.trailingBytes) { try SourceBundle(decoding: bytes + [0]) }
  }

  @Test("A bundle with changed bytes is read or refused, and never traps")
  func mutated() {
    let bytes = bundle().encoded()
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        changed[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? SourceBundle(decoding: changed)
    }
  }
}
