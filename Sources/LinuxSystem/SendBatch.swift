import CLinux
import Glibc
import NetworkTypes

/// What a flush did with the messages of a batch.
public struct FlushOutcome: Sendable, Hashable {
  /// How many left in this call.
  public var sent = 0
  /// How many the kernel refused; each was reported.
  public var failed = 0
  /// How many stay in the batch because the socket or the device had no room: flush again when it is writable.
  public var pending = 0
}

/// Messages of one socket, collected and sent with as few system calls as possible. Allocated once.
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

  /// Notes the tag of a message that the shim has taken.
  func added(tag: Int) {
    tags.append(tag)
  }

  func clear() {
    clinux_send_batch_clear(shim)
    tags.removeAll(keepingCapacity: true)
    next = 0
  }

  /// Each round sends at least one message, drops one or ends, so there are at most as many as messages.
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
