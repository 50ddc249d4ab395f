import Configuration
import ConfigurationModel
import Glibc
import LabKit
import LinuxSystem
import NetworkTypes
import Synchronization
import Testing

@testable import Probes

/// All suites of this target, one test at a time: they start servers, and few of those answer for many at once.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ProbesTests {
  /// One thread for all probes, as in the prober.
  static let thread = ProbeThread()
}

/// Asks once. What is to answer has so much time that a machine full of other work gives it some; what is not to answer is asked with
/// a short timeout, by whose words a run that used it up is known.
func ask(_ question: ProbeQuestion, timeout: Nanoseconds = .seconds(30)) async -> ProbeOutcome {
  var definition = ProbeDefinition(name: "test", question: question)
  definition.schedule.timeout = timeout
  let probe = ProbesTests.thread.prepare(definition)
  return await withCheckedContinuation { continuation in
    probe.run { continuation.resume(returning: $0) }
  }
}

/// Asks again and again until the answer is as wanted, as somebody does who waits for a server to come up.
func eventually(
  _ question: ProbeQuestion, success: Bool, seconds: Int64 = 60, location: SourceLocation = #_sourceLocation
) async -> ProbeOutcome {
  let limit = MonotonicClock.now() + .seconds(seconds)
  while true {
    let outcome = await ask(question, timeout: .seconds(5))
    if outcome.isSuccess == success { return outcome }
    guard MonotonicClock.now() < limit else {
      Issue.record("waited in vain; the last answer was: \(outcome.words)", sourceLocation: location)
      return outcome
    }
    try? await Task.sleep(for: .milliseconds(20))
  }
}

/// Waits until a server that was killed is gone with all its processes, so that its port refuses connections.
func expectRefusal(_ question: ProbeQuestion, location: SourceLocation = #_sourceLocation) async {
  let limit = MonotonicClock.now() + .seconds(30)
  var last = await ask(question)
  while !last.words.contains("connection refused"), MonotonicClock.now() < limit {
    // One that is going may still reset a connection, and never gives a good answer for long.
    last = await ask(question)
  }
  #expect(!last.isSuccess && last.words.contains("connection refused"), "\(last.words)", sourceLocation: location)
}

/// A test that is skipped by name where a program is missing.
func needs(_ programs: String...) -> ConditionTrait {
  let missing = programs.first { $0.hasPrefix("/") ? access($0, X_OK) != 0 : Command.find($0) == nil }
  return .enabled(if: missing == nil, "\(missing ?? "") is not installed; run `make deps`")
}

/// A port of 127.0.0.1 that nobody has at the moment.
func freePort() throws -> UInt16 {
  let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  guard number >= 0 else { throw SystemError(operation: "make socket", errno: errno) }
  defer { close(number) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(number, $0, size) == 0 ? getsockname(number, $0, &size) : -1
    }
  }
  guard result == 0 else { throw SystemError(operation: "bind", errno: errno) }
  return UInt16(bigEndian: address.sin_port)
}

/// A port of this host.
func local(_ port: UInt16) -> ProbeEndpoint { .host(.address(IPAddress(v4: 0x7F00_0001)), port: port) }
