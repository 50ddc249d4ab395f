import ControlModel
import Netlink
import NetworkTypes

/// Change that the kernel is asked for.
struct AddressRequest: Equatable {
  enum Reason: UInt8 {
    /// The router has changed its state.
    case state
    /// The address is missing.
    case putBack
    /// Another host answered for the address; the kernel must check again.
    case duplicate
    /// The address is tried, to find out whether the kernel accepts it.
    case trial
    /// The address was found at the start.
    case leftover
  }

  let position: Int
  let operation: AddressChange.Operation
  let reason: Reason
}

/// Mark of an address on the board.
struct AddressMark: Equatable {
  var ownership = Ownership.none
  /// True while the kernel has the address but does not answer for it yet.
  var isTentative = false
  /// Errno with which the kernel refused the address the last time; `nil` if it did not.
  var refusal: Int32?
}

/// Action that follows from the kernel's answers, in the order in which actions must be performed.
enum AddressAction: Equatable {
  /// A router's claim is done: its routes and rules may be added.
  case claimed(router: Int)
  /// A router's release is done: its routes and rules must be removed.
  case released(router: Int)
  /// Send the resignation of a router, whose addresses are removed.
  case resign(router: Int)
  case announce(router: Int, rounds: Int)
  /// Announce one address of a master.
  case announceAddress(_ position: Int, rounds: Int)
  /// Have the core announce once more after its usual delay, because some addresses of a master have just been added.
  case announceAdded(router: Int)
  /// The kernel refuses all of the router's addresses, with this errno for the first.
  case addressesRefused(router: Int, error: Int32)
  /// The kernel accepts one of the router's addresses.
  case addressesTaken(router: Int)
  case report(AddressReport)
}

/// Report about an address for the log.
enum AddressReport: Equatable {
  /// Another program had removed it, and it was added again.
  case putBack(_ position: Int)
  /// The kernel refused to add or remove it.
  case refusal(_ position: Int, error: Int32)
  /// Another host answers for it.
  case duplicate(_ position: Int)
  /// The address was found at the start and removed, since no router here may have it now. `isConfigured`: a router has
  /// it in its configuration.
  case removal(AddressPlace, isConfigured: Bool)
}
