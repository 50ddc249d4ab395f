import ControlModel
import LinuxSystem

/// Messages on their way to the prober: sent at once where there is room, else kept, a bounded number of them.
///
/// The engine never waits for the prober. What finds the queue full is counted and lost; states are not lost with it, since the
/// prober reads them from the board.
final class Outbox {
  private static let capacity = 8192

  private(set) var channel: Channel?
  /// The other end is gone. The channel is kept, since the reactor still watches it, until another one takes its place.
  private var isClosed = false
  private var waiting: [[UInt8]] = []
  private var dropped: UInt32 = 0

  /// Messages lost since the start.
  private(set) var totalDropped: UInt64 = 0

  init(_ channel: Channel?) {
    self.channel = channel
  }

  /// Goes on with another prober; what waits is for that one.
  func replace(_ channel: Channel?) {
    self.channel = channel
    isClosed = false
    flush()
  }

  /// Whether messages wait for room.
  var hasWaiting: Bool { !waiting.isEmpty }

  func send(_ message: EngineMessage) {
    let bytes = message.encoded
    if waiting.isEmpty, deliver(bytes) { return }
    if waiting.count < Self.capacity {
      waiting.append(bytes)
    } else {
      dropped &+= 1
      totalDropped &+= 1
    }
  }

  /// Sends what waits as far as there is room.
  func flush() {
    guard !waiting.isEmpty else { return }
    var sent = 0
    while sent < waiting.count, deliver(waiting[sent]) { sent += 1 }
    waiting.removeFirst(sent)
    if waiting.isEmpty, dropped > 0 {
      let count = dropped
      dropped = 0
      send(.dropped(count))
    }
  }

  private func deliver(_ bytes: [UInt8]) -> Bool {
    guard let channel, !isClosed else { return false }
    let result = bytes.withUnsafeBytes { try? channel.send($0) }
    switch result {
    case .sent: return true
    case .closed:
      isClosed = true
      return false
    case .wouldBlock, nil: return false
    }
  }
}
