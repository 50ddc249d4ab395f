import CNetlink
import Glibc
import LinuxSystem

/// nftables table owned by this object's socket. The kernel removes it with the socket, however the process ends.
final class FilterTable {
  private let socket: NetlinkSocket
  private let name: String
  /// Most elements in one batch; a socket does not accept many more at once.
  private static let elementsAtOnce = 1000

  /// Opens the socket. The first batch adds the table.
  init(named name: String) throws(SystemError) {
    self.name = name
    socket = try NetlinkSocket(protocol: NETLINK_NETFILTER, receiveBuffer: 1 << 18)
  }

  /// Sends the kernel the batch that `build` fills. The kernel accepts the whole batch or nothing of it.
  func perform(_ build: (inout FilterBatch) -> Void) throws(SystemError) {
    var batch = FilterBatch(table: name, socket: socket)
    build(&batch)
    try send(batch.finished())
    try confirm(count: batch.count)
  }

  /// Adds keys to a set.
  func fill(_ set: FilterSet, with keys: [[UInt8]]) throws(SystemError) {
    var rest = keys[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.elementsAtOnce)
      try perform { $0.addElements(set, part) }
      rest = rest.dropFirst(Self.elementsAtOnce)
    }
  }

  private func send(_ bytes: [UInt8]) throws(SystemError) {
    // A closure that throws typed errors does not pass through `withUnsafeBytes`.
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(SystemError) in try socket.send(buffer) }
    }
    try result.get()
  }

  /// Reads the kernel's answers, which are there before the send returns: an error for each message that it refuses.
  /// With one error the whole batch is void.
  private func confirm(count: Int) throws(SystemError) {
    var answers = 0
    for _ in 0...count {
      switch try socket.receive() {
      case .ignored: continue
      case .overrun: throw SystemError(operation: "make nftables table", errno: ENOBUFS)
      case .wouldBlock:
        guard answers > 0 else { throw SystemError(operation: "make nftables table", errno: EPROTO) }
        return
      case .messages(let messages):
        for message in messages {
          guard let error = message.acknowledgedError else { continue }
          guard error == 0 else { throw SystemError(operation: "make nftables table", errno: error) }
          answers += 1
        }
      }
    }
  }
}
