import ControlModel
import Netlink
import NetworkTypes

/// One change to ask the kernel for.
struct AddressRequest: Equatable {
  enum Reason: UInt8 {
    /// The router's state.
    case state
    /// It was to be there and is not.
    case putBack
    /// Another host answered for it; the kernel is to look again.
    case duplicate
    /// To know whether the kernel takes it.
    case trial
    /// It was found at the start.
    case leftover
  }

  let position: Int
  let operation: AddressChange.Operation
  let reason: Reason
}

/// What the board says of an address.
struct AddressMark: Equatable {
  var ownership = Ownership.none
  /// Whether the kernel has it and does not answer for it yet.
  var isTentative = false
  /// The errno with which the kernel last refused to take it.
  var refusal: Int32?
}

/// What follows from the kernel's answers, in the order in which it is to be done.
enum AddressAction: Equatable {
  /// A router's claim is done: its routes and rules may go in.
  case claimed(router: Int)
  /// A router's release is done: its routes and rules must go.
  case released(router: Int)
  /// Send the resignation of a router, whose addresses are off.
  case resign(router: Int)
  case announce(router: Int, rounds: Int)
  /// Announce one address of a master.
  case announceAddress(_ position: Int, rounds: Int)
  /// Have the core announce once more after its usual delay: some addresses of a master were added just now.
  case announceAdded(router: Int)
  /// The kernel refuses all of the router's addresses, with this errno for the first.
  case addressesRefused(router: Int, error: Int32)
  /// The kernel takes one of the router's addresses.
  case addressesTaken(router: Int)
  case report(AddressReport)
}

/// What the log is told of an address.
enum AddressReport: Equatable {
  /// Another program had removed it, and it is back.
  case putBack(_ position: Int)
  /// The kernel refused to add or remove it.
  case refusal(_ position: Int, error: Int32)
  /// Another host answers for it.
  case duplicate(_ position: Int)
  /// It was found at the start, nobody here may have it now, and it was removed; `isConfigured` says whether a router has it at all.
  case removal(AddressPlace, isConfigured: Bool)
}
