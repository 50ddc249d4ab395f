import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Connection of one client of the control socket: it sends one line, gets one answer, and is closed.
final class ControlConnection {
  /// Time after which a client that neither sends nor takes anything is dropped.
  static let idleLimit = Nanoseconds.seconds(10)

  private enum Phase {
    case reading
    /// The request is being carried out.
    case waiting
    case writing
  }

  private let descriptor: OwnedDescriptor
  private let loop: EventLoop
  private var phase = Phase.reading
  private var received: [UInt8] = []
  private var answer: [UInt8] = []
  private var written = 0
  private var registration: Reactor.Registration?
  private var timer: EventLoop.Timer?

  /// Called with the request line.
  var onRequest: ((ControlConnection, String) -> Void)?
  /// Called once, when the connection is closed.
  var onClose: ((ControlConnection) -> Void)?

  /// Serves a non-blocking connection.
  init(_ descriptor: OwnedDescriptor, loop: EventLoop) throws(SystemError) {
    self.descriptor = descriptor
    self.loop = loop
    registration = try loop.watch(descriptor.rawValue, for: .readable) { [weak self] in self?.ready($0) }
    restartTimer()
  }

  /// Answers the request and closes when the client has taken the answer.
  func reply(_ reply: ControlReply, body: String = "") { self.reply(reply, body: Array(body.utf8)) }

  /// Answers the request with a body of bytes, and closes when the client has taken the answer.
  func reply(_ reply: ControlReply, body: [UInt8]) {
    guard registration != nil, phase != .writing else { return }
    phase = .writing
    answer = Array(reply.line.utf8) + body
    restartTimer()
    write()
  }

  func close() {
    guard let registration else { return }
    loop.unwatch(registration)
    self.registration = nil
    loop.cancel(timer)
    onClose?(self)
    onClose = nil
    onRequest = nil
  }

  private func restartTimer() {
    loop.cancel(timer)
    timer = loop.schedule(after: Self.idleLimit) { [weak self] in self?.close() }
  }

  private func ready(_ readiness: Readiness) {
    switch phase {
    case .reading: read()
    case .waiting: if !readiness.isDisjoint(with: [.hangUp, .error]) { close() }
    case .writing: write()
    }
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: ControlRequest.longestLine)
    let result = buffer.withUnsafeMutableBytes { try? descriptor.descriptor.read(into: $0) }
    switch result {
    case .bytes(let count): received += buffer[..<count]
    case .wouldBlock: return
    case .endOfFile:
      guard !received.isEmpty else { return close() }
      if !received.contains(UInt8(ascii: "\n")) { received.append(UInt8(ascii: "\n")) }
    case nil: return close()
    }
    guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else {
      if received.count >= ControlRequest.longestLine {
        discardInput()
        reply(.error(code: ExitCode.usage.rawValue, message: "the request is too long"))
      }
      return
    }
    discardInput()
    phase = .waiting
    loop.cancel(timer)
    if let registration { loop.modify(registration, for: []) }
    onRequest?(self, String(decoding: received[..<end], as: UTF8.self))
  }

  /// Reads and drops input after the request. Closing the connection with unread input would show the client an error.
  private func discardInput() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for _ in 0..<16 {
      guard case .bytes = buffer.withUnsafeMutableBytes({ try? descriptor.descriptor.read(into: $0) }) else { return }
    }
  }

  private func write() {
    while written < answer.count {
      let result = answer[written...].withUnsafeBytes { try? descriptor.descriptor.write($0) }
      switch result {
      case .bytes(let count) where count > 0:
        written += count
        restartTimer()
      case .wouldBlock:
        if let registration { loop.modify(registration, for: .writable) }
        return
      case .bytes, .closed, nil: return close()
      }
    }
    close()
  }
}
