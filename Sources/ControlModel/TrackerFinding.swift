import HealthCore
import NetworkTypes
import VRRPCore

/// Finding about a tracked thing: the prober tells it to the engine, the engine keeps it on the board, and the next prober
/// goes on from there.
public struct TrackerFinding: Sendable, Hashable {
  /// Verdict in force.
  public var status: TrackerStatus
  /// Reason for the verdict, in one sentence; may be empty.
  public let reason: String
  /// Bytes of the reason in front of the check's own words.
  let wordsStart: Int
  /// State that the next prober goes on from.
  public var memory: VerdictMemory

  /// A finding whose reason is the check's own words, after a preface if the verdict is not that of the last results.
  /// Without a memory the results' verdict is the one in force.
  public init(_ status: TrackerStatus, _ words: String, preface: String? = nil, memory: VerdictMemory? = nil) {
    let head = preface.map { words.isEmpty ? $0 : $0 + "; last: " } ?? ""
    self.init(
      status, reason: head + words, wordsStart: head.utf8.count,
      memory: memory ?? VerdictMemory(result: Verdict(status)))
  }

  init(_ status: TrackerStatus, reason: String, wordsStart: Int, memory: VerdictMemory) {
    self.status = status
    self.reason = reason
    self.wordsStart = wordsStart
    self.memory = memory
  }

  /// Part of the reason that is the check's own words.
  public var words: String { String(decoding: reason.utf8.dropFirst(max(0, wordsStart)), as: UTF8.self) }

  /// Status with its condition in words: `down`, or `down (held)`.
  public var label: String {
    memory.condition == .fresh ? status.label : "\(status.label) (\(memory.condition.label))"
  }
}

extension LogLine {
  /// Line for a changed verdict.
  public init(_ finding: TrackerFinding, of tracker: TrackerName) {
    let (status, condition) = (finding.status, finding.memory.condition)
    self.init(
      status == .down || status == .untracked || condition != .fresh ? .warning : .notice,
      "\(tracker) is \(finding.label)" + (finding.reason.isEmpty ? "" : ": \(finding.reason)"),
      fields: [
        ("event", "check"), (tracker.kind.label, tracker.name), ("status", status.label), ("reason", finding.reason),
        ("condition", condition.label),
      ])
  }
}

/// Message from the prober to the engine.
public struct TrackerVerdict: Sendable, Hashable {
  /// Position of the tracker in the configuration's list of trackers.
  public var tracker: Int
  /// Finding about the tracked thing.
  public var finding: TrackerFinding

  /// A message of the given contents.
  public init(tracker: Int, _ finding: TrackerFinding) {
    self.tracker = tracker
    self.finding = finding
  }

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    writer.write(UInt32(clamping: tracker))
    writer.write(finding.status.rawValue)
    writer.write(finding.reason)
    writer.write(UInt16(clamping: finding.wordsStart))
    writer.write(finding.memory.condition.rawValue)
    writer.write(finding.memory.result.rawValue)
    writer.write(finding.memory.until?.nanoseconds ?? 0)
    writer.write(finding.memory.isUntried ? 1 : 0 as UInt8)
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    tracker = Int(try reader.read(UInt32.self))
    let status = TrackerStatus(rawValue: try reader.read(Int64.self))
    let reason = try reader.readText()
    let wordsStart = Int(try reader.read(UInt16.self))
    let condition = VerdictCondition(rawValue: try reader.read(UInt8.self))
    let result = Verdict(rawValue: try reader.read(UInt8.self))
    let until = try reader.read(Int64.self)
    let isUntried = try reader.read(UInt8.self) == 1
    guard let status, let condition, let result else { throw .invalid }
    finding = TrackerFinding(
      status, reason: reason, wordsStart: wordsStart,
      memory: VerdictMemory(
        result: result, condition: condition, until: until == 0 ? nil : MonotonicInstant(nanoseconds: until),
        isUntried: isUntried))
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

extension TrackerStatus {
  /// Status of a verdict.
  public init(_ verdict: Verdict) {
    switch verdict {
    case .unknown: self = .unknown
    case .up: self = .up
    case .down: self = .down
    }
  }
}
