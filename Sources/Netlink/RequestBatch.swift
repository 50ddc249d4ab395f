import CNetlink

/// What the kernel says to a request.
struct RequestAnswer {
  /// An errno, or 0 for success.
  var error: Int32
  /// The kernel's own words about a refusal, if it has any.
  var words = ""
}

/// Requests packed one behind the other for one send, with the answers as they come in.
final class RequestBatch {
  private struct Entry {
    var sequence: UInt32
    let range: Range<Int>
    /// What the kernel answered; `nil` before the answer.
    var answer: RequestAnswer?
  }

  private let storage: UnsafeMutableRawBufferPointer
  private let again: UnsafeMutableRawBufferPointer
  private var used = 0
  private var entries: [Entry] = []
  private var unanswered = 0
  private let maximumMessages: Int

  /// What one send holds at most, in bytes.
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

  /// Adds a request, which `copy` writes and gives the padded length of; false when there is no room.
  func append(sequence: UInt32, _ copy: (UnsafeMutableRawBufferPointer) -> Int?) -> Bool {
    guard entries.count < maximumMessages else { return false }
    guard let length = copy(UnsafeMutableRawBufferPointer(rebasing: storage[used...])) else { return false }
    entries.append(Entry(sequence: sequence, range: used..<used + length, answer: nil))
    used += length
    unanswered += 1
    return true
  }

  /// Notes an answer; one to an earlier request is of no concern.
  func answer(_ sequence: UInt32, _ answer: RequestAnswer) {
    // Answers come in the order of the requests, so the first without one is nearly always it.
    let expected = entries.count - unanswered
    let index =
      entries.indices.contains(expected) && entries[expected].sequence == sequence
      ? expected : entries.firstIndex { $0.sequence == sequence }
    guard let index, entries[index].answer == nil else { return }
    entries[index].answer = answer
    unanswered -= 1
  }

  /// Gives new numbers to the requests without an answer, so that a late one is not taken for the next.
  func renumberUnanswered(_ next: () -> UInt32) {
    for index in entries.indices where entries[index].answer == nil {
      let sequence = next()
      entries[index].sequence = sequence
      let offset = entries[index].range.lowerBound + (MemoryLayout<nlmsghdr>.offset(of: \.nlmsg_seq) ?? 8)
      storage.storeBytes(of: sequence, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// The requests without an answer, for another send.
  func bytesOfUnanswered() -> UnsafeRawBufferPointer {
    var count = 0
    for entry in entries where entry.answer == nil {
      UnsafeMutableRawBufferPointer(rebasing: again[count...]).copyMemory(from: .init(rebasing: storage[entry.range]))
      count += entry.range.count
    }
    return UnsafeRawBufferPointer(rebasing: again[..<count])
  }

  /// Each request's answer, in order.
  func answers(orElse missing: RequestAnswer) -> [RequestAnswer] {
    entries.map { $0.answer ?? missing }
  }
}
