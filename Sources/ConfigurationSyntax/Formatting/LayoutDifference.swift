/// Writes what a new layout changes as a unified diff.
///
/// Each line of the layout knows the line that it comes from, so nothing has to be searched for, however much has changed.
struct LayoutDifference {
  private static let context = 3

  /// Lines of the file that become lines of the layout.
  private struct Step {
    var old: Range<Int>
    var new: Range<Int>
    var isSame: Bool
  }

  private let old: [ArraySlice<UInt8>]
  private let new: [ArraySlice<UInt8>]
  private let origins: [Int32]

  init(_ source: FormattedSource) {
    old = Self.lines(of: source.original)
    new = Self.lines(of: source.bytes)
    origins = source.origins
  }

  /// The lines, each with its line feed if it has one.
  private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: Ascii.newline).map { $0 + 1 } ?? bytes.endIndex
      lines.append(bytes[start..<end])
      start = end
    }
    return lines
  }

  /// The diff with `path` on both sides; empty without a difference.
  func text(path: String) -> [UInt8] {
    let steps = steps()
    guard steps.contains(where: { !$0.isSame }) else { return [] }
    var text = Array("--- \(path)\n+++ \(path) (formatted)\n".utf8)
    for hunk in hunks(of: steps) { write(steps[hunk], to: &text) }
    return text
  }

  private func steps() -> [Step] {
    var steps: [Step] = []
    var next = 0
    for line in old.indices {
      let start = next
      while next < new.count, Int(origins[next]) <= line { next += 1 }
      let isSame = next == start + 1 && new[start] == old[line]
      if let last = steps.last, last.isSame == isSame {
        steps[steps.count - 1].old = last.old.lowerBound..<(line + 1)
        steps[steps.count - 1].new = last.new.lowerBound..<next
      } else {
        steps.append(Step(old: line..<(line + 1), new: start..<next, isSame: isSame))
      }
    }
    return steps
  }

  /// Stretches of steps that stand near each other.
  private func hunks(of steps: [Step]) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for (index, step) in steps.enumerated() where !step.isSame {
      if let last = hunks.last, index == last.upperBound + 1, steps[last.upperBound].old.count <= 2 * Self.context {
        hunks[hunks.count - 1] = last.lowerBound..<(index + 1)
      } else {
        hunks.append(index..<(index + 1))
      }
    }
    return hunks
  }

  private func write(_ steps: ArraySlice<Step>, to text: inout [UInt8]) {
    guard let first = steps.first, let last = steps.last else { return }
    let before = min(Self.context, first.old.lowerBound)
    let after = min(Self.context, old.count - last.old.upperBound)
    let oldRange = (first.old.lowerBound - before)..<(last.old.upperBound + after)
    let newRange = (first.new.lowerBound - before)..<(last.new.upperBound + after)
    text += Array("@@ -\(Self.shown(oldRange)) +\(Self.shown(newRange)) @@\n".utf8)
    write(old[oldRange.lowerBound..<first.old.lowerBound], UInt8(ascii: " "), to: &text)
    for step in steps {
      if step.isSame {
        write(old[step.old], UInt8(ascii: " "), to: &text)
      } else {
        write(old[step.old], UInt8(ascii: "-"), to: &text)
        write(new[step.new], UInt8(ascii: "+"), to: &text)
      }
    }
    write(old[last.old.upperBound..<oldRange.upperBound], UInt8(ascii: " "), to: &text)
  }

  /// First line and length as diff(1) writes them.
  private static func shown(_ range: Range<Int>) -> String {
    "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1)" + (range.count == 1 ? "" : ",\(range.count)")
  }

  private func write(_ lines: ArraySlice<ArraySlice<UInt8>>, _ sign: UInt8, to text: inout [UInt8]) {
    for line in lines {
      text.append(sign)
      text += line
      if line.last != Ascii.newline { text += Array("\n\\ No newline at end of file\n".utf8) }
    }
  }
}

extension FormattedSource {
  /// The changes of the layout as a unified diff; empty for none.
  public func difference(path: String) -> [UInt8] { LayoutDifference(self).text(path: path) }
}
