import NetworkTypes
import PrintableText

/// What came of one run of a probe.
public struct ProbeOutcome: Sendable, Hashable {
  /// Whether the answer was what it must be.
  public var isSuccess: Bool
  /// Whether nothing could be asked, because this host has run out of something or this process may not; that says nothing of the
  /// service.
  public var isUnasked = false
  /// Whether that is because this process may not, or the kernel cannot: no other run can either until somebody changes that.
  public var isBarred = false
  /// What was asked, what came back and how long that took, in one line.
  public var words: String
  /// From the run's start to its end.
  public var elapsed: Nanoseconds

  /// An outcome of the given contents.
  public init(isSuccess: Bool, words: String, elapsed: Nanoseconds) {
    self.isSuccess = isSuccess
    self.words = words
    self.elapsed = elapsed
  }
}

/// What is found out in a run, in words that go after what was asked.
struct Finding: Sendable, Hashable {
  var isSuccess: Bool
  var words: String
  var isUnasked = false
  var isBarred = false

  static func success(_ words: String) -> Finding { Finding(isSuccess: true, words: words) }
  static func failure(_ words: String) -> Finding { Finding(isSuccess: false, words: words) }
  /// Nobody could be asked, or heard.
  static func unasked(_ words: String) -> Finding { Finding(isSuccess: false, words: words, isUnasked: true) }
  /// This process may not ask, or the kernel cannot.
  static func barred(_ words: String) -> Finding {
    Finding(isSuccess: false, words: words, isUnasked: true, isBarred: true)
  }
}

extension Nanoseconds {
  /// `0.4 ms`, `12 ms` or `3.2 s`.
  var spoken: String {
    let microseconds = rawValue / 1000
    switch microseconds {
    case ..<10_000: return "\(microseconds / 1000).\(microseconds / 100 % 10) ms"
    case ..<10_000_000: return "\(microseconds / 1000) ms"
    default: return "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10) s"
    }
  }

  /// A limit as it was set: `50 ms` or `2.5 s`.
  var spokenLimit: String {
    guard rawValue >= 1_000_000_000 else { return "\(rawValue / 1_000_000) ms" }
    let tenths = rawValue / 100_000_000
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " s"
  }
}

/// What a stranger sent, made fit for one line of a log: no control signs, and not long.
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
