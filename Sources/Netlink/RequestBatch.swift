import CNetlink

/// Answer of the kernel to a request.
struct RequestAnswer {
  /// Errno; 0 for success.
  var error: Int32
  /// Explanation of the kernel for a refusal; empty if it has none.
  var explanation = ""
}

/// Requests for one send, one after the other, and their answers as they arrive.
final class RequestBatch {
  private struct Entry {
    var sequence: UInt32
    let range: Range<Int>
    /// Answer of the kernel; `nil` before it has come.
    var answer: RequestAnswer?
  }

  private let storage: UnsafeMutableRawBufferPointer
  private let again: UnsafeMutableRawBufferPointer
  private var used = 0
  private var entries: [Entry] = []
  private var unanswered = 0
  private let maximumMessages: Int

  /// Greatest size of one send in bytes.
  private static let capacity = 32 * 1_024

  init(maximumMessages: Int) {
    self.maximumMessages = maximumMessages
    storage = .allocate(byteCount: Self.capacity, alignment: 16)
    again = .allocate(byteCount: Self.capacity, alignment: 16)
    entries.reserveCapacity(min(maximumMessages, Self.capacity / 40))
  }

  deinit {
    storage.deallocate()
    again.deallocate()
  }

  var isEmpty: Bool { entries.isEmpty }
  var hasUnanswered: Bool { unanswered > 0 }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<used]) }

  func clear() {
    used = 0
    unanswered = 0
    entries.removeAll(keepingCapacity: true)
  }

  /// Adds a request. `copy` writes it and returns its padded length. Returns false if there is no room.
  func append(sequence: UInt32, _ copy: (UnsafeMutableRawBufferPointer) -> Int?) -> Bool {
    guard entries.count < maximumMessages else { return false }
    guard let length = copy(UnsafeMutableRawBufferPointer(rebasing: storage[used...])) else { return false }
    entries.append(Entry(sequence: sequence, range: used..<used + length, answer: nil))
    used += length
    unanswered += 1
    return true
  }

  /// Records an answer. One to an earlier request is ignored.
  func answer(_ sequence: UInt32, _ answer: RequestAnswer) {
    // Answers come in the order of the requests, so the first request without one is nearly always it.
    let expected = entries.count - unanswered
    let index =
      entries.indices.contains(expected) && entries[expected].sequence == sequence
      ? expected : entries.firstIndex { $0.sequence == sequence }
    guard let index, entries[index].answer == nil else { return }
    entries[index].answer = answer
    unanswered -= 1
  }

  /// Gives new numbers to the requests without an answer, so that a late answer is not taken for the next one's.
  func renumberUnanswered(_ next: () -> UInt32) {
    for index in entries.indices where entries[index].answer == nil {
      let sequence = next()
      entries[index].sequence = sequence
      let offset = entries[index].range.lowerBound + (MemoryLayout<nlmsghdr>.offset(of: \.nlmsg_seq) ?? 8)
      storage.storeBytes(of: sequence, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// Requests without an answer, for another send.
  func bytesOfUnanswered() -> UnsafeRawBufferPointer {
    var count = 0
    for entry in entries where entry.answer == nil {
      UnsafeMutableRawBufferPointer(rebasing: again[count...]).copyMemory(from: .init(rebasing: storage[entry.range]))
      count += entry.range.count
    }
    return UnsafeRawBufferPointer(rebasing: again[..<count])
  }

  /// Answer of each request in order; `missing` for one without an answer.
  func answers(orElse missing: RequestAnswer) -> [RequestAnswer] {
    entries.map { $0.answer ?? missing }
  }
}
