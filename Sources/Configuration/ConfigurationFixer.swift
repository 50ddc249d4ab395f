import ConfigurationSyntax

/// Applies the fixes of a configuration's findings, and those of the findings that show up then, until there are no more.
public enum ConfigurationFixer {
  /// What the fixes come to.
  public struct Outcome: Sendable {
    /// Every file that changes, by path: what was read and what it becomes.
    public var files: [String: (before: [UInt8], after: [UInt8])] = [:]
    /// How many fixes were applied.
    public var count = 0
  }

  /// More rounds than any file needs: each round settles all that can be settled side by side.
  private static let mostRounds = 200

  /// What the files of a configuration become, fixed. Nothing is written. Fixing the outcome changes nothing any more.
  public static func fix(
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
      // Fixes that undo one another would never come to an end, so none of them is worth anything.
      guard seen.insert(overlay.replaced).inserted else { break }
    }
    return Outcome()
  }
}

/// Files of which some have other contents than where they come from.
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
