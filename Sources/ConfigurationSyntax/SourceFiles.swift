import Glibc

/// Why a file of a configuration could not be read.
public enum SourceFileError: Error, Sendable, Hashable {
  /// There is no such file.
  case notFound
  /// The path is a directory, a device or anything else than a regular file.
  case notRegular
  /// The file is longer than ``SourceLimits/fileLength``.
  case tooLong
  /// The system call of this name failed with this error number.
  case failed(call: String, errorNumber: Int32)

  /// The reason, to follow a path in a sentence.
  public var reason: String {
    switch self {
    case .notFound: "does not exist"
    case .notRegular: "is not a regular file"
    case .tooLong: "is longer than \(SourceLimits.fileLength / 1_048_576) MiB"
    case .failed(let call, let number): "cannot be read (\(call): \(String(cString: strerror(number))))"
    }
  }
}

/// Source of a configuration's files: the disk, memory, or a bundle that another process made.
public protocol SourceFiles {
  /// The bytes of the file at `path`.
  func read(_ path: String) throws(SourceFileError) -> [UInt8]
  /// The paths that match an absolute pattern with `*`, `?`, `[…]` and `{…,…}`, sorted.
  /// - Parameter steps: What may be looked at for it, in directories, entries and files; less by what was, and 0 when that was not enough.
  func matches(of pattern: String, steps: inout Int) -> [String]
  /// The value of an environment variable, for `${_ENV NAME}`.
  func environment(_ name: String) -> String?
}

extension SourceFiles {
  /// The paths that match a pattern of this program's own.
  public func matches(of pattern: String) -> [String] {
    var steps = SourceLimits().searchSteps
    return matches(of: pattern, steps: &steps)
  }
}

/// The bounds within which a configuration is read, so that no input can take the reader's time or memory.
public struct SourceLimits: Sendable, Hashable {
  /// Bytes of one file.
  public static let fileLength = 64 * 1_048_576
  /// Bytes of one line; keepalived reads 1,023.
  public static let lineLength = 65_536
  /// Files open one within the other.
  public static let includeDepth = 32
  /// Files read in all.
  public var fileCount = 4096
  /// Bytes of all files read.
  public static let totalLength = 128 * 1_048_576
  /// Lines that definitions and sequences may grow to in all.
  public var expandedLines = 1_250_000
  /// Bytes that definitions and sequences may grow to in all.
  public var expandedBytes = 64 * 1_048_576
  /// Blocks and lines outside all blocks; as many entries may stand in all blocks of entries.
  public var statements = 200_000
  /// Words within one block outside all blocks, which is held until it ends; each of its lines counts for four more.
  public var heldWords = 2_000_000
  /// Definitions and sequences within one another.
  public static let expansionDepth = 32
  /// Directories, entries and files that the patterns of all includes may look at.
  public var searchSteps = 100_000
  /// Alternatives that the braces of one `include` pattern may make.
  public static let braceAlternatives = 1000

  /// The bounds that configurations are read within.
  public init() {}
}

/// Files held in memory, for tests and for bundles.
public struct MemorySourceFiles: SourceFiles, Sendable {
  /// Every file by its absolute path.
  public var files: [String: [UInt8]]
  /// Environment variables for `${_ENV}`.
  public var variables: [String: String]

  /// Files of the given contents.
  public init(files: [String: [UInt8]] = [:], variables: [String: String] = [:]) {
    self.files = files
    self.variables = variables
  }

  /// Files of the given texts.
  public init(texts: [String: String], variables: [String: String] = [:]) {
    self.init(files: texts.mapValues { Array($0.utf8) }, variables: variables)
  }

  /// The bytes of the file at `path`.
  public func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    guard let bytes = files[path] else { throw .notFound }
    return bytes
  }

  /// The paths that match.
  public func matches(of pattern: String, steps: inout Int) -> [String] {
    let alternatives = PathPattern.alternatives(of: Array(pattern.utf8)[...])
    return files.keys.filter { path in
      alternatives.contains { PathPattern.matches(Array(path.utf8)[...], pattern: $0[...]) }
    }.sorted()
  }

  /// The variable's value.
  public func environment(_ name: String) -> String? { variables[name] }
}

/// Hands files through and keeps what was read, so that it can be read again elsewhere in the same state.
public final class RecordingSourceFiles<Base: SourceFiles>: SourceFiles {
  /// Source of the files.
  public let base: Base
  /// Contents of the files that were read, by path.
  public private(set) var files: [String: [UInt8]] = [:]
  /// Errors of the files that could not be read, by path.
  public private(set) var failures: [String: SourceFileError] = [:]
  /// Paths found by each pattern.
  public private(set) var listings: [String: [String]] = [:]
  /// Values of the environment variables that were read.
  public private(set) var variables: [String: String] = [:]

  /// Records what is read from `base`.
  public init(_ base: Base) {
    self.base = base
  }

  /// Reads the file and keeps its bytes.
  public func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    do {
      let bytes = try base.read(path)
      files[path] = bytes
      return bytes
    } catch {
      failures[path] = error
      throw error
    }
  }

  /// Lists the matches and keeps them.
  public func matches(of pattern: String, steps: inout Int) -> [String] {
    let paths = base.matches(of: pattern, steps: &steps)
    listings[pattern] = paths
    return paths
  }

  /// Looks the variable up and keeps it.
  public func environment(_ name: String) -> String? {
    let value = base.environment(name)
    variables[name] = value
    return value
  }
}
