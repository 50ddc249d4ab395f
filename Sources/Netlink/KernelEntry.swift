import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// A route, a rule or an address that the kernel is to have: the request that puts it there and the one that takes it away.
///
/// The second is all that is needed to clean up after a process that died, and it tells one entry from another.
public struct KernelEntry: Sendable, Hashable {
  /// The request to add it, without a number.
  let addition: [UInt8]
  /// The request to remove it, without a number.
  public let removal: [UInt8]

  /// A hash of the request to add it (FNV-1a), the same in every process: what changes here is another entry under the same name.
  public var fingerprint: UInt64 {
    addition.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  init(addition: [UInt8], removal: [UInt8]) {
    self.addition = addition
    self.removal = removal
  }

  /// An address; `nil` when the specification contradicts itself.
  public init?(_ address: AddressSpecification) {
    func request(_ operation: AddressChange.Operation) -> [UInt8]? {
      guard let message = AddressMessage(AddressChange(operation, address)) else { return nil }
      return message.request()
    }
    guard let addition = request(.add), let removal = request(.remove) else { return nil }
    self.init(addition: addition, removal: removal)
  }

  /// Whether bytes are one request that removes a route, a rule or an address, and asks for nothing else. What another process wrote
  /// down is sent only if they are.
  public static func isRemoval(_ request: [UInt8]) -> Bool {
    guard request.count >= MemoryLayout<nlmsghdr>.size, request.count % 4 == 0 else { return false }
    let header = request.withUnsafeBytes { $0.loadUnaligned(as: nlmsghdr.self) }
    return Int(header.nlmsg_len) == request.count
      && [RTM_DELROUTE, RTM_DELRULE, RTM_DELADDR].contains { Int($0) == Int(header.nlmsg_type) }
      && Int32(header.nlmsg_flags) & ~(NLM_F_REQUEST | NLM_F_ACK) == 0
  }
}

/// What became of one entry.
public enum KernelEntryResult: Sendable, Hashable {
  /// Done.
  case done
  /// It was there already, or was not there to be removed.
  case unchanged
  /// The kernel refused, with this errno and perhaps with words of its own.
  case refused(Int32, words: String)
}

/// Adds and removes routes, rules and addresses, many at a time, each acknowledged.
public final class KernelEntryTable {
  private let exchange: RequestExchange

  /// Opens the socket; needs no privilege, while changes need CAP_NET_ADMIN.
  public init() throws(SystemError) {
    exchange = try RequestExchange(receiveBuffer: 1 << 20)
  }

  /// Adds the entries in order.
  public func add(_ entries: [KernelEntry]) -> [KernelEntryResult] {
    perform(entries.map(\.addition), unchangedBy: [EEXIST])
  }

  /// Removes entries by their ``KernelEntry/removal`` in order. What removes nothing is not sent.
  public func remove(_ removals: [[UInt8]]) -> [KernelEntryResult] {
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
        return errors.contains(answer.error) ? .unchanged : .refused(answer.error, words: answer.words)
      }
    } catch {
      return requests.map { _ in .refused(error.errno, words: "") }
    }
  }
}
