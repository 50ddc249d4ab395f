/// Puts fixes into files.
public enum FixApplication {
  /// Applies each fix whole or not at all: in their order, those that touch nothing that an earlier one changes. One that is
  /// there twice counts once.
  ///
  /// - Returns: What the changed files become, and how many fixes were applied. A fix for a file that is not given, or for a
  ///   place that it does not have, is left out.
  public static func apply(
    _ fixes: [Diagnostic.FixIt], to files: [String: [UInt8]]
  ) -> (changed: [String: [UInt8]], count: Int) {
    var starts: [String: [Int]] = [:]
    var chosen: [String: [Replacement]] = [:]
    var seen: Set<Diagnostic.FixIt> = []
    var count = 0
    for fix in fixes where seen.insert(fix).inserted {
      var own: [String: [Replacement]] = [:]
      let fits = fix.edits.allSatisfy { edit in
        guard let bytes = files[edit.path] else { return false }
        let lines = starts[edit.path] ?? lineStarts(of: bytes)
        starts[edit.path] = lines
        guard let replacement = Replacement(edit, lines, length: bytes.count) else { return false }
        let earlier = chosen[edit.path, default: []] + own[edit.path, default: []]
        guard !earlier.contains(where: replacement.touches) else { return false }
        own[edit.path, default: []].append(replacement)
        return true
      }
      guard fits, !fix.edits.isEmpty else { continue }
      chosen.merge(own) { $0 + $1 }
      count += 1
    }
    var changed: [String: [UInt8]] = [:]
    for (path, replacements) in chosen {
      guard let bytes = files[path] else { continue }
      let result = replaced(bytes, replacements.sorted { $0.range.lowerBound < $1.range.lowerBound })
      if result != bytes { changed[path] = result }
    }
    return (changed, count)
  }

  private struct Replacement {
    var range: Range<Int>
    var bytes: [UInt8]

    init?(_ edit: Diagnostic.Edit, _ lines: [Int], length: Int) {
      func offset(_ position: Diagnostic.Edit.Position) -> Int? {
        guard lines.indices.contains(position.line - 1) else { return nil }
        let offset = lines[position.line - 1] + position.column - 1
        let limit = position.line < lines.count ? lines[position.line] - 1 : length
        return (lines[position.line - 1]...max(lines[position.line - 1], limit)).contains(offset) ? offset : nil
      }
      guard let start = offset(edit.start), let end = offset(edit.end), start <= end else { return nil }
      range = start..<end
      bytes = Array(edit.replacement.utf8)
    }

    /// True when two replacements change the same text, or are so close that their order would matter.
    func touches(_ other: Replacement) -> Bool {
      range.overlaps(other.range)
        || (range.isEmpty || other.range.isEmpty) && range.lowerBound <= other.range.upperBound
          && other.range.lowerBound <= range.upperBound
    }
  }

  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    [0] + bytes.indices.filter { bytes[$0] == Ascii.newline }.map { $0 + 1 }
  }

  private static func replaced(_ bytes: [UInt8], _ replacements: [Replacement]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    for replacement in replacements {
      result += bytes[index..<replacement.range.lowerBound]
      result += replacement.bytes
      index = replacement.range.upperBound
    }
    return result + bytes[index...]
  }
}
