import Glibc
import LinuxSystem

/// The reading end of a command's output: keeps the last line that is not empty and forgets all else.
final class CommandOutput {
  /// Bytes of a line that are kept.
  static let longestLine = 255
  /// Bytes read in one turn, so that a command that never stops printing takes no more than its share.
  private static let mostPerTurn = 1 << 18

  private let loop: EventLoop
  private var descriptor: OwnedDescriptor?
  private var registration: Reactor.Registration?
  private var current: [UInt8] = []
  private var last: [UInt8] = []
  private var onEnd: (() -> Void)?

  /// Reads from a non-blocking descriptor until it ends or ``close()``.
  init(_ descriptor: consuming FileDescriptor, loop: EventLoop) {
    self.loop = loop
    let holder = OwnedDescriptor(descriptor)
    self.descriptor = holder
    registration = try? loop.watch(holder.rawValue, for: .readable) { [weak self] _ in self?.read() }
  }

  deinit { close() }

  /// The last line so far, whether or not it is finished.
  var lastLine: String { Self.text(current.contains { !Self.isBlank($0) } ? current : last) }

  var isOpen: Bool { descriptor != nil }

  /// Calls `action` when there is nothing more to read.
  func whenEnded(_ action: @escaping () -> Void) { onEnd = action }

  /// Reads what waits.
  func read() {
    guard let holder = descriptor else { return }
    var total = 0
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) { buffer in
      while total < Self.mostPerTurn {
        switch try? holder.descriptor.read(into: buffer) {
        case .bytes(let count):
          total += count
          keep(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        case .wouldBlock: return
        case .endOfFile, nil:
          close()
          return
        }
      }
    }
  }

  func close() {
    if let registration { loop.unwatch(registration) }
    registration = nil
    guard descriptor != nil else { return }
    descriptor = nil
    onEnd?()
    onEnd = nil
  }

  /// Looks at no byte of a long line beyond those that are kept, but for the search for its end.
  private func keep(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let end = memchr(start, Int32(UInt8(ascii: "\n")), rest.count).map { start.distance(to: UnsafeRawPointer($0)) }
      current += rest[..<min(end ?? rest.count, Self.longestLine - current.count)]
      guard let end else { return }
      if current.contains(where: { !Self.isBlank($0) }) { last = current }
      current.removeAll(keepingCapacity: true)
      rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// The line without blanks at its ends, control characters replaced: it goes to logs, terminals and the board.
  private static func text(_ bytes: [UInt8]) -> String {
    let trimmed = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    let scalars = String(decoding: trimmed, as: UTF8.self).unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : $0
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// Outputs of commands that have ended while something they started still holds the other end.
///
/// Reading goes on so that a service started by a script is not killed by writing to it; the oldest are given up when there
/// are many.
final class OutputDrains {
  private static let most = 32
  private var outputs: [CommandOutput] = []

  func adopt(_ output: CommandOutput) {
    guard output.isOpen else { return }
    output.whenEnded { [weak self, unowned output] in self?.outputs.removeAll { $0 === output } }
    outputs.append(output)
    if outputs.count > Self.most { outputs.first?.close() }
  }

  var count: Int { outputs.count }
}
