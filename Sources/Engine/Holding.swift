import ControlModel

/// What is known of an address, a route or a rule in the kernel.
enum Holding: UInt8 {
  /// Nothing of martlet's is there.
  case absent
  /// It was absent, and the kernel is being asked for it.
  case asked
  /// martlet has put it there.
  case held
  /// martlet has put it there, and it may be gone: the kernel said so, perhaps of an earlier time, or gave no answer.
  case uncertain
  /// It is there and somebody else's: an owner's address that the host had before martlet, or another program's route.
  case preexisting

  /// What the board is to say of it.
  var ownership: Ownership {
    switch self {
    case .absent, .preexisting: .none
    case .asked, .uncertain: .uncertain
    case .held: .held
    }
  }

  /// Whether martlet may have it in the kernel.
  var isOwned: Bool { ownership != .none }

  /// Whether martlet had put it there before the kernel is asked for it now.
  var wasPutThere: Bool { self == .held || self == .uncertain }

  /// The state while the kernel is asked to add it.
  var whileAsked: Holding { isOwned ? .uncertain : .asked }

  /// The state after the kernel has refused to add it; `isPassing` if the error does not say that it is not there.
  func refused(isPassing: Bool) -> Holding {
    switch self {
    case .absent, .asked, .preexisting: isPassing ? .uncertain : .absent
    case .held, .uncertain: .uncertain
    }
  }
}
