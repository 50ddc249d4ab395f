import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// BFD sessions of an engine, with their sockets.
struct SessionTable {
  /// BFD session.
  struct Entry {
    let plan: PlannedSession
    /// Position of its tracker in the plan; `nil` if it has none.
    let tracker: Int?
    var session: BFDSession
    var verdict: BFDVerdict
    /// Source port of its packets.
    var sourcePort: UInt16
    var sender: DatagramSender?
    /// True once the log has a line that packets of the session cannot be sent.
    var failsToSend = false
  }

  private(set) var entries: [Entry] = []
  var random = SystemRandomNumberGenerator()
  /// Receiving sockets, one for each family and port.
  var receivers: [DatagramReceiver] = []
  /// Instant at which sockets that could not be opened are tried again.
  var retryDue: MonotonicInstant?
  private var deadlines = DeadlineHeap(count: 0)
  private var positions: [UInt32: Int] = [:]
  private var neighbors: [IPAddress: [Int]] = [:]

  subscript(position: Int) -> Entry {
    get { entries[position] }
    _modify { yield &entries[position] }
  }

  /// Replaces the sessions.
  mutating func replace(_ entries: [Entry]) {
    self.entries = entries
    deadlines = DeadlineHeap(count: entries.count)
    positions = [:]
    neighbors = [:]
    for (position, entry) in entries.enumerated() {
      positions[entry.session.localDiscriminator] = position
      neighbors[entry.plan.neighbor, default: []].append(position)
      rearm(position)
    }
  }

  /// Earliest deadline; `nil` if there is none.
  var nextDeadline: MonotonicInstant? {
    guard let first = deadlines.first?.deadline else { return retryDue }
    return retryDue.map { min($0, first) } ?? first
  }

  /// Session that is due at `now`; `nil` if none is.
  func due(at now: MonotonicInstant) -> Int? {
    deadlines.first.flatMap { $0.deadline <= now ? $0.position : nil }
  }

  /// Updates a session's deadline after its state or verdict may have changed.
  mutating func rearm(_ position: Int) {
    let entry = entries[position]
    let times = (entry.session.nextDeadline, entry.verdict.heldUntil)
    deadlines.set(times.0.map { min($0, times.1 ?? $0) } ?? times.1, for: position)
  }

  mutating func receive(_ packet: BFDControlPacket, _ position: Int, at now: MonotonicInstant) -> BFDOutcome {
    entries[position].session.receive(packet, at: now, using: &random)
  }

  mutating func timer(_ position: Int, at now: MonotonicInstant) -> BFDOutcome {
    entries[position].session.timer(at: now, using: &random)
  }

  /// Session that a packet is for (RFC 5880 section 6.8.6): by this host's discriminator, or by the addresses while the
  /// sender does not know it. The sender must be the neighbour in either case.
  func position(of packet: BFDControlPacket, in datagram: ReceivedDatagram, port: UInt16) -> Int? {
    guard packet.yourDiscriminator == 0 else {
      return positions[packet.yourDiscriminator].flatMap { fits($0, datagram, port) ? $0 : nil }
    }
    return neighbors[datagram.source]?.first { fits($0, datagram, port) }
  }

  /// Session with the sender of a datagram; `nil` if there is none.
  func position(withSenderOf datagram: ReceivedDatagram, port: UInt16) -> Int? {
    neighbors[datagram.source]?.first { fits($0, datagram, port) }
  }

  private func fits(_ position: Int, _ datagram: ReceivedDatagram, _ port: UInt16) -> Bool {
    let plan = entries[position].plan
    return plan.neighbor == datagram.source && plan.port == port
      && (plan.source == nil || plan.source == datagram.destination)
  }

  /// A discriminator that is not in `taken`.
  mutating func newDiscriminator(besides taken: Set<UInt32>) -> UInt32 {
    while true {
      let number = UInt32.random(in: 1...UInt32.max, using: &random)
      if !taken.contains(number) { return number }
    }
  }

  /// A source port that is not in `taken` (RFC 5881 section 4).
  mutating func newSourcePort(besides taken: Set<UInt16>) -> UInt16 {
    guard taken.count < BFDFormat.sourcePorts.count else { return BFDFormat.sourcePorts.lowerBound }
    while true {
      let port = UInt16.random(in: BFDFormat.sourcePorts, using: &random)
      if !taken.contains(port) { return port }
    }
  }
}
