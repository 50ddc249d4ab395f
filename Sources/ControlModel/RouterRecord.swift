import NetworkTypes
import VRRPCore

/// Identity of a virtual router across a reload: its link and its VRID.
public struct RouterIdentity: Sendable, Hashable {
  /// Interface of the router.
  public var interface: InterfaceIndex
  /// Family of the router.
  public var family: AddressFamily
  /// VRID of the router.
  public var virtualRouterID: UInt8
  /// Name of the router, which distinguishes routers with one VRID and different unicast peers.
  public var name: String

  /// An identity with the given values.
  public init(interface: InterfaceIndex, family: AddressFamily, virtualRouterID: UInt8, name: String) {
    self.interface = interface
    self.family = family
    self.virtualRouterID = virtualRouterID
    self.name = name
  }
}

/// Part of a router's record that never changes while its engine runs.
public struct RouterDescription: Sendable, Hashable {
  /// Identity by which the next engine finds the router.
  public var identity: RouterIdentity
  /// Protocol version.
  public var version: ProtocolVersion
  /// Configured priority.
  public var basePriority: Priority
  /// Configured interval.
  public var interval: Centiseconds
  /// Positions of its addresses on the board.
  public var addresses: Range<Int>

  /// A description with the given values.
  public init(
    identity: RouterIdentity, version: ProtocolVersion, basePriority: Priority, interval: Centiseconds,
    addresses: Range<Int>
  ) {
    self.identity = identity
    self.version = version
    self.basePriority = basePriority
    self.interval = interval
    self.addresses = addresses
  }
}

