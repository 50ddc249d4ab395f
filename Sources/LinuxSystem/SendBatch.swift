import CLinux
import Glibc
import NetworkTypes

/// Result of flushing a batch.
public struct FlushOutcome: Sendable, Hashable {
  /// Messages sent in this call.
  public var sent = 0
  /// Messages that the kernel refused; each was reported.
  public var failed = 0
  /// Messages left in the batch because the socket or the device had no room. Flush again when it is writable.
  public var pending = 0
}

/// Messages for one socket, collected and sent with as few system calls as possible. Allocated once.
final class SendBatch {
  let shim: OpaquePointer
  private let capacity: Int
  private var tags: [Int]
  private var next = 0

  init(capacity: Int, bytes: Int) throws(SystemError) {
    self.capacity = max(1, min(capacity, 1_024))
    guard let shim = clinux_send_batch_create(UInt32(self.capacity), UInt32(max(2_048, min(bytes, 1 << 24)))) else {
      throw SystemError(operation: "allocate send buffers", errno: ENOMEM)
    }
    self.shim = shim
    tags = []
    tags.reserveCapacity(self.capacity)
  }

  deinit {
    clinux_send_batch_destroy(shim)
  }

  var count: Int { tags.count - next }

  /// Records the tag of a message that was added.
  func added(tag: Int) {
    tags.append(tag)
  }

  func clear() {
    clinux_send_batch_clear(shim)
    tags.removeAll(keepingCapacity: true)
    next = 0
  }

  /// Each round sends at least one message, drops one or is the last, so there are at most as many rounds as messages.
  func flush(_ fd: Int32, _ failure: (Int, Int32) -> Void) -> FlushOutcome {
    var outcome = FlushOutcome()
    while next < tags.count {
      let result = clinux_send_batch_flush(shim, fd, UInt32(next))
      switch -result {
      case ..<0:
        outcome.sent += Int(result)
        next += Int(result)
      case EAGAIN, ENOBUFS, 0:
        outcome.pending = count
        return outcome
      case let reason:
        outcome.failed += 1
        failure(tags[next], reason)
        next += 1
      }
    }
    clear()
    return outcome
  }
}
