import CLinux
import CNetlink
import Glibc
import LinuxSystem

/// Exchange with the kernel: sends requests, many at a time, and collects the answer to each.
final class RequestExchange {
  /// Result of writing one request into the room left.
  enum Writing {
    /// It takes this number of bytes, with padding.
    case written(Int)
    /// There was no room, so it waits for the next send.
    case noRoom
    /// It contradicts itself, and is not sent.
    case invalid
  }

  private let socket: NetlinkSocket
  private let batch: RequestBatch
  /// Longest wait for the answers of one batch, in milliseconds.
  private static let answerMilliseconds: Int32 = 1_000
  /// Room of an acknowledgement in the receive buffer, with the kernel's overhead, in bytes.
  private static let acknowledgementBytes = 1_280

  /// Opens the socket. This needs no privilege; changes need CAP_NET_ADMIN.
  init(receiveBuffer: Int32) throws(SystemError) {
    socket = try NetlinkSocket(receiveBuffer: receiveBuffer)
    let room = Int(try NetlinkSocket.check(clinux_socket_receive_buffer_size(socket.rawValue), "read buffer size"))
    batch = RequestBatch(maximumMessages: max(16, room / Self.acknowledgementBytes))
  }

  /// Has `write` write each request with its sequence number, and returns the answers in order.
  ///
  /// Throws only if the exchange with the kernel fails.
  func perform(
    _ positions: Range<Int>, _ write: (Int, UnsafeMutableRawBufferPointer, UInt32) -> Writing
  ) throws(SystemError) -> [RequestAnswer] {
    var answers: [RequestAnswer] = []
    answers.reserveCapacity(positions.count)
    var next = positions.lowerBound
    while next < positions.upperBound {
      batch.clear()
      var isInvalid = false
      while next < positions.upperBound, !isInvalid {
        let sequence = socket.nextSequence()
        let isAdded = batch.append(sequence: sequence) { room in
          switch write(next, room, sequence) {
          case .written(let length): return length
          case .noRoom: return nil
          case .invalid:
            isInvalid = true
            return nil
          }
        }
        guard isAdded else { break }
        next += 1
      }
      // The requests before an invalid one are sent first, so that the order is kept.
      if batch.isEmpty {
        answers.append(RequestAnswer(error: isInvalid ? EINVAL : EMSGSIZE))
        next += 1
      } else {
        answers += try exchange()
      }
    }
    return answers
  }

  /// Copies a ready request with its sequence number.
  ///
  /// Bytes that do not begin with a header of the right length are no request: they may come from the board of a
  /// process that died while writing.
  static func write(
    _ request: some Collection<UInt8>, into room: UnsafeMutableRawBufferPointer, sequence: UInt32
  ) -> Writing {
    guard request.count >= MemoryLayout<nlmsghdr>.size, request.count % 4 == 0 else { return .invalid }
    guard request.count <= room.count else { return .noRoom }
    room.copyBytes(from: request)
    var header = room.loadUnaligned(as: nlmsghdr.self)
    guard Int(header.nlmsg_len) == request.count else { return .invalid }
    header.nlmsg_seq = sequence
    room.storeBytes(of: header, as: nlmsghdr.self)
    return .written(request.count)
  }

  /// Sends the batch and collects its answers. A request whose answer was lost is sent again, once.
  private func exchange() throws(SystemError) -> [RequestAnswer] {
    try socket.send(batch.bytes)
    try collect()
    if batch.hasUnanswered {
      // Every change may be made twice without harm.
      batch.renumberUnanswered { socket.nextSequence() }
      try socket.send(batch.bytesOfUnanswered())
      try collect()
    }
    return batch.answers(orElse: RequestAnswer(error: ENOBUFS))
  }

  private func collect() throws(SystemError) {
    var hasLost = false
    while batch.hasUnanswered {
      switch try socket.receive() {
      case .ignored: continue
      case .overrun: hasLost = true
      case .wouldBlock:
        // The kernel answers before the send returns, so answers that are missing after a loss will not come.
        guard !hasLost, try socket.waitReadable(milliseconds: Self.answerMilliseconds) else { return }
      case .messages(let messages):
        for message in messages {
          guard let error = message.acknowledgedError else { continue }
          batch.answer(
            message.sequence, RequestAnswer(error: error, explanation: error == 0 ? "" : message.explanation))
        }
      }
    }
  }
}