/// Record of a router on the board.
public struct RouterRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Number of reasons for dropping an advert that a record counts.
  public static let dropKinds = BoardLayout.dropKinds

  /// Beginning of a name that fits in a record.
  public static func kept(_ name: String) -> String {
    String(decoding: name.utf8.prefix(BoardLayout.longestName), as: UTF8.self)
  }

  /// Part that never changes while the engine runs; `nil` if the record was never written.
  public var description: RouterDescription? {
    get {
      guard let family = AddressFamily(rawValue: self[RouterField.family]),
        let version = ProtocolVersion(rawValue: self[RouterField.version])
      else { return nil }
      let first = Int(self[RouterField.firstAddress])
      return RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: self[RouterField.interface]), family: family,
          virtualRouterID: self[RouterField.virtualRouterID],
          name: text(at: RouterField.name, longest: BoardLayout.longestName)),
        version: version, basePriority: Priority(rawValue: self[RouterField.basePriority]),
        interval: Centiseconds(rawValue: self[RouterField.interval]),
        addresses: first..<first + Int(self[RouterField.addressCount]))
    }
    nonmutating set {
      guard let newValue else { return }
      write {
        self[RouterField.family] = newValue.identity.family.rawValue
        self[RouterField.version] = newValue.version.rawValue
        self[RouterField.interface] = newValue.identity.interface.rawValue
        self[RouterField.virtualRouterID] = newValue.identity.virtualRouterID
        setText(newValue.identity.name, at: RouterField.name, longest: BoardLayout.longestName)
        self[RouterField.basePriority] = newValue.basePriority.rawValue
        self[RouterField.interval] = newValue.interval.rawValue
        self[RouterField.firstAddress] = UInt32(clamping: newValue.addresses.lowerBound)
        self[RouterField.addressCount] = UInt32(clamping: newValue.addresses.count)
      }
    }
  }

  /// State of the state machine, for status and for the next engine.
  public var snapshot: VirtualRouterSnapshot {
    get {
      read {
        var snapshot = VirtualRouterSnapshot(
          state: RouterState(rawValue: self[RouterField.state]) ?? .initialize,
          activeInterval: Centiseconds(rawValue: self[RouterField.activeInterval]),
          effectivePriority: Priority(rawValue: self[RouterField.effectivePriority]))
        snapshot.mainDeadline = self[instant: RouterField.mainDeadline]
        snapshot.preemptDeadline = self[instant: RouterField.preemptDeadline]
        snapshot.announcementDeadline = self[instant: RouterField.announcementDeadline]
        snapshot.refreshDeadline = self[instant: RouterField.refreshDeadline]
        snapshot.lastHeard = self[instant: RouterField.lastHeard]
        snapshot.master = address(RouterField.masterFamily, RouterField.masterHigh, RouterField.masterLow)
        snapshot.masterPriority = Priority(rawValue: self[RouterField.masterPriority])
        snapshot.faults = FaultReasons(rawValue: self[RouterField.faults])
        snapshot.refusals = self[RouterField.refusals]
        return snapshot
      }
    }
    nonmutating set {
      write {
        self[RouterField.state] = newValue.state.rawValue
        self[RouterField.activeInterval] = newValue.activeInterval.rawValue
        self[RouterField.effectivePriority] = newValue.effectivePriority.rawValue
        self[instant: RouterField.mainDeadline] = newValue.mainDeadline
        self[instant: RouterField.preemptDeadline] = newValue.preemptDeadline
        self[instant: RouterField.announcementDeadline] = newValue.announcementDeadline
        self[instant: RouterField.refreshDeadline] = newValue.refreshDeadline
        self[instant: RouterField.lastHeard] = newValue.lastHeard
        setAddress(newValue.master, RouterField.masterFamily, RouterField.masterHigh, RouterField.masterLow)
        self[RouterField.masterPriority] = newValue.masterPriority.rawValue
        self[RouterField.faults] = newValue.faults.rawValue
        self[RouterField.refusals] = newValue.refusals
      }
    }
  }

  /// True if the router is master, for readers without the state machine.
  public var isMaster: Bool { RouterState(rawValue: self[RouterField.state]) == .master }

  /// Last transition and its number, counted from 1; `nil` before the first.
  public var lastTransition: (number: UInt64, transition: Transition)? {
    read {
      let encoded = EncodedCause(
        kind: self[RouterField.causeKind],
        address: address(RouterField.causeFamily, RouterField.causeHigh, RouterField.causeLow),
        number: self[RouterField.causeNumber])
      guard let cause = encoded.cause, let at = self[instant: RouterField.transitionAt],
        let from = RouterState(rawValue: self[RouterField.previousState]),
        let to = RouterState(rawValue: self[RouterField.state])
      else { return nil }
      let priority = Priority(rawValue: self[RouterField.effectivePriority])
      return (
        self[RouterField.transitions], Transition(from: from, to: to, cause: cause, priority: priority, at: at)
      )
    }
  }

  /// Writes a transition. `number` counts transitions from 1.
  public func record(_ transition: Transition, number: UInt64) {
    let cause = EncodedCause(transition.cause)
    write {
      self[RouterField.previousState] = transition.from.rawValue
      self[RouterField.state] = transition.to.rawValue
      self[RouterField.causeKind] = cause.kind
      setAddress(cause.address, RouterField.causeFamily, RouterField.causeHigh, RouterField.causeLow)
      self[RouterField.causeNumber] = cause.number
      self[instant: RouterField.transitionAt] = transition.at
      self[RouterField.transitions] = number
    }
  }

  /// Interface with the router's virtual MAC address; `nil` if it has none.
  public var virtualInterface: InterfaceIndex? {
    get {
      let index = InterfaceIndex(rawValue: self[RouterField.virtualInterface])
      return index.rawValue == 0 ? nil : index
    }
    nonmutating set { self[RouterField.virtualInterface] = newValue?.rawValue ?? 0 }
  }

  /// Source address of the router's adverts.
  public var sourceAddress: IPAddress? {
    get { read { address(RouterField.sourceFamily, RouterField.sourceHigh, RouterField.sourceLow) } }
    nonmutating set {
      write { setAddress(newValue, RouterField.sourceFamily, RouterField.sourceHigh, RouterField.sourceLow) }
    }
  }

  /// Value of a counter.
  public subscript(counter: RouterCounter) -> UInt64 {
    get { self[BoardField<UInt64>(offset: RouterField.counters + counter.rawValue * 8)] }
    nonmutating set { self[BoardField<UInt64>(offset: RouterField.counters + counter.rawValue * 8)] = newValue }
  }

  /// Adverts dropped for the reason with this raw value, 0 to 31; 0 beyond.
  public subscript(drops reason: Int) -> UInt32 {
    get {
      (0..<BoardLayout.dropKinds).contains(reason)
        ? self[BoardField<UInt32>(offset: RouterField.drops + reason * 4)] : 0
    }
    nonmutating set {
      if (0..<BoardLayout.dropKinds).contains(reason) {
        self[BoardField<UInt32>(offset: RouterField.drops + reason * 4)] = newValue
      }
    }
  }

  /// Last sighting of a kind: the other host, the time, and a number whose meaning the kind gives. `nil` if there was
  /// none.
  public subscript(sighting kind: RouterSighting) -> (host: IPAddress, at: MonotonicInstant, number: UInt8)? {
    get {
      read {
        let place = RouterField.sightings[kind.rawValue]
        guard let at = self[instant: BoardField<Int64>(offset: place + SightingField.at)],
          let host = address(
            BoardField(offset: place + SightingField.family), BoardField(offset: place + SightingField.high),
            BoardField(offset: place + SightingField.low))
        else { return nil }
        return (host, at, self[BoardField<UInt8>(offset: place + SightingField.number)])
      }
    }
    nonmutating set {
      write {
        let place = RouterField.sightings[kind.rawValue]
        self[instant: BoardField<Int64>(offset: place + SightingField.at)] = newValue?.at
        setAddress(
          newValue?.host, BoardField(offset: place + SightingField.family),
          BoardField(offset: place + SightingField.high), BoardField(offset: place + SightingField.low))
        self[BoardField<UInt8>(offset: place + SightingField.number)] = newValue?.number ?? 0
      }
    }
  }

  /// Sequence number of the router's signed adverts, from which the next engine continues.
  public var sequenceNumber: UInt64 {
    get { self[RouterField.sequenceNumber] }
    nonmutating set { self[RouterField.sequenceNumber] = newValue }
  }

  /// Positions on the board of the marks by which the router finds replays; empty if its adverts have no trailers.
  public var marks: Range<Int> {
    get {
      let first = Int(self[RouterField.firstMark])
      return first..<first + Int(self[RouterField.markCount])
    }
    nonmutating set {
      self[RouterField.firstMark] = UInt32(clamping: newValue.lowerBound)
      self[RouterField.markCount] = UInt32(clamping: newValue.count)
    }
  }

  /// Place of the ready resignation among the board's packets: destinations of 16 bytes each, then a packet for each.
  public var resignation: ResignationPacket {
    get {
      read {
        ResignationPacket(
          offset: Int(self[RouterField.packetOffset]), length: Int(self[RouterField.packetLength]),
          destinationCount: Int(self[RouterField.destinationCount]), timeToLive: self[RouterField.timeToLive],
          isWholePacket: self[RouterField.wholePackets] == 1)
      }
    }
    nonmutating set {
      write {
        self[RouterField.packetOffset] = UInt32(clamping: newValue.offset)
        self[RouterField.packetLength] = UInt32(clamping: newValue.length)
        self[RouterField.destinationCount] = UInt32(clamping: newValue.destinationCount)
        self[RouterField.timeToLive] = newValue.timeToLive
        self[RouterField.wholePackets] = newValue.isWholePacket ? 1 : 0
      }
    }
  }
}

