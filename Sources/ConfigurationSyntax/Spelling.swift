/// Finds the name that a misspelt one was meant to be.
public enum Spelling {
  /// Bytes of a name that are looked at; no keyword is as long.
  static let longestName = 64

  /// The nearest of `candidates` within a third of the name's length in edits; `nil` if none is near.
  public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    let bytes = Array(name.utf8.prefix(longestName))
    let folded = fold(bytes)
    var rows = Rows()
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = Array(candidate.utf8)
      guard !other.isEmpty, other.count <= longestName else { continue }
      let limit = max(1, min(bytes.count, other.count) / 3)
      // Signs between words count for nothing, so up to as many as there may be in a name are let through.
      let difference = abs(bytes.count - other.count)
      guard difference <= limit + 3 else { continue }
      var distance = 0
      if fold(other) != folded {
        // So many edits it takes at least.
        guard difference <= limit else { continue }
        distance = Self.distance(from: bytes, to: other, rows: &rows)
      }
      guard distance <= limit else { continue }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// The name that a word was meant to be, if it is near enough to be put in the word's place unasked: one edit away, or other only in
  /// capitals and in what stands between its parts.
  public static func sure(_ meant: String?, for name: String) -> String? {
    guard let meant, synonyms[name.lowercased()] != meant else { return meant }
    let (first, second) = (Array(name.utf8), Array(meant.utf8))
    guard first.count <= longestName, second.count <= longestName else { return nil }
    guard fold(first) != fold(second) else { return meant }
    var rows = Rows()
    return distance(from: first, to: second, rows: &rows) <= 1 ? meant : nil
  }

  /// Names of options in other programs.
  private static let synonyms = [
    "gateway": "via", "device": "dev", "interface": "dev", "iface": "dev", "broadcast": "brd", "bcast": "brd",
    "source": "src", "destination": "to", "prio": "priority", "pref": "preference",
  ]

  /// The option that a word was meant to be: one that other programs call by the word, or the nearest.
  public static func option(_ word: String, among options: some Sequence<String>) -> String? {
    if let other = synonyms[word.lowercased()], options.contains(other) { return other }
    return nearest(to: word, in: options)
  }

  /// The name in lower case without what people put between its words.
  private static func fold(_ name: [UInt8]) -> [UInt8] {
    name.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map {
      (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
    }
  }

  /// Three rows of the table that a distance is counted in, which one name's comparisons share.
  private struct Rows {
    var older = [Int](repeating: 0, count: longestName + 1)
    var previous = [Int](repeating: 0, count: longestName + 1)
    var current = [Int](repeating: 0, count: longestName + 1)
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two names of at most ``longestName`` bytes.
  private static func distance(from first: [UInt8], to second: [UInt8], rows: inout Rows) -> Int {
    guard !first.isEmpty else { return second.count }
    guard !second.isEmpty else { return first.count }
    for j in 0...second.count { rows.previous[j] = j }
    for i in 1...first.count {
      rows.current[0] = i
      for j in 1...second.count {
        let cost = first[i - 1] == second[j - 1] ? 0 : 1
        var value = min(min(rows.previous[j], rows.current[j - 1]) + 1, rows.previous[j - 1] + cost)
        if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
          value = min(value, rows.older[j - 2] + 1)
        }
        rows.current[j] = value
      }
      swap(&rows.older, &rows.previous)
      swap(&rows.previous, &rows.current)
    }
    return rows.previous[second.count]
  }
}
