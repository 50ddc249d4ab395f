import NetworkTypes

/// Scope of an address (rtnetlink(7), RT_SCOPE_).
package struct AddressScope: RawRepresentable, Sendable, Hashable {
  /// Number in the kernel.
  package let rawValue: UInt8
  /// A scope from the kernel's number.
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `global`.
  package static let universe = AddressScope(rawValue: 0)
  package static let site = AddressScope(rawValue: 200)
  package static let link = AddressScope(rawValue: 253)
  package static let host = AddressScope(rawValue: 254)
  package static let nowhere = AddressScope(rawValue: 255)
}

/// Flags of an address (rtnetlink(7), IFA_F_).
package struct AddressFlags: OptionSet, Sendable, Hashable {
  /// Bits in the kernel.
  package let rawValue: UInt32
  /// A set from the kernel's bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Not the first address of its network (IPv4), or temporary (IPv6).
  package static let secondary = AddressFlags(rawValue: 0x01)
  /// Usable at once, without duplicate address detection (IPv6).
  package static let noDuplicateDetection = AddressFlags(rawValue: 0x02)
  /// Usable while duplicate address detection runs (IPv6).
  package static let optimistic = AddressFlags(rawValue: 0x04)
  /// Found on another host (IPv6).
  package static let duplicateDetected = AddressFlags(rawValue: 0x08)
  /// A home address (RFC 6275).
  package static let home = AddressFlags(rawValue: 0x10)
  /// Past its preferred lifetime.
  package static let deprecated = AddressFlags(rawValue: 0x20)
  /// Duplicate address detection still runs (IPv6).
  package static let tentative = AddressFlags(rawValue: 0x40)
  /// Without a lifetime.
  package static let permanent = AddressFlags(rawValue: 0x80)
  /// Temporary addresses are made from it (RFC 8981).
  package static let managesTemporary = AddressFlags(rawValue: 0x100)
  /// Without a route to its network.
  package static let noPrefixRoute = AddressFlags(rawValue: 0x200)
  package static let joinsMulticast = AddressFlags(rawValue: 0x400)
}

/// Address on an interface, as the kernel last described it.
package struct AddressState: Sendable, Hashable {
  /// Address with its prefix length.
  package var prefix: IPPrefix
  package var interface: InterfaceIndex
  /// Address of the far end of a point-to-point link; `nil` elsewhere.
  package var peer: IPAddress?
  /// Label (IPv4), by default the interface's name.
  package var label: String?
  /// Broadcast address (IPv4); `nil` if there is none.
  package var broadcast: IPAddress?
  package var scope: AddressScope
  package var flags: AddressFlags
  /// Seconds until the kernel removes it; `nil` for never.
  package var validLifetime: UInt32?
  /// Seconds until it is deprecated; `nil` for never.
  package var preferredLifetime: UInt32?

  /// An address from its parts.
  package init(
    prefix: IPPrefix, interface: InterfaceIndex, peer: IPAddress? = nil, label: String? = nil,
    broadcast: IPAddress? = nil, scope: AddressScope = .universe, flags: AddressFlags = [],
    validLifetime: UInt32? = nil, preferredLifetime: UInt32? = nil
  ) {
    self.prefix = prefix
    self.interface = interface
    self.peer = peer
    self.label = label
    self.broadcast = broadcast
    self.scope = scope
    self.flags = flags
    self.validLifetime = validLifetime
    self.preferredLifetime = preferredLifetime
  }

  /// Address without its prefix length.
  package var address: IPAddress { prefix.address }
  /// Whether duplicate address detection still runs, so that the address must not be used yet.
  package var isTentative: Bool { flags.contains(.tentative) && !flags.contains(.optimistic) }
  /// Whether duplicate address detection found the address on another host.
  package var isDuplicate: Bool { flags.contains(.duplicateDetected) }
  /// Whether it is past its preferred lifetime.
  package var isDeprecated: Bool { flags.contains(.deprecated) }
  /// Whether it is not the first address of its network (IPv4).
  package var isSecondary: Bool { flags.contains(.secondary) }
  /// Whether it has no lifetime.
  package var isPermanent: Bool { flags.contains(.permanent) }
}
