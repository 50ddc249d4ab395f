import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// Route, rule or address for the kernel: the request that adds it and the one that removes it.
///
/// The second is enough to clean up after a process that died, and it identifies the entry.
package struct KernelEntry: Sendable, Hashable {
  /// Request to add the entry, without a sequence number.
  let addition: [UInt8]
  /// Request to remove the entry, without a sequence number.
  package let removal: [UInt8]

  /// Hash of the request to add the entry (FNV-1a), the same in every process. Another hash with the same ``removal``
  /// means that the entry has changed.
  package var fingerprint: UInt64 {
    addition.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  init(addition: [UInt8], removal: [UInt8]) {
    self.addition = addition
    self.removal = removal
  }

  /// An address; `nil` if the specification contradicts itself.
  package init?(_ address: AddressSpecification) {
    func request(_ operation: AddressChange.Operation) -> [UInt8]? {
      guard let message = AddressMessage(AddressChange(operation, address)) else { return nil }
      return message.request()
    }
    guard let addition = request(.add), let removal = request(.remove) else { return nil }
    self.init(addition: addition, removal: removal)
  }

  /// Whether the bytes are exactly one request that removes a route, a rule or an address. Requests recorded by another
  /// process are sent only if they are.
  package static func isRemoval(_ request: [UInt8]) -> Bool {
    guard request.count >= MemoryLayout<nlmsghdr>.size, request.count % 4 == 0 else { return false }
    let header = request.withUnsafeBytes { $0.loadUnaligned(as: nlmsghdr.self) }
    return Int(header.nlmsg_len) == request.count
      && [RTM_DELROUTE, RTM_DELRULE, RTM_DELADDR].contains { Int($0) == Int(header.nlmsg_type) }
      && Int32(header.nlmsg_flags) & ~(NLM_F_REQUEST | NLM_F_ACK) == 0
  }
}

/// Result for one entry.
package enum KernelEntryResult: Sendable, Hashable {
  /// The entry was added or removed.
  case done
  /// The entry to add was there already, or the entry to remove was not there.
  case unchanged
  /// The kernel refused with this errno, and perhaps an explanation.
  case refused(Int32, explanation: String)
}

/// Changes to the kernel's routes, rules and addresses, many at a time, each acknowledged.
package final class KernelEntryTable {
  private let exchange: RequestExchange

  /// Opens the socket. This needs no privilege; changes need CAP_NET_ADMIN.
  package init() throws(SystemError) {
    exchange = try RequestExchange(receiveBuffer: 1 << 20)
  }

  /// Adds the entries in order.
  package func add(_ entries: [KernelEntry]) -> [KernelEntryResult] {
    perform(entries.map(\.addition), unchangedBy: [EEXIST])
  }

  /// Removes entries by their ``KernelEntry/removal`` in order. Bytes that are no such request are not sent.
  package func remove(_ removals: [[UInt8]]) -> [KernelEntryResult] {
    perform(removals.map { KernelEntry.isRemoval($0) ? $0 : [] }, unchangedBy: [ESRCH, ENOENT, ENODEV, EADDRNOTAVAIL])
  }

  private func perform(_ requests: [[UInt8]], unchangedBy errors: Set<Int32>) -> [KernelEntryResult] {
    guard !requests.isEmpty else { return [] }
    do throws(SystemError) {
      let answers = try exchange.perform(requests.indices) {
        RequestExchange.write(requests[$0], into: $1, sequence: $2)
      }
      return answers.map { answer in
        if answer.error == 0 { return .done }
        return errors.contains(answer.error) ? .unchanged : .refused(answer.error, explanation: answer.explanation)
      }
    } catch {
      return requests.map { _ in .refused(error.errno, explanation: "") }
    }
  }
}
