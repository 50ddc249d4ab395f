import CLinux
import CNetlink
import Glibc
import LinuxSystem

/// Sends requests to the kernel, many at a time, and collects the answer to each.
final class RequestExchange {
  /// What came of writing one request into the room left.
  enum Writing {
    /// It takes so many bytes, padding included.
    case written(Int)
    /// It waits for the next send.
    case noRoom
    /// It contradicts itself, and the kernel never sees it.
    case invalid
  }

  private let socket: NetlinkSocket
  private let batch: RequestBatch
  /// How long the kernel may take over one batch.
  private static let answerMilliseconds: Int32 = 1_000
  /// What an acknowledgement takes of the receive buffer, with what the kernel keeps about it.
  private static let acknowledgementBytes = 1_280

  /// Opens the socket; needs no privilege, while changes need CAP_NET_ADMIN.
  init(receiveBuffer: Int32) throws(SystemError) {
    socket = try NetlinkSocket(receiveBuffer: receiveBuffer)
    let room = Int(try NetlinkSocket.check(clinux_socket_receive_buffer_size(socket.rawValue), "read buffer size"))
    batch = RequestBatch(maximumMessages: max(16, room / Self.acknowledgementBytes))
  }

  /// Has `write` write each request into a room, with a sequence number, and gives the answers in order.
  ///
  /// Throws only if the kernel cannot be talked to.
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
      // What was packed before an invalid one goes first, so that the order holds.
      if batch.isEmpty {
        answers.append(RequestAnswer(error: isInvalid ? EINVAL : EMSGSIZE))
        next += 1
      } else {
        answers += try exchange()
      }
    }
    return answers
  }

  /// Copies a ready request with its number.
  ///
  /// What does not begin with a header that gives its length is no request: one may come from a board that a dying process wrote.
  static func write(_ request: [UInt8], into room: UnsafeMutableRawBufferPointer, sequence: UInt32) -> Writing {
    guard request.count >= MemoryLayout<nlmsghdr>.size, request.count % 4 == 0 else { return .invalid }
    var header = request.withUnsafeBytes { $0.loadUnaligned(as: nlmsghdr.self) }
    guard Int(header.nlmsg_len) == request.count else { return .invalid }
    guard request.count <= room.count else { return .noRoom }
    room.copyBytes(from: request)
    header.nlmsg_seq = sequence
    room.storeBytes(of: header, as: nlmsghdr.self)
    return .written(request.count)
  }

  /// Sends the batch and collects its answers; one that got lost is asked for again, once.
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
        // The kernel answers before the send returns, so what is missing now, after a loss, will not come any more.
        guard !hasLost, try socket.waitReadable(milliseconds: Self.answerMilliseconds) else { return }
      case .messages(let messages):
        for message in messages {
          guard let error = message.acknowledgedError else { continue }
          batch.answer(message.sequence, RequestAnswer(error: error, words: error == 0 ? "" : message.explanation))
        }
      }
    }
  }
}
