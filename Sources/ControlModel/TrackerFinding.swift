import HealthCore
import NetworkTypes
import VRRPCore

/// Why a tracker is what it is: a sentence for people, and which part of it the results said themselves.
public struct TrackerReason: Sendable, Hashable {
  /// The sentence; may be empty.
  public let text: String
  /// How many bytes of it are not the results' own words.
  let wordsStart: Int

  /// What the results said, and in front of it why the verdict is not theirs, if it is not.
  public init(_ words: String, preface: String? = nil) {
    let head = preface.map { words.isEmpty ? $0 : $0 + "; last: " } ?? ""
    self.init(head + words, wordsStart: head.utf8.count)
  }

  init(_ text: String, wordsStart: Int) {
    self.text = text
    self.wordsStart = wordsStart
  }

  /// What the results said.
  public var words: String { String(decoding: text.utf8.dropFirst(max(0, wordsStart)), as: UTF8.self) }
}

/// What a tracker was found to be.
public struct TrackerFinding: Sendable, Hashable {
  /// What counts.
  public var status: TrackerStatus
  /// Since when.
  public var since: MonotonicInstant
  /// Why.
  public var reason: TrackerReason
  /// What the next prober goes on from.
  public var memory: VerdictMemory

  /// A finding of the given contents, which is what the results came to unless there is a memory of others.
  public init(
    _ status: TrackerStatus, since: MonotonicInstant, because reason: TrackerReason, memory: VerdictMemory? = nil
  ) {
    self.status = status
    self.since = since
    self.reason = reason
    self.memory = memory ?? VerdictMemory(result: Verdict(status))
  }

  /// The same with a reason that is all the results' own.
  public init(_ status: TrackerStatus, since: MonotonicInstant, _ reason: String) {
    self.init(status, since: since, because: TrackerReason(reason))
  }
}

/// What the prober tells the engine: the verdict of a check, with the last line of its output as the reason.
public struct TrackerVerdict: Sendable, Hashable {
  /// The tracker's position in the configuration's list of trackers.
  public var tracker: Int
  /// The verdict.
  public var status: TrackerStatus
  /// Why.
  public var because: TrackerReason
  /// What the next prober goes on from.
  public var memory: VerdictMemory

  /// Whether it is what the last results said.
  public var condition: VerdictCondition { memory.condition }

  /// Why, in one sentence.
  public var reason: String { because.text }

  /// A verdict of the given contents, which is what the results came to unless there is a memory of others.
  public init(tracker: Int, status: TrackerStatus, because reason: TrackerReason, memory: VerdictMemory? = nil) {
    self.tracker = tracker
    self.status = status
    because = reason
    self.memory = memory ?? VerdictMemory(result: Verdict(status))
  }

  /// The same with a reason that is all the results' own.
  public init(tracker: Int, status: TrackerStatus, reason: String, memory: VerdictMemory? = nil) {
    self.init(tracker: tracker, status: status, because: TrackerReason(reason), memory: memory)
  }

  /// The verdict that stands on a board.
  public init(tracker: Int, _ finding: TrackerFinding) {
    self.init(tracker: tracker, status: finding.status, because: finding.reason, memory: finding.memory)
  }

  /// The verdict as it stands on a board from a moment on.
  public func finding(since: MonotonicInstant) -> TrackerFinding {
    TrackerFinding(status, since: since, because: because, memory: memory)
  }

  /// A status with its condition in words: `down`, or `down (held)`.
  public static func label(_ status: TrackerStatus, _ condition: VerdictCondition) -> String {
    condition == .fresh ? status.label : "\(status.label) (\(condition.label))"
  }

  /// The message's bytes.
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

  /// Reads a message. A prober of an earlier release leaves out what it has no word for.
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
  /// The verdict that a status is; that of a number is none.
  public init(_ status: TrackerStatus) {
    switch status {
    case .up: self = .up
    case .down: self = .down
    case .unknown, .level, .untracked: self = .unknown
    }
  }
}
