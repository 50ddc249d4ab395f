import NetworkTypes
import PrintableText

/// Outcome of one run of a probe.
public struct ProbeOutcome: Sendable, Hashable {
  /// True if the answer was as the probe requires.
  public var isSuccess: Bool
  /// True if nothing could be asked, because this host lacks resources or this process lacks the right. The outcome then
  /// tells nothing about the service.
  public var isUnasked = false
  /// True if this process may not ask, or the kernel cannot. No other run can ask either until that is changed.
  public var isBarred = false
  /// Question, answer and time taken, in one line.
  public var words: String
  /// Time from the run's start to its end.
  public var elapsed: Nanoseconds

  /// An outcome with the given values.
  public init(isSuccess: Bool, words: String, elapsed: Nanoseconds) {
    self.isSuccess = isSuccess
    self.words = words
    self.elapsed = elapsed
  }
}

/// Result of a run, in words that follow the question.
struct Finding: Sendable, Hashable {
  var isSuccess: Bool
  var words: String
  var isUnasked = false
  var isBarred = false

  static func success(_ words: String) -> Finding { Finding(isSuccess: true, words: words) }
  static func failure(_ words: String) -> Finding { Finding(isSuccess: false, words: words) }
  /// A finding that nothing could be asked, or that no answer could be received.
  static func unasked(_ words: String) -> Finding { Finding(isSuccess: false, words: words, isUnasked: true) }
  /// A finding that this process may not ask, or the kernel cannot.
  static func barred(_ words: String) -> Finding {
    Finding(isSuccess: false, words: words, isUnasked: true, isBarred: true)
  }
}

extension Nanoseconds {
  /// Time as text, such as `0.4 ms`, `12 ms` or `3.2 s`.
  var spoken: String {
    let microseconds = rawValue / 1000
    switch microseconds {
    case ..<10_000: return "\(microseconds / 1000).\(microseconds / 100 % 10) ms"
    case ..<10_000_000: return "\(microseconds / 1000) ms"
    default: return "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10) s"
    }
  }

  /// Limit as text, as it was configured, such as `50 ms` or `2.5 s`.
  var spokenLimit: String {
    guard rawValue >= 1_000_000_000 else { return "\(rawValue / 1_000_000) ms" }
    let tenths = rawValue / 100_000_000
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " s"
  }
}

/// Bytes from another host as text for one log line: without control characters, and not long.
func quoted(_ bytes: some Sequence<UInt8>, most: Int = 80) -> String {
  var text = ""
  var count = 0
  for scalar in String(decoding: Array(bytes.prefix(most * 4)), as: UTF8.self).unicodeScalars {
    guard count < most else { return text + "…" }
    text.unicodeScalars.append(scalar.isUnprintable || scalar == "\u{FFFD}" ? "." : scalar)
    count += 1
  }
  return text
}