extension RouterRecord {
  /// Writes the ready resignation to the place in ``resignation``: for each destination a packet, all of one length and
  /// one after the other, since checksums and signatures cover the destination. Packets that do not fit are left out.
  public func write(_ ready: (packets: [UInt8], destinations: [IPAddress]), on board: Board) {
    var place = resignation
    let packets = board.packets
    guard place.offset >= 0, ready.destinations.count * 16 + ready.packets.count <= packets.count - place.offset else {
      return
    }
    for (index, destination) in ready.destinations.enumerated() {
      let start = place.offset + index * 16
      UnsafeMutableRawBufferPointer(rebasing: packets[start..<start + 16]).copyBytes(
        from: destination.bytes + Array(repeating: 0, count: 16 - destination.bytes.count))
    }
    let start = place.offset + ready.destinations.count * 16
    UnsafeMutableRawBufferPointer(rebasing: packets[start..<start + ready.packets.count]).copyBytes(from: ready.packets)
    place.length = ready.packets.count
    place.destinationCount = ready.destinations.count
    resignation = place
  }

  /// Reads the ready resignation; `nil` if there is none or it would lie beyond the board's end. There is a packet for
  /// each destination, one after the other and of one length.
  public func readyResignation(
    on board: Board
  ) -> (packets: [UInt8], destinations: [IPAddress], place: ResignationPacket)? {
    // Read once: the values checked must be those used, whoever else writes.
    let place = resignation
    guard let family = description?.identity.family, let range = place.packetRange(on: board) else { return nil }
    let destinations = (0..<place.destinationCount).compactMap { index in
      let start = place.offset + index * 16
      return IPAddress(bytes: board.packets[start..<start + family.addressLength])
    }
    return (Array(board.packets[range]), destinations, place)
  }

  /// Gives `body` the packets of the ready resignation for rewriting; does nothing if there is none.
  public func rewriteResignation(on board: Board, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    guard let range = resignation.packetRange(on: board) else { return }
    body(UnsafeMutableRawBufferPointer(rebasing: board.packets[range]))
  }
}

extension ResignationPacket {
  /// Range of the packets; `nil` if there are none or they would lie beyond the board's end.
  fileprivate func packetRange(on board: Board) -> Range<Int>? {
    let count = board.packets.count
    guard length > 0, destinationCount > 0, offset >= 0, destinationCount <= count / 16, offset <= count,
      length <= count - offset - destinationCount * 16
    else { return nil }
    let start = offset + destinationCount * 16
    return start..<start + length
  }
}

/// Place of a router's ready advert of priority 0 among the board's packets.
///
/// The supervisor sends it for an engine that died, without interpreting it.
public struct ResignationPacket: Sendable, Hashable {
  /// Offset of the destinations (16 bytes each, IPv4 in the first four), which the packets follow.
  public var offset: Int
  /// Length in bytes of the packets for all destinations together.
  public var length: Int
  /// Number of hosts or groups to send it to.
  public var destinationCount: Int
  /// TTL or hop limit of the packets.
  public var timeToLive: UInt8
  /// True if each packet begins with its IPv4 header, which its signature covers.
  public var isWholePacket: Bool

  /// A place with the given values.
  public init(offset: Int, length: Int, destinationCount: Int, timeToLive: UInt8, isWholePacket: Bool = false) {
    self.offset = offset
    self.length = length
    self.destinationCount = destinationCount
    self.timeToLive = timeToLive
    self.isWholePacket = isWholePacket
  }
}
