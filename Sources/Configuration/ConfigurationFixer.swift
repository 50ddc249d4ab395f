import ConfigurationSyntax

/// Applies the fixes of a configuration's findings, reads the result, and goes on until there are no more fixes.
package enum ConfigurationFixer {
  /// Result of the fixes.
  package struct Outcome: Sendable {
    /// Contents of the changed files before and after, by path.
    package var files: [String: (before: [UInt8], after: [UInt8])] = [:]
    /// Number of fixes applied.
    package var count = 0
  }

  /// Most rounds: more than any file needs, since each round applies all fixes that do not touch each other.
  private static let mostRounds = 200

  /// Applies the fixes in memory; nothing is written. Fixing the outcome again changes nothing.
  package static func fix(
    _ source: ConfigurationSource, files: some SourceFiles, limits: SourceLimits = SourceLimits()
  ) -> Outcome {
    var overlay = OverlaidSourceFiles(base: files)
    var before: [String: [UInt8]] = [:]
    var seen: Set<[String: [UInt8]]> = []
    var count = 0
    for _ in 0..<mostRounds {
      let recorder = RecordingSourceFiles(overlay)
      let loaded = ConfigurationLoader.load(
        path: source.path, files: recorder, configurationID: source.configurationID, randomSeed: source.randomSeed,
        limits: limits, lints: true)
      let applied = FixApplication.apply(loaded.diagnostics.compactMap(\.fixIt), to: recorder.files)
      guard !applied.changed.isEmpty else {
        var outcome = Outcome(count: count)
        for (path, bytes) in overlay.replaced where before[path] != bytes {
          outcome.files[path] = (before[path] ?? [], bytes)
        }
        return outcome
      }
      for (path, bytes) in applied.changed {
        if before[path] == nil { before[path] = recorder.files[path] }
        overlay.replaced[path] = bytes
      }
      count += applied.count
      // Fixes that undo one another would never come to an end, so none of them counts.
      guard seen.insert(overlay.replaced).inserted else { break }
    }
    return Outcome()
  }
}

/// Source files, some of them with other contents than those of `base`.
struct OverlaidSourceFiles<Base: SourceFiles>: SourceFiles {
  let base: Base
  var replaced: [String: [UInt8]] = [:]

  func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    if let bytes = replaced[path] { return bytes }
    return try base.read(path)
  }

  func matches(of pattern: String, steps: inout Int) -> [String] {
    base.matches(of: pattern, steps: &steps)
  }

  func environment(_ name: String) -> String? { base.environment(name) }
}
