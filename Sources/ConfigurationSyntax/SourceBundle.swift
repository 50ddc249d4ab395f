/// Everything that a configuration was read from, in one value: what the loader hands to the engine and the prober.
///
/// Reading a bundle gives the same configuration as the first reading did, whatever is on the disk by then.
public struct SourceBundle: Sendable, Hashable {
  /// Path of the file that reading starts with.
  public var rootPath: String
  /// Value for `@ID` lines; `nil` for none.
  public var configurationID: String?
  /// Seed of `${_RANDOM}`, so that each reading draws the same numbers.
  public var randomSeed: UInt64
  /// Every file read, by the path it was opened with.
  public var files: [String: [UInt8]]
  /// Every file that could not be read.
  public var failures: [String: SourceFileError]
  /// Paths found by each `include` pattern.
  public var listings: [String: [String]]
  /// Every environment variable used.
  public var variables: [String: String]

  /// The bundle of what a recorder has seen.
  public init<Base: SourceFiles>(
    recording: RecordingSourceFiles<Base>, rootPath: String, configurationID: String?, randomSeed: UInt64
  ) {
    self.rootPath = rootPath
    self.configurationID = configurationID
    self.randomSeed = randomSeed
    files = recording.files
    failures = recording.failures
    listings = recording.listings
    variables = recording.variables
  }

  /// Why bytes are not a bundle.
  public enum DecodingError: Error, Sendable, Hashable {
    /// The bytes are not a bundle of this version.
    case notABundle
    /// The bytes end too early, or a length in them is too large.
    case truncated
    /// Something follows the bundle.
    case trailingBytes
  }

  private static let magic = Array("martlet-sources-1\n".utf8)

  /// The bundle as bytes.
  public func encoded() -> [UInt8] {
    var writer = BundleWriter()
    writer.bytes += Self.magic
    writer.put(rootPath)
    writer.put(configurationID == nil ? 0 : 1)
    writer.put(configurationID ?? "")
    writer.put(randomSeed)
    writer.put(files) { $0.put($1) }
    writer.put(failures) { $0.put($1) }
    writer.put(listings) { writer, paths in
      writer.put(UInt64(paths.count))
      for path in paths { writer.put(path) }
    }
    writer.put(variables) { $0.put($1) }
    return writer.bytes
  }

  /// Reads a bundle back; whatever the bytes are, it throws rather than traps.
  public init(decoding bytes: [UInt8]) throws(DecodingError) {
    guard bytes.starts(with: Self.magic) else { throw .notABundle }
    var reader = BundleReader(bytes: bytes[Self.magic.count...])
    rootPath = try reader.string()
    let hasID = try reader.number() != 0
    let id = try reader.string()
    configurationID = hasID ? id : nil
    randomSeed = try reader.number()
    files = try reader.table { (reader) throws(DecodingError) in Array(try reader.block()) }
    failures = try reader.table { (reader) throws(DecodingError) in try reader.failure() }
    listings = try reader.table { (reader) throws(DecodingError) in
      var paths: [String] = []
      for _ in 0..<(try reader.count()) { paths.append(try reader.string()) }
      return paths
    }
    variables = try reader.table { (reader) throws(DecodingError) in try reader.string() }
    guard reader.bytes.isEmpty else { throw .trailingBytes }
  }
}

extension SourceBundle: SourceFiles {
  /// The bytes that the file had when the bundle was made.
  public func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    if let bytes = files[path] { return bytes }
    throw failures[path] ?? .notFound
  }

  /// The paths that matched when the bundle was made.
  public func matches(of pattern: String, steps: inout Int) -> [String] { listings[pattern] ?? [] }

  /// The variable's value when the bundle was made.
  public func environment(_ name: String) -> String? { variables[name] }
}

private struct BundleWriter {
  var bytes: [UInt8] = []

  mutating func put(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
  }

  mutating func put(_ block: [UInt8]) {
    put(UInt64(block.count))
    bytes += block
  }

  mutating func put(_ text: String) { put(Array(text.utf8)) }

  mutating func put(_ failure: SourceFileError) {
    switch failure {
    case .notFound: put(0)
    case .notRegular: put(1)
    case .tooLong: put(2)
    case .failed(let call, let number):
      put(3)
      put(call)
      put(UInt64(UInt32(bitPattern: number)))
    }
  }

  mutating func put<Value>(_ table: [String: Value], _ value: (inout BundleWriter, Value) -> Void) {
    put(UInt64(table.count))
    for (key, entry) in table.sorted(by: { $0.key < $1.key }) {
      put(key)
      value(&self, entry)
    }
  }
}

private struct BundleReader {
  var bytes: ArraySlice<UInt8>

  mutating func number() throws(SourceBundle.DecodingError) -> UInt64 {
    guard bytes.count >= 8 else { throw .truncated }
    let value = bytes.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(8)
    return value
  }

  /// A count of things that each take at least eight bytes.
  mutating func count() throws(SourceBundle.DecodingError) -> Int {
    guard let value = Int(exactly: try number()), value <= bytes.count / 8 else { throw .truncated }
    return value
  }

  mutating func block() throws(SourceBundle.DecodingError) -> ArraySlice<UInt8> {
    guard let length = Int(exactly: try number()), length <= bytes.count else { throw .truncated }
    let block = bytes.prefix(length)
    bytes = bytes.dropFirst(length)
    return block
  }

  mutating func string() throws(SourceBundle.DecodingError) -> String {
    String(decoding: try block(), as: UTF8.self)
  }

  mutating func failure() throws(SourceBundle.DecodingError) -> SourceFileError {
    switch try number() {
    case 0: return .notFound
    case 1: return .notRegular
    case 2: return .tooLong
    default:
      let call = try string()
      return .failed(call: call, errorNumber: Int32(bitPattern: UInt32(truncatingIfNeeded: try number())))
    }
  }

  mutating func table<Value>(
    _ value: (inout BundleReader) throws(SourceBundle.DecodingError) -> Value
  ) throws(SourceBundle.DecodingError) -> [String: Value] {
    var table: [String: Value] = [:]
    for _ in 0..<(try count()) {
      let key = try string()
      table[key] = try value(&self)
    }
    return table
  }
}
