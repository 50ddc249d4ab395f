import CNetlink
import Glibc
import LinuxSystem

/// An nftables table that belongs to this value's socket: the kernel removes it with the socket, however the process ends.
final class FilterTable {
  private let socket: NetlinkSocket
  private let name: String
  /// A socket does not take all that many at once.
  private static let elementsAtOnce = 1000

  /// Opens the socket; the table is made by the first batch.
  init(named name: String) throws(SystemError) {
    self.name = name
    socket = try NetlinkSocket(protocol: NETLINK_NETFILTER, receiveBuffer: 1 << 18)
  }

  /// Asks the kernel for all of what `build` puts into a batch, or none of it.
  func perform(_ build: (inout FilterBatch) -> Void) throws(SystemError) {
    var batch = FilterBatch(table: name, socket: socket)
    build(&batch)
    try send(batch.finished())
    try confirm(count: batch.count)
  }

  /// Puts keys into a set.
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

  /// The kernel answers before the send returns: an error for each message that it refuses, and then none of them counts.
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
