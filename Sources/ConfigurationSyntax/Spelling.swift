/// Finds the name that a misspelt one was meant to be.
public enum Spelling {
  /// The nearest of `candidates` within a third of the name's length in edits; `nil` if none is near.
  public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    let bytes = Array(name.utf8.prefix(64))
    let folded = fold(bytes)
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = Array(candidate.utf8)
      guard !other.isEmpty, other.count <= 64 else { continue }
      let limit = max(1, min(bytes.count, other.count) / 3)
      // Signs between words count for nothing, so up to as many as there may be in a name are let through.
      guard abs(bytes.count - other.count) <= limit + 3 else { continue }
      let distance = fold(other) == folded ? 0 : distance(from: bytes, to: other)
      guard distance <= limit else { continue }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// The option that a word was meant to be: one that other programs call by the word, or the nearest.
  public static func option(_ word: String, among options: some Sequence<String>) -> String? {
    let synonyms = [
      "gateway": "via", "device": "dev", "interface": "dev", "iface": "dev", "broadcast": "brd", "bcast": "brd",
      "source": "src", "destination": "to", "prio": "priority", "pref": "preference",
    ]
    if let other = synonyms[word.lowercased()], options.contains(other) { return other }
    return nearest(to: word, in: options)
  }

  /// The name in lower case without what people put between its words.
  private static func fold(_ name: [UInt8]) -> [UInt8] {
    name.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map {
      (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
    }
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two names.
  static func distance(from first: [UInt8], to second: [UInt8]) -> Int {
    guard !first.isEmpty else { return second.count }
    guard !second.isEmpty else { return first.count }
    var older = [Int](repeating: 0, count: second.count + 1)
    var previous = Array(0...second.count)
    for i in 1...first.count {
      var current = [i]
      for j in 1...second.count {
        let cost = first[i - 1] == second[j - 1] ? 0 : 1
        var value = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
          value = min(value, older[j - 2] + 1)
        }
        current.append(value)
      }
      older = previous
      previous = current
    }
    return previous[second.count]
  }
}
