import NetworkTypes

/// Address with the settings with which it is added to an interface.
package struct AddressSpecification: Sendable, Hashable {
  /// Address with its prefix length.
  package var prefix: IPPrefix
  /// Interface to add it to.
  package var interface: InterfaceIndex
  /// Label (IPv4), at most 15 bytes and beginning with the interface's name; `nil` for the interface's name only.
  package var label: String?
  /// Scope; `nil` for the kernel's default in the family.
  package var scope: AddressScope?
  /// Broadcast address (IPv4); `nil` for none.
  package var broadcast: IPAddress?
  /// Address of the far end of a point-to-point link; `nil` elsewhere.
  package var peer: IPAddress?
  /// Flags to set. ``AddressFlags/noDuplicateDetection`` is set for an IPv6 address unless ``runsDuplicateDetection``.
  package var flags: AddressFlags
  /// Whether duplicate address detection runs before an IPv6 address is used, which takes a second or more.
  package var runsDuplicateDetection = false
  /// Seconds until the kernel removes the address; `nil` for never.
  package var validLifetime: UInt32?
  /// Seconds until the address is no longer chosen as a source; `nil` for as long as it is valid.
  package var preferredLifetime: UInt32?

  package init(
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

/// Change to the kernel's addresses.
package struct AddressChange: Sendable, Hashable {
  /// Operation on an address.
  package enum Operation: Sendable, Hashable {
    /// Add the address; if it is there already it stays as it is.
    case add
    /// Add the address, or renew its lifetimes and flags if it is there already.
    case replace
    /// Remove the address. Only prefix, interface and peer matter.
    case remove
  }

  /// Operation to perform.
  package var operation: Operation
  /// Address to add or remove.
  package var address: AddressSpecification
  /// Position of the address among those of ``AddressTable/prepare(_:)``; `nil` if it is none of them.
  package var prepared: Int?

  package init(_ operation: Operation, _ address: AddressSpecification, prepared: Int? = nil) {
    self.operation = operation
    self.address = address
    self.prepared = prepared
  }
}

/// Result of one change.
package enum AddressChangeResult: Sendable, Hashable {
  /// The change was made.
  case done
  /// An address to add was there already.
  case alreadyThere
  /// An address to remove was not there, or its interface is gone.
  case notThere
  /// The kernel refused, with this errno.
  case failed(Int32)

  /// Whether the address is now as the change requires.
  package var isInPlace: Bool {
    switch self {
    case .done, .alreadyThere, .notThere: true
    case .failed: false
    }
  }
}
