import ConfigurationSyntax
import HealthCore
import NetworkTypes

extension KeywordAction {
  /// `damp` and `verdict_expiry`, of every check.
  static func steadiness(_ path: WritableKeyPath<Draft, SteadinessDraft>) -> [Self] {
    [
      .custom("damp") { draft, statement, lowering in
        guard let limits = lowering.damping(statement) else { return }
        draft[keyPath: path].steadiness.damping = limits
      },
      .custom("verdict_expiry") { draft, statement, lowering in
        guard let expiry = lowering.expiry(statement) else { return }
        draft[keyPath: path].steadiness.expiry = expiry
        draft[keyPath: path].expirySpan = statement.span
      },
    ]
  }
}

/// What a check's block says of its steadiness.
struct SteadinessDraft {
  var steadiness = CheckSteadiness()
  /// Where the expiry stands.
  var expirySpan: SourceSpan?
}

extension Lowering {
  private static let longestTime = 86_400_000_000

  /// `CHANGES SECONDS SECONDS`.
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

  /// `SECONDS [hold / fail]`.
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
