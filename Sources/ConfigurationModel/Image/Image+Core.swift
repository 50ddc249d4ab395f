import HealthCore
import NetworkTypes
import VRRPCore

extension ProtocolVersion: ImageValue {}
extension Priority: ImageValue {}
extension RouterState: ImageValue {}
extension TrackerID: ImageValue {}

extension VirtualRouterID: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    guard let identifier = Self(try reader.byte()) else { throw .damaged }
    self = identifier
  }

  func write(to writer: inout ImageWriter) { writer.put(byte: rawValue) }
}

extension VirtualRouterConfiguration: ImageRecord {
  static var blank: Self {
    Self(virtualRouterID: .lowest, version: .v3, priority: .standard, interval: Centiseconds(rawValue: 100))
  }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&virtualRouterID)
    try field(&version)
    try field(&priority)
    try field(&interval)
    try field(&preempt)
    try field(&preemptDelay)
    try field(&downTimerAdverts)
    try field(&lowerPriorityNoAdvert)
    try field(&higherPrioritySendAdvert)
    try field(&ownerIgnoresAdverts)
    try field(&successorPriority)
    try field(&announcements)
    try field(&trackers)
  }
}

extension AnnouncementSchedule: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&repeats)
    try field(&secondSetDelay)
    try field(&refreshInterval)
    try field(&refreshRepeats)
    try field(&lowerPriorityDelay)
    try field(&lowerPriorityRepeats)
    try field(&overtakingDelay)
  }
}

extension TrackerBinding: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self.init(
      tracker: try TrackerID(from: &reader), weight: try Int(from: &reader), reverse: try Bool(from: &reader))
  }

  func write(to writer: inout ImageWriter) {
    tracker.write(to: &writer)
    weight.write(to: &writer)
    reverse.write(to: &writer)
  }
}

extension BFDConfiguration: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&desiredMinTx)
    try field(&requiredMinRx)
    try field(&idleTx)
    try field(&multiplier)
    try field(&isPassive)
  }
}

extension FlapDamping.Limits: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self.init(
      changes: try Int(from: &reader), period: try Nanoseconds(from: &reader), hold: try Nanoseconds(from: &reader))
  }

  func write(to writer: inout ImageWriter) {
    changes.write(to: &writer)
    period.write(to: &writer)
    hold.write(to: &writer)
  }
}

extension VerdictExpiry: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    self.init(after: try Nanoseconds(from: &reader), fails: try Bool(from: &reader))
  }

  func write(to writer: inout ImageWriter) {
    time.write(to: &writer)
    fails.write(to: &writer)
  }
}

extension Combination: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .any
    case 1: self = .all
    case 2: self = .atLeast(try Int(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .any: writer.put(byte: 0)
    case .all: writer.put(byte: 1)
    case .atLeast(let number): writer.put(case: 2, number)
    }
  }
}
