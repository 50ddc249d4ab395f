import HealthCore
import NetworkTypes
import VRRPCore

/// Reason for a tracker's verdict: a sentence, and the part of it that comes from the check's own output.
public struct TrackerReason: Sendable, Hashable {
  /// Sentence; may be empty.
  public let text: String
  /// Bytes in front of the part that comes from the check's own output.
  let wordsStart: Int

  /// Output of a check, after a preface if the verdict is not that of the last results.
  public init(_ words: String, preface: String? = nil) {
    let head = preface.map { words.isEmpty ? $0 : $0 + "; last: " } ?? ""
    self.init(head + words, wordsStart: head.utf8.count)
  }

  init(_ text: String, wordsStart: Int) {
    self.text = text
    self.wordsStart = wordsStart
  }

  /// Part of the sentence that comes from the check's own output.
  public var words: String { String(decoding: text.utf8.dropFirst(max(0, wordsStart)), as: UTF8.self) }
}

/// Verdict about the tracked thing, with its reason and history.
public struct TrackerFinding: Sendable, Hashable {
  /// Verdict in force.
  public var status: TrackerStatus
  /// Instant since which it has been in force.
  public var since: MonotonicInstant
  /// Reason for the verdict.
  public var reason: TrackerReason
  /// State that the next prober goes on from.
  public var memory: VerdictMemory

  /// A finding with the given values. Without a memory the results' verdict is the one in force.
  public init(
    _ status: TrackerStatus, since: MonotonicInstant, because reason: TrackerReason, memory: VerdictMemory? = nil
  ) {
    self.status = status
    self.since = since
    self.reason = reason
    self.memory = memory ?? VerdictMemory(result: Verdict(status))
  }

  /// A finding whose whole reason is the check's own output.
  public init(_ status: TrackerStatus, since: MonotonicInstant, _ reason: String) {
    self.init(status, since: since, because: TrackerReason(reason))
  }
}

/// Message from the prober to the engine: the verdict of a check, with the last line of its output as the reason.
public struct TrackerVerdict: Sendable, Hashable {
  /// Position of the tracker in the configuration's list of trackers.
  public var tracker: Int
  /// Verdict in force.
  public var status: TrackerStatus
  /// Reason for the verdict.
  public var because: TrackerReason
  /// State that the next prober goes on from.
  public var memory: VerdictMemory

  /// Relation of the verdict to the last results.
  public var condition: VerdictCondition { memory.condition }

  /// Reason for the verdict, in one sentence.
  public var reason: String { because.text }

  /// A verdict with the given values. Without a memory the results' verdict is the one in force.
  public init(tracker: Int, status: TrackerStatus, because reason: TrackerReason, memory: VerdictMemory? = nil) {
    self.tracker = tracker
    self.status = status
    because = reason
    self.memory = memory ?? VerdictMemory(result: Verdict(status))
  }

  /// A verdict whose whole reason is the check's own output.
  public init(tracker: Int, status: TrackerStatus, reason: String, memory: VerdictMemory? = nil) {
    self.init(tracker: tracker, status: status, because: TrackerReason(reason), memory: memory)
  }

  /// Verdict from a board.
  public init(tracker: Int, _ finding: TrackerFinding) {
    self.init(tracker: tracker, status: finding.status, because: finding.reason, memory: finding.memory)
  }

  /// Verdict as a finding in force since `since`.
  public func finding(since: MonotonicInstant) -> TrackerFinding {
    TrackerFinding(status, since: since, because: because, memory: memory)
  }

  /// Status with its condition in words: `down`, or `down (held)`.
  public static func label(_ status: TrackerStatus, _ condition: VerdictCondition) -> String {
    condition == .fresh ? status.label : "\(status.label) (\(condition.label))"
  }

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    writer.write(UInt32(clamping: tracker))
    writer.write(status.rawValue)
    writer.write(because.text)
    writer.write(memory.condition.rawValue)
    writer.write(memory.result.rawValue)
    writer.write(memory.until?.nanoseconds ?? 0)
    writer.write(memory.isUntried ? 1 : 0 as UInt8)
    writer.write(UInt16(clamping: because.wordsStart))
    return writer.bytes
  }

  /// Reads a message. A prober of an earlier release leaves out the fields that it does not know.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    tracker = Int(try reader.read(UInt32.self))
    guard let status = TrackerStatus(rawValue: try reader.read(Int64.self)) else { throw .invalid }
    self.status = status
    let text = try reader.readText()
    because = TrackerReason(text)
    memory = VerdictMemory(result: Verdict(status))
    guard let condition = (try? reader.read(UInt8.self)).flatMap(VerdictCondition.init) else { return }
    memory.condition = condition
    guard let result = (try? reader.read(UInt8.self)).flatMap(Verdict.init), let until = try? reader.read(Int64.self)
    else { return }
    memory.result = result
    memory.until = until == 0 ? nil : MonotonicInstant(nanoseconds: until)
    guard let untried = try? reader.read(UInt8.self), let wordsStart = try? reader.read(UInt16.self) else { return }
    memory.isUntried = untried == 1
    because = TrackerReason(text, wordsStart: Int(wordsStart))
  }
}

extension Verdict {
  /// Verdict of a status; unknown for a number.
  public init(_ status: TrackerStatus) {
    switch status {
    case .up: self = .up
    case .down: self = .down
    case .unknown, .level, .untracked: self = .unknown
    }
  }
}
