import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// The process that must not die: it wires the state machines to sockets, addresses and the board, on one thread.
///
/// It lives through three phases: it prepares everything, waits for the word to take over, and runs until told to stop or to
/// yield. Each turn of ``run()`` reads the clock once.
final class Engine {
  enum Phase: Equatable {
    /// Sockets are open, nothing has been sent or claimed.
    case prepared
    /// In charge.
    case running
    /// Giving everything up; ends when the last address is off.
    case stopping
    /// Over.
    case finished
  }

  /// The longest the board's heartbeat stands still.
  static let heartbeatInterval = Nanoseconds.milliseconds(250)
  /// The most that an advert counts as heard before it was read.
  static let greatestReadingDelay = Nanoseconds.milliseconds(2)
  /// So long before a master counts as dead the engine wakes up.
  static let electionLead = Nanoseconds.microseconds(200)

  let plan: Plan
  let reactor: Reactor
  let transport: AdvertTransport
  /// `nil` if no router has a further link.
  let heartbeats: Heartbeats?
  let kernelAddresses: AddressTable
  /// `nil` if the plan has neither routes nor rules nor static addresses.
  let kernelEntries: KernelEntryTable?
  let monitor: NetlinkMonitor
  let outbox: Outbox
  let board: Board
  /// Every address the plan's routers claim: never a source, and none of the monitor's business but when it disappears.
  let virtualAddresses: Set<IPAddress>
  let routersOnInterface: [InterfaceIndex: [Int]]
  let routersWithTrailers: [Int]

  var phase = Phase.prepared
  var core: VirtualRouterSet
  var interfaces: InterfaceTable
  var addresses: AddressKeeper
  /// Routes, rules and static addresses.
  var entries: EntryKeeper
  var announcer: Announcer
  var limiter = LogLimiter()
  var sessions = SessionTable()
  var remembered: [RememberedAdvertisement]
  var sendFails: [Bool]
  /// When each signed router last answered an old number.
  var sequenceTold: [Int: MonotonicInstant] = [:]
  var effects: [Effect] = []
  /// What the keepers ask for and what follows, kept for its room.
  var addressRequests: [AddressRequest] = []
  var addressActions: [AddressAction] = []
  var entryRequests: [EntryRequest] = []
  var entryActions: [EntryAction] = []
  /// What was said to be behind each router's last transition, where its name does not tell.
  var details: [Int: String] = [:]
  /// Packets for which a socket had no room wait in its batch.
  var hasUnsentPackets = false
  /// Links and addresses must be read anew: messages were lost, and reading failed since.
  var needsResynchronization = false
  var linkDelays: LinkDelays
  var virtualLinks: VirtualLinkWatch
  /// Told when a name of the configuration has come to mean another interface, which only another engine can serve.
  var onInterfacesMoved: (() -> Void)?
  var proberRegistration: Reactor.Registration?
  /// When virtual routers that have to wait may start; `nil` when none waits.
  var startDue: MonotonicInstant?
  /// When an engine that stops no longer waits for the prober to take its last messages.
  var stopDeadline = MonotonicInstant(nanoseconds: 0)

  /// The time of the last turn.
  private(set) var lastTurn = MonotonicInstant(nanoseconds: 0)
  private var isDirty: [Bool]
  private var dirty: [Int] = []

  init(
    _ plan: Plan, interfaces: InterfaceTable, board: Board, reactor: Reactor, monitor: NetlinkMonitor, prober: Channel?
  ) throws(SystemError) {
    self.plan = plan
    self.interfaces = interfaces
    self.board = board
    self.reactor = reactor
    self.monitor = monitor
    transport = try AdvertTransport(plan)
    heartbeats = try Heartbeats(plan)
    kernelAddresses = try AddressTable()
    kernelAddresses.prepare(plan.addresses.map(\.specification))
    kernelEntries = plan.entries.isEmpty ? nil : try KernelEntryTable()
    linkDelays = LinkDelays(plan.linkDelays)
    virtualLinks = try VirtualLinkWatch(plan.virtualLinks, interfaces)
    outbox = Outbox(prober)
    core = VirtualRouterSet(routers: plan.core, groups: plan.groups, trackerCount: plan.trackers.count)
    addresses = AddressKeeper(plan)
    entries = EntryKeeper(plan)
    announcer = Announcer(plan.announcementLanes)
    remembered = Array(repeating: RememberedAdvertisement(), count: plan.routers.count)
    sendFails = Array(repeating: false, count: plan.routers.count)
    isDirty = Array(repeating: false, count: plan.routers.count)
    virtualAddresses = Set(plan.addresses.map(\.prefix.address))
    routersWithTrailers = plan.routersWithTrailers
    routersOnInterface = Dictionary(grouping: plan.routers.indices) { plan.routers[$0].interface }
    effects.reserveCapacity(64)
    try watchSockets()
  }

