import ConfigurationSyntax

/// Files on the disk, with the paths of those that were read; their contents, which may be large, are not kept.
final class ReadPaths: SourceFiles {
  private(set) var paths: Set<String> = []
  private let disk = DiskSourceFiles()

  func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    paths.insert(path)
    return try disk.read(path)
  }

  func matches(of pattern: String, steps: inout Int) -> [String] { disk.matches(of: pattern, steps: &steps) }
  func environment(_ name: String) -> String? { disk.environment(name) }
}
