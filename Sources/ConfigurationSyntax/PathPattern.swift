/// Matching of paths as `include` does it, for files that are not on a disk.
enum PathPattern {
  /// The patterns that the braces of a pattern stand for, at most ``SourceLimits/braceAlternatives``.
  static func alternatives(of pattern: ArraySlice<UInt8>) -> [[UInt8]] {
    var done: [[UInt8]] = []
    var waiting = [Array(pattern)]
    while let next = waiting.popLast() {
      guard done.count + waiting.count < SourceLimits.braceAlternatives, let (choices, range) = firstBraces(of: next)
      else {
        done.append(next)
        continue
      }
      for choice in choices.reversed() {
        waiting.append(Array(next[..<range.lowerBound]) + choice + next[range.upperBound...])
      }
    }
    return done
  }

  /// Number of patterns that the braces stand for, counted without making them; at most `Int.max`.
  static func alternativeCount(of pattern: ArraySlice<UInt8>) -> Int {
    var count = 1
    var depth = 0
    var commas = 0
    for byte in pattern {
      switch byte {
      case Ascii.open: depth += 1
      case Ascii.comma where depth > 0: commas += 1
      case Ascii.close where depth > 0:
        depth -= 1
        if depth == 0 {
          let (product, overflow) = count.multipliedReportingOverflow(by: commas + 1)
          count = overflow ? .max : product
          commas = 0
        }
      default: break
      }
    }
    return count
  }

  private static func firstBraces(of pattern: [UInt8]) -> ([[UInt8]], Range<Int>)? {
    guard let start = pattern.firstIndex(of: Ascii.open) else { return nil }
    var choices: [[UInt8]] = [[]]
    var depth = 0
    for index in (start + 1)..<max(start + 1, pattern.count) {
      let byte = pattern[index]
      if byte == Ascii.close, depth == 0 { return (choices, start..<(index + 1)) }
      if byte == Ascii.comma, depth == 0 {
        choices.append([])
        continue
      }
      if byte == Ascii.open { depth += 1 }
      if byte == Ascii.close { depth -= 1 }
      choices[choices.count - 1].append(byte)
    }
    return nil
  }

  /// True when a path matches a pattern without braces; wildcards do not match a slash.
  static func matches(_ path: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>) -> Bool {
    var at = path.startIndex
    var in_ = pattern.startIndex
    var retry: (path: Int, pattern: Int)?
    while at < path.endIndex {
      if in_ < pattern.endIndex, pattern[in_] == UInt8(ascii: "*") {
        retry = (at, in_ + 1)
        in_ += 1
      } else if let next = step(path[at], pattern, in_) {
        at += 1
        in_ = next
      } else if let again = retry, path[again.path] != UInt8(ascii: "/") {
        retry = (again.path + 1, again.pattern)
        at = again.path + 1
        in_ = again.pattern
      } else {
        return false
      }
    }
    return pattern[in_...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// The pattern's position after it took `byte` at `index`; `nil` if it does not.
  private static func step(_ byte: UInt8, _ pattern: ArraySlice<UInt8>, _ index: Int) -> Int? {
    guard index < pattern.endIndex else { return nil }
    switch pattern[index] {
    case UInt8(ascii: "?"):
      return byte == UInt8(ascii: "/") ? nil : index + 1
    case UInt8(ascii: "["):
      guard let end = pattern[(index + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
        return byte == UInt8(ascii: "[") ? index + 1 : nil
      }
      return inSet(byte, pattern[(index + 1)..<end]) ? end + 1 : nil
    default:
      return pattern[index] == byte ? index + 1 : nil
    }
  }

  private static func inSet(_ byte: UInt8, _ set: ArraySlice<UInt8>) -> Bool {
    let negated = set.first == UInt8(ascii: "!") || set.first == Ascii.caret
    let members = negated ? set.dropFirst() : set
    var found = false
    var index = members.startIndex
    while index < members.endIndex {
      if index + 2 < members.endIndex, members[index + 1] == UInt8(ascii: "-") {
        found = found || (members[index] <= byte && byte <= members[index + 2])
        index += 3
      } else {
        found = found || members[index] == byte
        index += 1
      }
    }
    return found != negated
  }

  /// True when the pattern has a wildcard.
  static func hasWildcard(_ pattern: ArraySlice<UInt8>) -> Bool {
    pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
  }
}
