import CNetlink

/// Requests packed one behind the other for one send, with the answers as they come in.
final class AddressBatch {
  private struct Entry {
    var sequence: UInt32
    let position: Int
    let range: Range<Int>
    /// The errno the kernel answered with, 0 for success; `nil` before the answer.
    var error: Int32?
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

  /// Adds a request for the change at `position`; false when there is no room for it.
  func append(_ message: borrowing AddressMessage, sequence: UInt32, position: Int) -> Bool {
    guard entries.count < maximumMessages else { return false }
    let room = UnsafeMutableRawBufferPointer(rebasing: storage[used...])
    guard let length = message.copy(into: room, sequence: sequence) else { return false }
    entries.append(Entry(sequence: sequence, position: position, range: used..<used + length, error: nil))
    used += length
    unanswered += 1
    return true
  }

  /// Notes an answer; one to an earlier request is of no concern.
  func answer(_ sequence: UInt32, _ error: Int32) {
    // Answers come in the order of the requests, so the first without one is nearly always it.
    let expected = entries.count - unanswered
    let index =
      entries.indices.contains(expected) && entries[expected].sequence == sequence
      ? expected : entries.firstIndex { $0.sequence == sequence }
    guard let index, entries[index].error == nil else { return }
    entries[index].error = error
    unanswered -= 1
  }

  /// Gives new numbers to the requests without an answer, so that a late one is not taken for the next.
  func renumberUnanswered(_ next: () -> UInt32) {
    for index in entries.indices where entries[index].error == nil {
      let sequence = next()
      entries[index].sequence = sequence
      let offset = entries[index].range.lowerBound + (MemoryLayout<nlmsghdr>.offset(of: \.nlmsg_seq) ?? 8)
      storage.storeBytes(of: sequence, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// The requests without an answer, for another send.
  func bytesOfUnanswered() -> UnsafeRawBufferPointer {
    var count = 0
    for entry in entries where entry.error == nil {
      UnsafeMutableRawBufferPointer(rebasing: again[count...]).copyMemory(from: .init(rebasing: storage[entry.range]))
      count += entry.range.count
    }
    return UnsafeRawBufferPointer(rebasing: again[..<count])
  }

  /// Each request's change and its answer, in order.
  func answers(orElse missing: Int32) -> [(position: Int, error: Int32)] {
    entries.map { ($0.position, $0.error ?? missing) }
  }
}
