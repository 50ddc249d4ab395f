import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

extension Engine {
  /// Time between two attempts to open sockets that could not be opened.
  private static let socketRetryInterval = Nanoseconds.seconds(1)

  /// Continues the sessions of the previous engine, and begins the others.
  /// - Parameter hasYielded: true if that engine yielded, and so sent and received packets to the last.
  func startSessions(from previous: Board?, hasYielded: Bool, at now: MonotonicInstant) {
    if let previous { endSessions(missingFrom: previous, at: now) }
    guard !plan.sessions.isEmpty else { return }
    var old: [Int: SessionRecord] = [:]
    for (position, planned) in plan.sessions.enumerated() {
      old[position] = previous.flatMap { Self.session(planned, on: $0) }
    }
    var discriminators = Set(old.values.map(\.snapshot.localDiscriminator))
    var ports = Set(old.values.map(\.sourcePort))
    var entries: [SessionTable.Entry] = []
    let trackers = plan.trackers.indices.filter { plan.trackers[$0].name.kind == .bfd }
    for (position, planned) in plan.sessions.enumerated() {
      let record = old[position]
      var session: BFDSession
      var port: UInt16
      if let record {
        session = BFDSession(
          adopting: record.snapshot, planned.configuration, at: now, using: &sessions.random)
        port = record.sourcePort
      } else {
        session = BFDSession(
          planned.configuration, discriminator: sessions.newDiscriminator(besides: discriminators))
        session.start(at: now, using: &sessions.random)
        port = sessions.newSourcePort(besides: ports)
      }
      discriminators.insert(session.localDiscriminator)
      ports.insert(port)
      let tracker = trackers[position]
      let status = board.tracker(tracker)?.finding.status ?? .unknown
      // The verdict is certain if the engine that gave it had time to follow the session.
      let isSure = record != nil && hasYielded && (status == .up) == (session.state == .up) && status != .unknown
      let patience =
        status == .unknown ? planned.configuration.idleDetectionTime : planned.configuration.recoveryTime
      let verdict = BFDVerdict(status: status, heldUntil: isSure ? nil : now + patience)
      entries.append(
        SessionTable.Entry(plan: planned, tracker: tracker, session: session, verdict: verdict, sourcePort: port))
      inherit(record, at: position, port: port, at: now)
    }
    sessions.replace(entries)
    openSessionSockets(at: now)
    for position in entries.indices { writeSession(position) }
  }

  /// Sends Down to the other ends of sessions that the configuration no longer has.
  private func endSessions(missingFrom previous: Board, at now: MonotonicInstant) {
    for record in (0..<previous.sessionCount).compactMap(previous.session) {
      let isKept = plan.sessions.contains { $0.name == record.name && $0.fingerprint == record.fingerprint }
      guard !isKept, let neighbor = record.neighbor, record.snapshot.localDiscriminator != 0 else { continue }
      var session = BFDSession(
        adopting: record.snapshot, BFDConfiguration(), at: now, using: &sessions.random)
      let port = record.isMultihop ? BFDFormat.multihopPort : BFDFormat.singleHopPort
      // If the packet cannot be sent, the other end notices by its detection time.
      guard let packet = session.shutDown().packet,
        let sender = try? DatagramSender(
          to: neighbor, port: port, from: record.source, sourcePort: record.sourcePort, hopLimit: record.hopLimit)
      else { continue }
      _ = Self.send(packet, by: sender)
    }
  }

  private static func session(_ planned: PlannedSession, on board: Board) -> SessionRecord? {
    (0..<board.sessionCount).lazy.compactMap(board.session).first {
      $0.name == planned.name && $0.fingerprint == planned.fingerprint && $0.snapshot.localDiscriminator != 0
    }
  }

  private func inherit(_ old: SessionRecord?, at position: Int, port: UInt16, at now: MonotonicInstant) {
    guard let record = board.session(position) else { return }
    record.source = plan.sessions[position].source
    record.hopLimit = plan.sessions[position].hopLimit
    record.sourcePort = port
    record.changedAt = old?.changedAt ?? now
    guard let old else { return }
    for counter in SessionCounter.allCases { record[counter] = old[counter] }
    for reason in BFDDiscard.allCases { record[reason] = old[reason] }
  }

  /// Opens the sockets that are missing. Only an engine in charge has any: packets go to the socket that was bound
  /// last.
  private func openSessionSockets(at now: MonotonicInstant) {
    var failure: SystemError?
    let wasFailing = sessions.retryDue != nil
    sessions.retryDue = nil
    for position in sessions.entries.indices {
      do throws(SystemError) {
        try openSockets(of: position)
      } catch {
        failure = error
      }
    }
    guard let failure else { return }
    sessions.retryDue = now + Self.socketRetryInterval
    if !wasFailing { outbox.send(.event(.degraded("BFD: \(failure); it is tried again each second"))) }
  }

  private func openSockets(of position: Int) throws(SystemError) {
    let entry = sessions[position]
    let (family, port) = (entry.plan.neighbor.family, entry.plan.port)
    if entry.sender == nil {
      sessions[position].sender = try DatagramSender(
        to: entry.plan.neighbor, port: port, from: entry.plan.source, sourcePort: entry.sourcePort,
        hopLimit: entry.plan.hopLimit)
    }
    guard !sessions.receivers.contains(where: { $0.family == family && $0.port == port }) else { return }
    let receiver = try DatagramReceiver(family: family, port: port)
    _ = try reactor.watch(receiver.rawValue, for: .readable) { [unowned self] _ in receiveSessionPackets(by: receiver) }
    sessions.receivers.append(receiver)
  }

