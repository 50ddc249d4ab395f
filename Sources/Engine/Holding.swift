import ControlModel

/// State of an address, a route or a rule in the kernel, as far as the engine knows.
enum Holding: UInt8 {
  /// The kernel has none from martlet.
  case absent
  /// It was absent, and the kernel is being asked to add it.
  case asked
  /// martlet has added it.
  case held
  /// martlet has added it, and it may be gone: the kernel reported its removal, perhaps of an earlier one, or gave no
  /// answer.
  case uncertain
  /// It belongs to another program or the host: an owner's address that the host had before martlet, or another
  /// program's route.
  case preexisting

  /// Ownership on the board.
  var ownership: Ownership {
    switch self {
    case .absent, .preexisting: .none
    case .asked, .uncertain: .uncertain
    case .held: .held
    }
  }

  /// True if the kernel may have the object from martlet.
  var isOwned: Bool { ownership != .none }

  /// True if martlet had added the object before the present request.
  var wasPutThere: Bool { self == .held || self == .uncertain }

  /// State while the kernel is asked to add it.
  var whileAsked: Holding { isOwned ? .uncertain : .asked }

  /// State after the kernel has refused to add it. `isPassing`: the error does not mean that the kernel does not have
  /// it.
  func refused(isPassing: Bool) -> Holding {
    switch self {
    case .absent, .asked, .preexisting: isPassing ? .uncertain : .absent
    case .held, .uncertain: .uncertain
    }
  }
}
