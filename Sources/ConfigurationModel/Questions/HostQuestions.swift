/// An amount: of bytes, or in thousandths of the whole.
package enum Amount: Sendable, Hashable, CustomStringConvertible {
  /// Bytes, or things that are counted.
  case count(UInt64)
  /// Thousandths of all there is.
  case perMille(UInt64)

  /// Notation of the configuration.
  package var description: String {
    switch self {
    case .count(let count):
      for (unit, size) in [("T", UInt64(1) << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)]
      where count >= size && count % size == 0 { return "\(count / size)\(unit)" }
      return "\(count)"
    case .perMille(let share): return "\(share / 10)\(share % 10 == 0 ? "" : ".\(share % 10)")%"
    }
  }
}

extension Amount: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .count(try UInt64(from: &reader))
    case 1: self = .perMille(try UInt64(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .count(let value): writer.put(case: 0, value)
    case .perMille(let value): writer.put(case: 1, value)
    }
  }
}

/// `load`.
package struct LoadQuestion: Sendable, Hashable {
  /// Minutes of the load average: 1, 5 or 15.
  package var minutes: Int
  /// Greatest load that passes, in thousandths.
  package var most: Int

  /// A load of at most `most` thousandths, averaged over `minutes`.
  package init(minutes: Int, most: Int) {
    self.minutes = minutes
    self.most = most
  }
}

extension LoadQuestion: ImageRecord {
  static var blank: Self { Self(minutes: 0, most: 0) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&minutes)
    try field(&most)
  }
}

/// `disk`.
package struct DiskQuestion: Sendable, Hashable {
  /// A path in the file system.
  package var path: String
  /// Bytes that must be free for ordinary users; `nil` for no such condition.
  package var free: Amount?
  /// Inodes that must be free; `nil` for no such condition.
  package var inodes: Amount?
  /// True when the file system must not be mounted read-only.
  package var writable = false

  /// A file system that answers.
  package init(path: String) {
    self.path = path
  }
}

extension DiskQuestion: ImageRecord {
  static var blank: Self { Self(path: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&path)
    try field(&free)
    try field(&inodes)
    try field(&writable)
  }
}

/// `memory`.
package struct MemoryQuestion: Sendable, Hashable {
  /// Greatest share of time, in thousandths, in which some tasks waited for memory (`some`).
  package var some: Int?
  /// Greatest share of time, in thousandths, in which all tasks waited for memory (`full`).
  package var full: Int?
  /// Seconds over which that is measured: 10, 60 or 300.
  package var window = 10
  /// Memory that must be available; `nil` for no such condition.
  package var available: Amount?

  /// No conditions.
  package init() {}
}

extension MemoryQuestion: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&some)
    try field(&full)
    try field(&window)
    try field(&available)
  }
}
