import NetworkTypes

/// An address as it is to be put on an interface.
public struct AddressSpecification: Sendable, Hashable {
  /// The address with the length of its network.
  public var prefix: IPPrefix
  /// The interface to put it on.
  public var interface: InterfaceIndex
  /// The label (IPv4), at most 15 bytes and beginning with the interface's name; `nil` for the interface's name alone.
  public var label: String?
  /// How far it reaches; `nil` for what the kernel's family takes as the default.
  public var scope: AddressScope?
  /// The broadcast address (IPv4); `nil` for none.
  public var broadcast: IPAddress?
  /// The address at the far end of a point-to-point link; `nil` elsewhere.
  public var peer: IPAddress?
  /// Flags to set. ``AddressFlags/noDuplicateDetection`` is set for IPv6 by ``runsDuplicateDetection`` being false.
  public var flags: AddressFlags
  /// Whether an IPv6 address is tried for a duplicate before it is used, which takes a second or more.
  public var runsDuplicateDetection = false
  /// Seconds until the kernel removes the address by itself; `nil` for never.
  public var validLifetime: UInt32?
  /// Seconds until it is no longer chosen as a source; `nil` for as long as it is valid.
  public var preferredLifetime: UInt32?

  /// A specification from its parts.
  public init(
    prefix: IPPrefix, interface: InterfaceIndex, label: String? = nil, scope: AddressScope? = nil,
    broadcast: IPAddress? = nil, peer: IPAddress? = nil, flags: AddressFlags = [], validLifetime: UInt32? = nil,
    preferredLifetime: UInt32? = nil
  ) {
    self.prefix = prefix
    self.interface = interface
    self.label = label
    self.scope = scope
    self.broadcast = broadcast
    self.peer = peer
    self.flags = flags
    self.validLifetime = validLifetime
    self.preferredLifetime = preferredLifetime
  }
}

/// One change to the kernel's addresses.
public struct AddressChange: Sendable, Hashable {
  /// What to do with the address.
  public enum Operation: Sendable, Hashable {
    /// Put it there; if it is there already it stays as it is.
    case add
    /// Put it there, or renew its lifetimes and flags if it is there already.
    case replace
    /// Take it away. Only prefix, interface and peer matter.
    case remove
  }

  /// What to do.
  public var operation: Operation
  /// The address.
  public var address: AddressSpecification

  /// A change from its parts.
  public init(_ operation: Operation, _ address: AddressSpecification) {
    self.operation = operation
    self.address = address
  }
}

/// What became of one change.
public enum AddressChangeResult: Sendable, Hashable {
  /// Done.
  case done
  /// An address to add was there already.
  case alreadyThere
  /// An address to remove was not there, or its interface is gone.
  case notThere
  /// The kernel refused, with this errno.
  case failed(Int32)

  /// Whether the address is now as the change wants it.
  public var isInPlace: Bool {
    switch self {
    case .done, .alreadyThere, .notThere: true
    case .failed: false
    }
  }
}
