import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// Process that connects the state machines with sockets, addresses and the board, on one thread.
///
/// It has three phases: it prepares everything, waits for the command to take over, and runs until told to stop or to
/// yield. Each turn of ``run()`` reads the clock once.
final class Engine {
  enum Phase: Equatable {
    /// The sockets are open; nothing has been sent or claimed.
    case prepared
    /// The engine is in charge.
    case running
    /// The engine stops; it ends when the last address is removed.
    case stopping
    /// The engine has ended.
    case finished
  }

  /// Longest time without a new heartbeat on the board.
  static let heartbeatInterval = Nanoseconds.milliseconds(250)
  /// Greatest time by which an advert counts as received before it was read.
  static let greatestReadingDelay = Nanoseconds.milliseconds(2)
  /// Time before the master-down timer of a backup fires at which the engine wakes up.
  static let electionLead = Nanoseconds.microseconds(200)

  let plan: Plan
  let reactor: Reactor
  let transport: AdvertTransport
  /// Heartbeat links; `nil` if no router has one.
  let heartbeats: Heartbeats?
  let kernelAddresses: AddressTable
  /// Changes to routes, rules and static addresses; `nil` if the plan has none.
  let kernelEntries: KernelEntryTable?
  let monitor: NetlinkMonitor
  let outbox: Outbox
  let board: Board
  /// Addresses that the plan's routers claim. None is ever a source address, and the monitor only reports their
  /// removal.
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
  /// Instants at which each signed router last answered an old number.
  var oldNumberAnsweredAt: [Int: MonotonicInstant] = [:]
  var effects: [Effect] = []
  /// Requests and actions of the keepers; the arrays are kept for their storage.
  var addressRequests: [AddressRequest] = []
  var addressActions: [AddressAction] = []
  var entryRequests: [EntryRequest] = []
  var entryActions: [EntryAction] = []
  /// Reported details of each router's last transition.
  var details: [Int: String] = [:]
  /// True while packets for which a socket had no room wait in its batch.
  var hasUnsentPackets = false
  /// True while links and addresses must be read again, because messages were lost and reading has failed since.
  var needsResynchronization = false
  var linkDelays: LinkDelays
  var virtualLinks: VirtualLinkWatch
  /// Called when a name in the configuration now means another interface, for which another engine is needed.
  var onInterfacesMoved: (() -> Void)?
  var proberRegistration: Reactor.Registration?
  /// Instant at which virtual routers that have to wait may start; `nil` if none waits.
  var startDue: MonotonicInstant?
  /// Instant until which an engine that stops waits for the prober to receive its last messages.
  var stopDeadline = MonotonicInstant(nanoseconds: 0)

  /// Instant of the last turn.
  private(set) var lastTurn = MonotonicInstant(nanoseconds: 0)
  private var isDirty: [Bool]
  private var dirty: [Int] = []

  init(
    _ plan: Plan, interfaces: InterfaceTable, board: Board, reactor: Reactor, monitor: NetlinkMonitor, prober: Channel?
  ) throws(SystemError) {
    var plan = plan
    core = VirtualRouterSet(routers: plan.takeCore(), groups: plan.groups, trackerCount: plan.trackers.count)
    self.plan = plan
    self.interfaces = interfaces
    self.board = board
    self.reactor = reactor
    self.monitor = monitor
    transport = try AdvertTransport(plan)
    heartbeats = try Heartbeats(plan)
    kernelAddresses = try AddressTable()
    kernelAddresses.prepare(plan.addresses.lazy.map(\.specification))
    kernelEntries = plan.entries.isEmpty ? nil : try KernelEntryTable()
    linkDelays = LinkDelays(plan.linkDelays)
    virtualLinks = try VirtualLinkWatch(plan.virtualLinks, interfaces)
    outbox = Outbox(prober)
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

  /// True if the kernel may still have addresses, routes or rules of this engine, which has not yielded; read after its end.
  var leavesAddresses: Bool {
    !board.hasYielded
      && (plan.addresses.indices.contains { board.address($0)?.isOwned == true }
        || plan.entries.indices.contains { board.entry($0)?.isOwned == true })
  }

  /// True if the next turn has requests for the kernel.
  var hasChanges: Bool { addresses.hasWork || !entries.pending.isEmpty }

  /// Runs until the engine has stopped or yielded.
  /// - Throws: `SystemError` if the engine cannot wait for events any more.
  func run() throws(SystemError) {
    while phase != .finished {
      try reactor.run(until: nextDeadline)
      turn(at: reactor.now)
    }
  }

  /// Does everything that is due now, after the handlers of ready descriptors have run.
  func turn(at now: MonotonicInstant) {
    board.heartbeat = now
    lastTurn = now
    hasUnsentPackets = false
    guard phase != .prepared, phase != .finished else { return outbox.flush() }
    applyLastingLinks(at: now)
    if let due = startDue, due <= now { startWaiting(at: now) }
    if phase == .running, let due = sessions.nextDeadline, due <= now { runSessions(at: now) }
    if let due = core.nextDeadline, due <= now {
      core.handle(.timer, at: now, into: &effects)
      performEffects(at: now, due: due)
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

  /// Instant at which to wake up for a deadline of the core.
  ///
  /// For the deadline of a backup, which seldom comes, there are two steps, the first shortly before it: a processor
  /// that has slept since the last advert takes a tenth of a millisecond to wake up and to load its caches, and does so
  /// in advance.
  private func wakeUp(for deadline: MonotonicInstant) -> MonotonicInstant {
    let early = deadline - Self.electionLead
    guard reactor.now < early, let router = core.nextRouter, core.state(of: router) == .backup else { return deadline }
    return early
  }

  /// Marks a router's record on the board to be written at the end of the turn.
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
    dirty.empty()
  }
}