  /// Whether it has stopped and the kernel has not given up all its addresses.
  var leavesAddresses: Bool {
    !board.hasYielded
      && (plan.addresses.indices.contains { board.address($0)?.isOwned == true }
        || plan.entries.indices.contains { board.entry($0)?.isOwned == true })
  }

  /// Whether the kernel is to be asked for more in the next turn.
  var hasChanges: Bool { addresses.hasWork || !entries.pending.isEmpty }

  /// Goes round until the engine has stopped or yielded.
  /// - Throws: `SystemError` only for what leaves the engine unable to wait for anything.
  func run() throws(SystemError) {
    while phase != .finished {
      try reactor.run(until: nextDeadline)
      turn(at: reactor.now)
    }
  }

  /// Everything that is due now, after the handlers of what was ready have run.
  func turn(at now: MonotonicInstant) {
    board.heartbeat = now
    lastTurn = now
    hasUnsentPackets = false
    guard phase != .prepared, phase != .finished else { return outbox.flush() }
    takeLastingLinks(at: now)
    if let due = startDue, due <= now { startWaiting(at: now) }
    if phase == .running, let due = sessions.nextDeadline, due <= now { runSessions(at: now) }
    if let due = core.nextDeadline, due <= now {
      core.handle(.timer, at: now, into: &effects)
      carryOut(at: now, due: due)
    }
    flushAdverts()
    if needsResynchronization { resynchronize(at: now) }
    restoreLinks(at: now)
    returnVanishedAddresses(at: now)
    workSlice(at: now)
    changeEntries(at: now)
    reviewGroups(at: now)
    reconcile(at: now)
    reviewRefusals(at: now)
    announceSlice(at: now)
    outbox.flush()
    board.droppedMessages = outbox.totalDropped
    writeDirty()
    if phase == .stopping, !hasChanges, !outbox.hasWaiting || now >= stopDeadline {
      phase = .finished
    }
  }

  private var nextDeadline: MonotonicInstant? {
    let heartbeat = reactor.now + Self.heartbeatInterval
    guard phase != .prepared else { return heartbeat }
    guard !hasChanges else { return reactor.now }
    let retry = hasUnsentPackets ? reactor.now + .milliseconds(1) : nil
    let word = outbox.hasWaiting ? reactor.now + .milliseconds(5) : nil
    let pass = phase == .running ? addresses.reconcileDue : nil
    let session = phase == .running ? sessions.nextDeadline : nil
    return [
      core.nextDeadline.map(wakeUp), startDue, linkDelays.nextDeadline, announcer.nextDeadline, pass, session, retry,
      word,
    ].compactMap { $0 }.reduce(heartbeat, min)
  }

  /// When to wake up for a deadline of the core.
  ///
  /// That of a backup, which seldom comes, is waited for in two steps, of which the first ends shortly before it: a processor that has
  /// rested since the last advert takes a tenth of a millisecond to wake up and to load what it forgot, and does so beforehand.
  private func wakeUp(for deadline: MonotonicInstant) -> MonotonicInstant {
    let early = deadline - Self.electionLead
    guard reactor.now < early, let router = core.nextRouter, core.state(of: router) == .backup else { return deadline }
    return early
  }

  /// Notes that a router's record on the board is to be written at the end of the turn.
  func markDirty(_ router: Int) {
    guard !isDirty[router] else { return }
    isDirty[router] = true
    dirty.append(router)
  }

  private func writeDirty() {
    for router in dirty {
      board.router(router)?.snapshot = core.snapshot(of: router)
      isDirty[router] = false
    }
    dirty.removeAll(keepingCapacity: true)
  }
}
