import LinuxSystem
import Netlink
import NetworkTypes

/// Performing of a withdrawal.
package protocol Withdrawing {
  /// Removes routes, rules and addresses, then sends the resignations. Returns a line for each failure.
  func perform(_ withdrawal: Withdrawal) -> [String]
}

/// Withdrawal from this host's kernel.
package struct KernelWithdrawal: Withdrawing {
  /// A withdrawal that needs no preparation.
  package init() {}

  /// Removes routes, rules and addresses, then sends the resignations. Returns a line for each failure.
  package func perform(_ withdrawal: Withdrawal) -> [String] {
    let (whole, bare) = (
      withdrawal.resignations.filter(\.isWholePacket), withdrawal.resignations.filter { !$0.isWholePacket }
    )
    return remove(withdrawal.entries) + remove(withdrawal.addresses)
      + AddressFamily.allCases.flatMap { send(bare, of: $0) } + send(whole, of: .ipv4, wholePackets: true)
  }

  private func remove(_ entries: [[UInt8]]) -> [String] {
    guard !entries.isEmpty else { return [] }
    do {
      return try KernelEntryTable().remove(entries).compactMap { result in
        guard case .refused(let reason, let words) = result else { return nil }
        return "cannot remove a route or rule: \(words.isEmpty ? SystemError.reason(reason) : words)"
      }
    } catch {
      return ["cannot remove routes and rules: \(error.description)"]
    }
  }

  private func remove(_ addresses: [Withdrawal.Address]) -> [String] {
    guard !addresses.isEmpty else { return [] }
    do {
      let changes = addresses.map { address in
        AddressChange(.remove, AddressSpecification(prefix: address.prefix, interface: address.interface))
      }
      return zip(addresses, try AddressTable().apply(changes)).compactMap { address, result in
        guard case .failed(let reason) = result else { return nil }
        return "cannot remove \(address.prefix) from interface \(address.interface): \(SystemError.reason(reason))"
      }
    } catch {
      return ["cannot remove the addresses: \(error.description)"]
    }
  }

  private func send(
    _ resignations: [Withdrawal.Resignation], of family: AddressFamily, wholePackets: Bool = false
  ) -> [String] {
    let concerned = resignations.filter { $0.source.family == family }
    guard !concerned.isEmpty else { return [] }
    do {
      let sender = try AdvertSender(family: family, wholePackets: wholePackets)
      var problems: [String] = []
      func flush() {
        sender.flush { tag, reason in
          problems.append("\(concerned[tag].name) did not resign: \(SystemError.reason(reason))")
        }
        // Packets for which the device has no room are dropped: the peer's timer fires soon enough.
        sender.discard()
      }
      for (tag, resignation) in concerned.enumerated() {
        if !add(resignation, tag, sender) {
          flush()
          _ = add(resignation, tag, sender)
        }
      }
      flush()
      return problems
    } catch {
      return ["no \(family == .ipv4 ? "IPv4" : "IPv6") router resigned: \(error.description)"]
    }
  }

  private func add(_ resignation: Withdrawal.Resignation, _ tag: Int, _ sender: AdvertSender) -> Bool {
    resignation.packet.withUnsafeBytes { packet in
      sender.add(
        packet, to: resignation.destination, from: resignation.source, on: resignation.interface,
        hopLimit: resignation.hopLimit, tag: tag)
    }
  }
}
