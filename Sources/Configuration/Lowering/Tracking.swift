import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A thing that can be tracked, as its own block describes it.
struct Trackable {
  var name: Located<String>
  var weight: Int
  var reverse: Bool
  /// True when its block has the required keyword.
  var isComplete: Bool
}

extension Setting {
  /// The `track_…` blocks, of which there may be many of each kind. Together they are one property.
  ///
  /// - Parameter priority: What a weight changes, in the manual's words.
  static func tracking(
    changing priority: String, in path: WritableKeyPath<BlockReading<Model>, TrackEntries> & Sendable
  ) -> [Setting] {
    let kinds = TrackerKind.allCases.filter { $0 != .group }
    return Schema.trackingKeywords(changing: priority).enumerated().map { position, keyword in
      var setting = Setting(keyword) { block, statement, lowering in
        guard let kind = kinds.first(where: { $0.block == keyword.name }) else { return nil }
        for line in statement.children { lowering.track(line, kind, in: &block[keyPath: path]) }
        return statement.span
      }
      if position == 0 {
        setting.shown = ShownProperty(isByKeyword: true) { _ in .nothing }
        setting.shown?.keywords = kinds.map(\.block)
      }
      return setting
    }
  }
}

extension Lowering {
  /// The thing of a kind and name; `nil` if no block defines it. An interface needs none.
  func trackable(_ entry: TrackEntry) -> Trackable? {
    let name = entry.name.value
    switch entry.kind {
    case .script: return scripts.trackable(name)
    case .interface, .group:
      return Trackable(name: entry.name, weight: 0, reverse: false, isComplete: true)
    case .bfd: return sessions.trackable(name)
    case .file: return trackedFiles.trackable(name)
    case .process: return trackedProcesses.trackable(name)
    case .probe: return probes.trackable(name)
    }
  }

  /// The names that blocks define for a kind, for suggestions.
  func names(of kind: TrackerKind) -> [String] {
    switch kind {
    case .script: scripts.readings.map(\.name.value)
    case .interface, .group: []
    case .bfd: sessions.readings.map(\.name.value)
    case .file: trackedFiles.readings.map(\.name.value)
    case .process: trackedProcesses.readings.map(\.name.value)
    case .probe: probes.readings.map(\.name.value)
    }
  }

  /// The weight that counts for an entry.
  func weight(of entry: TrackEntry) -> Int { entry.weight?.value ?? trackable(entry)?.weight ?? 0 }

  /// The entries whose things exist.
  func references(_ entries: [TrackEntry]) -> [TrackerReference] {
    entries.compactMap { entry in
      guard let thing = trackable(entry), thing.isComplete else { return nil }
      return entry.reference(to: thing)
    }
  }

  /// Reads a line of a `track_…` block.
  fileprivate func track(_ line: Statement, _ kind: TrackerKind, in entries: inout TrackEntries) {
    guard let entry = trackEntry(line, kind) else { return }
    if let earlier = entries.append(entry) {
      diagnostics.report(
        .warning, "tracked-twice", "\(entry.name.value) is tracked already; this line is ignored", at: line.span,
        notes: [("it is written here too", earlier)], suggestion: "take one of the two lines out",
        changes: [.removeLine(line.span)])
    } else if kind == .interface {
      noteInterface(entry.name.value, at: entry.name.span)
    }
  }

  private func trackEntry(_ line: Statement, _ kind: TrackerKind) -> TrackEntry? {
    var entry = TrackEntry(kind: kind, name: Located(line.words[0].text, line.span))
    var rest = line.words.dropFirst()
    var isWeighted = false
    while let word = rest.popFirst() {
      if word == "weight", !isWeighted {
        guard !rest.isEmpty else {
          diagnostics.report(
            .warning, "missing-argument",
            "weight needs a number after it; keepalived ignores the whole line, so \(entry.name.value) is not tracked",
            at: word.span, suggestion: "write a number, or take weight out")
          return nil
        }
        guard let weight = weight(rest, of: line, bounds: -254...254) else {
          rest = rest.dropFirst()
          isWeighted = true
          continue
        }
        rest = rest.dropFirst()
        let greatest = kind.greatestWeight
        if abs(weight.value) > greatest {
          diagnostics.report(
            .warning, "bad-value", "weight \(weight.value) counts as \(weight.value.signum() * greatest)",
            at: weight.span, suggestion: "write a weight from -\(greatest) to \(greatest)",
            replacement: "\(weight.value.signum() * greatest)")
        }
        entry.weight = Located(max(-greatest, min(greatest, weight.value)), weight.span)
        isWeighted = true
      } else if (word == "reverse" || word == "noreverse") && (isWeighted || kind == .probe) {
        if entry.reverse == nil { entry.reverse = word == "reverse" }
      } else if isWeighted {
        diagnostics.report(
          .warning, "unknown-option", "'\(word.text)' has no meaning after a weight; the rest of the line is ignored",
          at: word.span, suggestion: "write one name a line, and nothing after its weight but reverse")
        return entry
      } else {
        diagnostics.report(
          .warning, "unknown-option",
          "'\(word.text)' has no meaning here; keepalived ignores the whole line, so \(entry.name.value) is not tracked",
          at: word.span, suggestion: "write one name a line, then weight NUMBER if it needs one")
        return nil
      }
    }
    return entry
  }

  /// True when `reverse` follows a weight; reports another word there.
  func isReversed(_ statement: Statement) -> Bool {
    guard let word = statement.arguments.dropFirst().first else { return false }
    if word == "reverse" { return true }
    diagnostics.report(
      .warning, "unknown-option", "'\(word.text)' has no meaning after a weight; it is ignored", at: word.span,
      suggestion: "write reverse, or take it out")
    return false
  }

  /// The number after `weight`. A bad one is an error: without a weight a failure would be a fault, which decides who is master.
  func weight(_ words: ArraySlice<Word>, of statement: Statement, bounds: ClosedRange<Int>) -> Located<Int>? {
    guard let word = words.first else {
      diagnostics.report(.warning, "missing-argument", "weight needs a number after it", at: statement.span)
      return nil
    }
    guard let value = Self.wholeNumber(word.bytes), bounds.contains(value) else {
      diagnostics.report(
        .error, "bad-value",
        "weight '\(word.text)' is not a whole number from \(bounds.lowerBound) to \(bounds.upperBound), and without a weight a failure is a fault",
        at: word.span,
        suggestion: "write a weight from \(max(-253, bounds.lowerBound)) to \(min(253, bounds.upperBound))")
      return nil
    }
    return Located(value, word.span)
  }
}
