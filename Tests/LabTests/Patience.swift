import LabKit
import NetworkTypes

/// What every bound is given on top of the time that something takes on a machine with nothing else to do.
///
/// So no test fails because the machine does other things as well. What must come sooner than something else is judged by its cause or by
/// the order of what was seen; how soon it comes is the benchmarks' business.
let patience = Nanoseconds.seconds(60)

/// Waits until `condition` is true; `bound` is how long that takes at most on a machine with nothing else to do.
@discardableResult
func eventually(
  within bound: Nanoseconds, every interval: Nanoseconds = .milliseconds(5),
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  try await LabKit.eventually(within: bound + patience, every: interval, isolation: isolation, condition)
}

extension Client {
  /// Whether a request sent after this call is answered; `bound` is how long that takes at most on a machine with nothing else to do.
  func answers(within bound: Nanoseconds) async -> Bool { await reaches(within: bound + patience) }
}
