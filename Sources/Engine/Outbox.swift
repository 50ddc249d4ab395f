import ControlModel
import LinuxSystem

/// Queue of messages to the prober, bounded, which is sent at the end of a turn and as far as the channel has room.
///
/// So no message is encoded, and no process is woken, before the adverts, addresses and announcements of the turn have
/// left. The engine never waits for the prober. A message for which the queue has no room is counted and lost; states
/// are not lost with it, since the prober reads them from the board.
final class Outbox {
  private static let capacity = 8192
  /// Capacity that is kept when the queue is empty.
  private static let keptCapacity = 64

  private(set) var channel: Channel?
  /// True once the other end is gone. The channel is kept until it is replaced, since the reactor still watches it.
  private var isClosed = false
  private var waiting: [EngineMessage] = []
  private var dropped: UInt32 = 0

  /// Messages lost since the start.
  private(set) var totalDropped: UInt64 = 0

  init(_ channel: Channel?) {
    self.channel = channel
    waiting.reserveCapacity(Self.keptCapacity)
  }

  /// Continues with another prober, which gets the waiting messages.
  func replace(_ channel: Channel?) {
    self.channel = channel
    isClosed = false
    flush()
  }

  /// True while messages wait for room.
  var hasWaiting: Bool { !waiting.isEmpty }

  func send(_ message: EngineMessage) {
    if waiting.count == Self.capacity { flush() }
    if waiting.count < Self.capacity {
      waiting.append(message)
    } else {
      dropped &+= 1
      totalDropped &+= 1
    }
  }

  /// Sends waiting messages as far as there is room.
  func flush() {
    guard !waiting.isEmpty else { return }
    var sent = 0
    while sent < waiting.count, deliver(waiting[sent]) { sent += 1 }
    if sent < waiting.count {
      waiting.removeFirst(sent)
    } else {
      waiting.removeAll(keepingCapacity: waiting.capacity <= 2 * Self.keptCapacity)
    }
    if waiting.isEmpty, dropped > 0 {
      let count = dropped
      dropped = 0
      waiting.append(.dropped(count))
      flush()
    }
  }

  private func deliver(_ message: EngineMessage) -> Bool {
    guard let channel, !isClosed else { return false }
    let result = message.encoded.withUnsafeBytes { try? channel.send($0) }
    switch result {
    case .sent: return true
    case .closed:
      isClosed = true
      return false
    case .wouldBlock, nil: return false
    }
  }
}
