import ConfigurationModel
import ConfigurationSyntax
import HealthCore
import NetworkTypes
import VRRPCore

/// Settings that scripts, probes, BFD sessions, files and processes share.
extension Setting {
  /// `weight NUMBER [reverse]` in the block of a tracked thing.
  ///
  /// - Parameter zeroIsNone: True when a weight of 0 counts as not written once a second line comes.
  static func weight(
    of kind: TrackerKind, _ weight: WritableKeyPath<Model, Int> & Sendable,
    _ reverse: WritableKeyPath<Model, Bool> & Sendable, meaning: String? = nil, repeated: Repeated = .lastCounts,
    zeroIsNone: Bool = false, since: String = "2.2.7"
  ) -> Setting {
    let bounds = -kind.greatestWeight...kind.greatestWeight
    let keyword = Keyword(
      "weight", meaning ?? Schema.Shared.weight(of: kind.block), .integer(bounds.lowerBound, bounds.upperBound),
      arguments: "INT [reverse]", default: "\(Model.unset[keyPath: weight])", since: since,
      repetition: repeated.repetition, .acts)
    let shown = ShownProperty<Model>("weight") { model in
      .line(
        ["weight", .word("\(model[keyPath: weight])")] + (model[keyPath: reverse] ? ["reverse"] : []))
    }
    return Setting(keyword, shown: shown) { block, statement, lowering in
      if zeroIsNone, block.model[keyPath: weight] == 0 { block.places["weight"] = nil }
      guard repeated.mayCount(statement, block.places, "weight", lowering),
        let value = lowering.weight(statement.arguments, of: statement, bounds: bounds)
      else { return nil }
      block.model[keyPath: weight] = value.value
      block.model[keyPath: reverse] = lowering.isReversed(statement)
      return value.span
    }
  }

  /// `damp` and `verdict_expiry`.
  static func steadiness(
    _ damping: WritableKeyPath<Model, FlapDamping.Limits?> & Sendable,
    _ expiry: WritableKeyPath<Model, VerdictExpiry?> & Sendable
  ) -> [Setting] {
    [
      Setting(
        "damp",
        "Holds the check down for a while after too many changes: how many, within how long, down for how long",
        .damping, damping, default: "off", since: Keyword.own),
      Setting(
        "verdict_expiry",
        "Sets how old a result may become; then the verdict is stale and holds, or with fail is down",
        .expiry, expiry, default: "never", since: Keyword.own),
    ]
  }
}

extension ValueForm<FlapDamping.Limits> {
  /// `CHANGES SECONDS SECONDS`.
  static var damping: Self {
    Self(form: .words, arguments: "CHANGES SECONDS SECONDS", unit: .seconds) { statement, lowering, _ in
      lowering.damping(statement)
    } words: { limits in
      [.word("\(limits.changes)")] + [limits.period, limits.hold].map { .word(DecimalText.text($0, unit: .seconds)) }
    }
  }
}

extension ValueForm<VerdictExpiry> {
  /// `SECONDS [hold / fail]`.
  static var expiry: Self {
    Self(form: .words, arguments: "SECONDS [hold / fail]", unit: .seconds) { statement, lowering, _ in
      lowering.expiry(statement)
    } words: {
      [.word(DecimalText.text($0.time, unit: .seconds)), $0.fails ? "fail" : "hold"]
    }
  }
}

extension Lowering {
  private static let longestTime = 86_400_000_000

  fileprivate func damping(_ statement: Statement) -> FlapDamping.Limits? {
    let words = Array(statement.arguments)
    guard words.count == 3 else {
      diagnostics.report(
        .error, "bad-value",
        "damp takes how many changes, within how many seconds, and for how many it is held down then",
        at: statement.span, suggestion: "write as damp 4 60 300")
      return nil
    }
    guard let changes = Self.wholeNumber(words[0].bytes), (2...1000).contains(changes) else {
      return refuse(
        "bad-value", "'\(words[0].text)' is not a number of changes from 2 to 1000", at: words[0],
        suggestion: "write as damp 4 60 300")
    }
    guard let period = seconds(words[1], of: "damp"), let hold = seconds(words[2], of: "damp") else { return nil }
    return FlapDamping.Limits(changes: changes, period: period, hold: hold)
  }

  fileprivate func expiry(_ statement: Statement) -> VerdictExpiry? {
    let words = Array(statement.arguments)
    guard let first = words.first, let time = seconds(first, of: "verdict_expiry") else { return nil }
    guard words.count > 1 else { return VerdictExpiry(after: time) }
    guard words.count == 2, ["hold", "fail"].contains(words[1].text) else {
      return refuse(
        "bad-value", "'\(words[1].text)' is neither hold nor fail", at: words[1], suggestion: "write hold or fail")
    }
    return VerdictExpiry(after: time, fails: words[1].text == "fail")
  }

  private func seconds(_ word: Word, of keyword: String) -> Nanoseconds? {
    guard let value = Self.millionths(word.bytes), (1000...Self.longestTime).contains(value) else {
      return refuse(
        "bad-value", "'\(word.text)' is not a time from 0.001 to 86400 s", at: word,
        suggestion: "write a number of seconds")
    }
    return .microseconds(Int64(value))
  }
}