  private func receiveSessionPackets(by receiver: DatagramReceiver) {
    guard phase == .running else { return }
    let now = reactor.now
    // An error concerns the interface, and netlink reports that.
    _ = try? receiver.receive { datagram in handle(datagram, port: receiver.port, at: now) }
    performEffects(at: now, due: nil)
  }

  private func handle(_ datagram: ReceivedDatagram, port: UInt16, at now: MonotonicInstant) {
    do throws(BFDDiscard) {
      let packet = try BFDControlPacket(decoding: datagram.payload.bytes)
      guard let position = sessions.position(of: packet, in: datagram, port: port) else { throw .unknownSession }
      guard (datagram.hopLimit ?? 0) >= sessions[position].plan.leastHopLimit else { throw .hopLimit }
      let outcome = sessions.receive(packet, position, at: now)
      if let discard = outcome.discard { throw discard }
      board.session(position)?[.packetsReceived] &+= 1
      perform(outcome, position, at: now)
    } catch {
      discard(datagram, port: port, error, at: now)
    }
  }

  private func discard(
    _ datagram: ReceivedDatagram, port: UInt16, _ reason: BFDDiscard, at now: MonotonicInstant
  ) {
    let position = sessions.position(withSenderOf: datagram, port: port)
    if let record = position.flatMap(board.session) { record[reason] &+= 1 }
    guard limiter.shouldLog(.session(reason), from: datagram.source, at: now) else { return }
    let session = position.map { sessions[$0].plan.name } ?? ""
    outbox.send(.event(.sessionPacketDiscarded(reason, from: datagram.source, session: session)))
  }

  /// Does what is due in the sessions: packets, detection times, and the ends of held verdicts.
  func runSessions(at now: MonotonicInstant) {
    if let due = sessions.retryDue, due <= now { openSessionSockets(at: now) }
    // Each session moves its deadline beyond now, so that this ends. The number is bounded nevertheless.
    for _ in 0..<(2 * sessions.entries.count + 2) {
      guard let position = sessions.due(at: now) else { break }
      let outcome = sessions.timer(position, at: now)
      perform(outcome, position, at: now)
      let state = sessions[position].session.state
      if sessions[position].verdict.timer(at: now, state: state) {
        reportVerdict(
          position, because: "no session with \(sessions[position].plan.neighbor) has come up in time", at: now)
      }
      sessions.rearm(position)
    }
    performEffects(at: now, due: nil)
  }

  /// Sends Down to the other ends of all sessions.
  func stopSessions() {
    for position in sessions.entries.indices {
      if let packet = sessions[position].session.shutDown().packet { send(packet, position) }
      writeSession(position)
    }
  }

  private func perform(_ outcome: BFDOutcome, _ position: Int, at now: MonotonicInstant) {
    if let packet = outcome.packet { send(packet, position) }
    if let change = outcome.change { record(change, position, at: now) }
    writeSession(position)
    sessions.rearm(position)
  }

  private func writeSession(_ position: Int) {
    board.session(position)?.snapshot = sessions[position].session.snapshot
  }

  private func send(_ packet: BFDControlPacket, _ position: Int) {
    guard let sender = sessions[position].sender else { return }
    guard let failure = Self.send(packet, by: sender) else {
      board.session(position)?[.packetsSent] &+= 1
      sessions[position].failsToSend = false
      return
    }
    board.session(position)?[.sendErrors] &+= 1
    guard !sessions[position].failsToSend else { return }
    sessions[position].failsToSend = true
    outbox.send(.event(.sessionSendFailed(session: sessions[position].plan.name, errno: failure)))
  }

  /// Errno if the kernel refused the packet.
  private static func send(_ packet: BFDControlPacket, by sender: DatagramSender) -> Int32? {
    withUnsafeTemporaryAllocation(byteCount: BFDFormat.length, alignment: 8) { buffer in
      packet.write(into: buffer)
      return sender.send(UnsafeRawBufferPointer(buffer))
    }
  }

  private func record(_ change: BFDChange, _ position: Int, at now: MonotonicInstant) {
    let plan = sessions[position].plan
    if let record = board.session(position) {
      record.changedAt = now
      if change.to == .up { record[.cameUp] &+= 1 }
      if change.from == .up { record[.wentDown] &+= 1 }
    }
    let reason = Self.reason(for: change, neighbor: plan.neighbor)
    // The states on the way up are not worth a line.
    if change.to == .up || change.from == .up {
      outbox.send(
        .event(
          .sessionChanged(
            session: plan.name, neighbor: plan.neighbor, from: change.from, to: change.to, reason: reason)))
    }
    if sessions[position].verdict.apply(change) { reportVerdict(position, because: reason, at: now) }
  }

  private func reportVerdict(_ position: Int, because reason: String, at now: MonotonicInstant) {
    guard let tracker = sessions[position].tracker else { return }
    let status = sessions[position].verdict.status
    setTracker(tracker, to: TrackerFinding(status, status == .up ? "" : reason), at: now)
  }

  private static func reason(for change: BFDChange, neighbor: IPAddress) -> String {
    switch change.diagnostic {
    case .detectionTimeExpired:
      let tenths = (change.silence.rawValue + 50_000) / 100_000
      let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
      return "\(change.diagnostic.text): nothing from \(neighbor) for \(tenths / 10)\(fraction) ms"
    case .neighborSignaledDown where change.remoteState == .adminDown:
      return "\(change.diagnostic.text): \(neighbor) is administratively down"
    case .neighborSignaledDown:
      let text = change.remoteDiagnostic == .none ? "it is down" : change.remoteDiagnostic.text
      return "\(change.diagnostic.text): \(neighbor) says \(text)"
    default:
      return change.diagnostic == .none ? "" : change.diagnostic.text
    }
  }
}
