import Glibc
import LinuxSystem
import NetworkTypes

/// Changes to the kernel's addresses, many at a time, each acknowledged.
///
/// ``apply(_:)`` returns when the kernel has answered. A caller that must not wait long passes slices. When the first
/// IPv4 address of a network is removed, the kernel removes the network's other addresses with it unless
/// net.ipv4.conf.*.promote_secondaries is set. Those are then reported as not there, or by the monitor.
package final class AddressTable {
  private let exchange: RequestExchange
  /// Ready requests (``prepare(_:)``), one after the other.
  private var additions: [UInt8] = []
  /// End of each ready request; that of one that could not be built is the end of the one before.
  private var additionEnds: [UInt32] = []

  /// Opens the socket. This needs no privilege; changes need CAP_NET_ADMIN.
  package init() throws(SystemError) {
    exchange = try RequestExchange(receiveBuffer: 4 << 20)
  }

  /// Builds the requests that add these addresses, so that adding them later costs only a copy of each
  /// (``AddressChange/prepared``).
  package func prepare(_ addresses: some Collection<AddressSpecification>) {
    additions = []
    additionEnds = []
    additionEnds.reserveCapacity(addresses.count)
    for address in addresses {
      let request = AddressMessage(AddressChange(.add, address))?.request() ?? []
      if additions.isEmpty { additions.reserveCapacity(request.count * addresses.count) }
      additions += request
      additionEnds.append(UInt32(additions.count))
    }
  }

  /// Ready request that adds the address of a change; `nil` if there is none.
  private func readyRequest(for change: AddressChange) -> ArraySlice<UInt8>? {
    guard change.operation == .add, let number = change.prepared, additionEnds.indices.contains(number) else {
      return nil
    }
    let start = number == 0 ? 0 : Int(additionEnds[number - 1])
    let end = Int(additionEnds[number])
    return start < end ? additions[start..<end] : nil
  }

  /// Finds out whether this process may change addresses, by a request that changes nothing: the kernel checks the
  /// privilege before it looks for the interface, and the interface does not exist.
  /// - Throws: EPERM or EACCES if it may not; another error if the kernel cannot be asked.
  package func checkPermission() throws(SystemError) {
    let nowhere = InterfaceIndex(rawValue: .max)
    let address = AddressSpecification(prefix: IPPrefix(host: IPAddress(v4: 0x7F00_0001)), interface: nowhere)
    guard case .failed(let error) = try apply([AddressChange(.remove, address)]).first,
      error == EPERM || error == EACCES
    else { return }
    throw SystemError(operation: "change addresses", errno: error)
  }

  /// Makes all changes in order and returns the result of each. Throws only if the exchange with the kernel fails.
  package func apply(_ changes: [AddressChange]) throws(SystemError) -> [AddressChangeResult] {
    try apply(changes[...])
  }

  /// Makes all changes of the slice in order; the results are counted from 0.
  package func apply(_ changes: ArraySlice<AddressChange>) throws(SystemError) -> [AddressChangeResult] {
    let answers = try exchange.perform(changes.indices) { position, room, sequence in
      let change = changes[position]
      if let ready = readyRequest(for: change) {
        return RequestExchange.write(ready, into: room, sequence: sequence)
      }
      guard let message = AddressMessage(change) else { return .invalid }
      return message.copy(into: room, sequence: sequence).map { .written($0) } ?? .noRoom
    }
    return zip(changes, answers).map { Self.result(of: $0.operation, $1.error) }
  }

  private static func result(of operation: AddressChange.Operation, _ error: Int32) -> AddressChangeResult {
    switch (operation, error) {
    case (_, 0): .done
    case (.add, EEXIST), (.replace, EEXIST): .alreadyThere
    case (.remove, EADDRNOTAVAIL), (.remove, ENODEV), (.remove, ENXIO): .notThere
    case (_, let error): .failed(error)
    }
  }
}
