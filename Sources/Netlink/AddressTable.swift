import CLinux
import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// Changes the kernel's addresses, many at a time, each acknowledged.
///
/// ``apply(_:)`` returns when the kernel is done. A caller that must not be away for long gives it a slice at a time.
/// Removing the first IPv4 address of a network makes the kernel remove the network's other addresses with it unless
/// net.ipv4.conf.*.promote_secondaries is set; those are then reported as not there, or by the monitor.
public final class AddressTable {
  private let socket: NetlinkSocket
  private let batch: AddressBatch
  /// How long the kernel may take over one batch.
  private static let answerMilliseconds: Int32 = 1_000
  /// What an acknowledgement takes of the receive buffer, with what the kernel keeps about it.
  private static let acknowledgementBytes = 1_280

  /// Opens the socket; needs no privilege, while changes need CAP_NET_ADMIN.
  public init() throws(SystemError) {
    socket = try NetlinkSocket(receiveBuffer: 4 << 20)
    let room = Int(try NetlinkSocket.check(clinux_socket_receive_buffer_size(socket.rawValue), "read buffer size"))
    batch = AddressBatch(maximumMessages: max(16, room / Self.acknowledgementBytes))
  }

  /// Makes all changes in order and says of each what became of it. Throws only if the kernel cannot be talked to.
  public func apply(_ changes: [AddressChange]) throws(SystemError) -> [AddressChangeResult] {
    try apply(changes[...])
  }

  /// Makes all changes of the slice in order; the results are counted from 0.
  public func apply(_ changes: ArraySlice<AddressChange>) throws(SystemError) -> [AddressChangeResult] {
    var results: [AddressChangeResult] = []
    results.reserveCapacity(changes.count)
    var next = changes.startIndex
    while next < changes.endIndex {
      batch.clear()
      while next < changes.endIndex {
        guard let message = AddressMessage(changes[next]) else {
          // Refused before the kernel saw it. What was packed before goes first, so that the order holds.
          if batch.isEmpty {
            results.append(.failed(EINVAL))
            next += 1
          }
          break
        }
        guard batch.append(message, sequence: socket.nextSequence(), position: next) else { break }
        next += 1
      }
      guard !batch.isEmpty else { continue }
      for (position, error) in try exchange() {
        results.append(Self.result(of: changes[position].operation, error))
      }
    }
    return results
  }

  /// Sends the batch and collects its acknowledgements; one that got lost is asked for again, once.
  private func exchange() throws(SystemError) -> [(position: Int, error: Int32)] {
    try socket.send(batch.bytes)
    try collect()
    if batch.hasUnanswered {
      // Every change may be made twice without harm.
      batch.renumberUnanswered { socket.nextSequence() }
      try socket.send(batch.bytesOfUnanswered())
      try collect()
    }
    return batch.answers(orElse: ENOBUFS)
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
          if let error = message.acknowledgedError { batch.answer(message.sequence, error) }
        }
      }
    }
  }

  private static func result(of operation: AddressChange.Operation, _ error: Int32) -> AddressChangeResult {
    switch (operation, error) {
    case (_, 0): .done
    case (.add, EEXIST), (.replace, EEXIST): .alreadyThere
    case (.remove, EADDRNOTAVAIL), (.remove, ENODEV): .notThere
    case (_, let error): .failed(error)
    }
  }
}
