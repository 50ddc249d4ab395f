import ControlModel
import HostWithdrawal
import Glibc
import LinuxSystem
import NetworkTypes

/// Performer of the actions of ``Supervision``: processes, descriptors, signals, the service manager.
final class Supervisor {
  let reactor: Reactor
  let log: SupervisorLog
  let launch: Launch
  let requests: ChildRequests
  let addressLocks: AddressLocks
  let withdrawal: any Withdrawing
  /// Segment in which starters record which checks run.
  let runningChecks: SharedMemory
  /// Segment in which probers record what they have notified of.
  let notified: MemoryHandle
  private(set) lazy var starter = StarterKeeper(
    log: log, start: { [unowned self] () throws(SystemError) in try launchStarter() },
    join: { [unowned self] in joinProber($0) })
  /// Control socket.
  let control: ControlListener?
  var supervision: Supervision
  private let service: ServiceNotification
  /// Pipe on which the process that started the service waits until it serves.
  private var readiness: FileDescriptor?

  private var events: [SupervisionEvent] = []
  /// Code to end with; `nil` while it is not known.
  private(set) var exitCode: Int32?
  var engines: [EngineID: RunningChild] = [:]
  var probers: [ProberID: RunningChild] = [:]
  var loader: RunningChild?
  /// Report of the reload's loader, for the client that asked for the reload.
  var reloadReport: MemoryHandle?
  var boards: [EngineID: MemoryHandle] = [:]
  /// Bundle that the engine of each board was started with.
  var bundleOfBoard: [EngineID: BundleID] = [:]
  var bundles: [BundleID: MemoryHandle] = [:]
  /// Commands of each bundle that has any.
  var commandTables: [BundleID: MemoryHandle] = [:]
  private var mapping: (engine: EngineID, memory: SharedMemory, board: Board)?
  private var nextTick: MonotonicInstant
  private var lastWatchdog: MonotonicInstant
  private var ticks = 0
  /// The service has become ready, and what that took has not been returned yet.
  private var isNewlyReady = false
  private var status = ""

  /// Children that other processes have left to this one; `nil` where others start children too, as in tests.
  var orphans: Orphans?
  /// Whether there are more of them than one turn has reaped.
  private var orphansWait = false

  /// Time between two checks of the engine's heartbeat.
  private static let tick = Nanoseconds.milliseconds(500)

  init(
    options: SupervisorOptions, addressLocks: AddressLocks, log: SupervisorLog, control: ControlListener? = nil,
    user: UserIdentity? = nil,
    service: ServiceNotification = ServiceNotification(), withdrawal: any Withdrawing = KernelWithdrawal(),
    limits: Supervision.Limits = Supervision.Limits(),
    launch: @escaping Launch = { (request) throws(SystemError) in try ChildProcess(request) }
  ) throws(SystemError) {
    if options.reportsReadiness { readiness = try Inherited.take(InheritedDescriptor.readiness.rawValue) }
    reactor = try Reactor()
    self.log = log
    self.service = service
    self.addressLocks = addressLocks
    self.control = control
    self.withdrawal = withdrawal
    self.launch = launch
    runningChecks = try SharedMemory(name: "martlet-checks", size: InheritedDescriptor.runningChecksSize)
    notified = try MemoryHandle.sealed(name: "martlet-notified", size: InheritedDescriptor.notifiedSize)
    requests = ChildRequests(options: options, user: user)
    supervision = Supervision(limits: limits)
    nextTick = reactor.now + Self.tick
    lastWatchdog = reactor.now
  }

  /// Begins by reading the configuration.
  func start() {
    var actions: [SupervisionAction] = []
    supervision.start(at: MonotonicClock.now(), into: &actions)
    perform(actions)
    processEvents()
  }

  /// Runs one turn: waits for the next event, at most until `limit` (`nil`: for ever), and handles it.
  func turn(until limit: MonotonicInstant? = nil) throws(SystemError) {
    let deadline = [supervision.nextDeadline, starter.restart, nextTick, limit].compactMap { $0 }.min()
    try reactor.run(until: orphansWait ? reactor.now : deadline)
    starter.startIfDue(at: reactor.now)
    if let due = supervision.nextDeadline, due <= reactor.now { events.append(.deadline) }
    if nextTick <= reactor.now { tick() }
    processEvents()
    orphansWait = orphans?.reap() ?? false
  }

  /// Adds an event, which is handled before the next wait.
  func enqueue(_ event: SupervisionEvent) { events.append(event) }

  private func processEvents() {
    // The number is bounded: an event starts at most one child, and a start that fails is one more event.
    while !events.isEmpty, exitCode == nil {
      let event = events.removeFirst()
      var actions: [SupervisionAction] = []
      supervision.handle(event, at: MonotonicClock.now(), into: &actions)
      perform(actions)
    }
    releaseMemory()
  }

  private func perform(_ actions: [SupervisionAction]) {
    for action in actions {
      switch action {
      case .startLoader(let bundle): startLoader(bundle)
      case .startReloadLoader(let bundle, let inForce, let allowsEmpty):
        startLoader(bundle, replacing: inForce, allowsEmpty: allowsEmpty)
      case .killLoader: loader?.process.send(signal: SIGKILL)
      case .startEngine(let id, let bundle, let adopted): startEngine(id, bundle: bundle, adopting: adopted)
      case .command(let id, let command): send([command.rawValue], to: engines[id])
      case .killEngine(let id): engines[id]?.process.send(signal: SIGKILL)
      case .startProber(let id): startProber(id)
      case .runStartupScript(let prober, let bundle): runStartupScript(prober, bundle: bundle)
      case .serve(let prober, let engine, let bundle): serve(prober, engine: engine, bundle: bundle)
      case .answer(let requester, let code, let message):
        let answer = ProberCommand.reloadFinished(token: requester.token, code: code, message: message)
        send(answer.encoded, descriptors: reloadReport.map { [$0.rawValue] } ?? [], to: probers[requester.prober])
      case .pingProber(let id):
        send(ProberCommand.ping.encoded, to: probers[id])
        returnMemory()
      case .shutdownProber(let id): send(ProberCommand.shutdown.encoded, to: probers[id])
      case .killProber(let id): probers[id]?.process.send(signal: SIGKILL)
      case .withdraw(let boards): withdraw(boards)
      case .removeLeftovers(let failed, let kept): removeLeftovers(of: failed, notOn: kept)
      case .announce(let state): announce(state)
      case .log(let line): log.write(line)
      case .end(let code): exitCode = code
      }
    }
    // All clients that asked for the reload are answered at once.
    if supervision.reload == nil { reloadReport = nil }
  }

  /// Closes the boards and bundles that are no longer needed.
  private func releaseMemory() {
    let boardsKept = supervision.retainedBoards
    let bundlesKept = supervision.retainedBundles
    boards = boards.filter { boardsKept.contains($0.key) }
    bundleOfBoard = bundleOfBoard.filter { boardsKept.contains($0.key) }
    bundles = bundles.filter { bundlesKept.contains($0.key) }
    commandTables = commandTables.filter { bundlesKept.contains($0.key) }
    starter.removeTables(except: bundlesKept)
    if let engine = mapping?.engine, !boardsKept.contains(engine) { mapping = nil }
  }

  /// Valid board; it is mapped once the engine has laid it out.
  private func currentBoard() -> (EngineID, Board)? {
    guard let engine = supervision.current, engine.stage == .running else { return nil }
    if let mapping, mapping.engine == engine.id { return (engine.id, mapping.board) }
    guard let memory = boards[engine.id]?.map(), let board = try? Board(opening: memory.bytes) else { return nil }
    mapping = (engine.id, memory, board)
    return (engine.id, board)
  }

  private func tick() {
    nextTick = reactor.now + Self.tick
    ticks &+= 1
    events.append(.proberCheck)
    starter.ping()
    if let control, control.makeIfMissing() { offerControl() }
    if let (engine, board) = currentBoard() {
      events.append(.heartbeat(engine, board.heartbeat))
      if ticks % 4 == 0 { announceStatus(of: board) }
    }
    guard let interval = service.watchdogInterval, supervision.isAlive else { return }
    guard reactor.now - lastWatchdog + Self.tick + Self.tick > Nanoseconds(rawValue: interval.rawValue / 2) else {
      return
    }
    lastWatchdog = reactor.now
    notify { (service) throws(SystemError) in try service.watchdog() }
  }

  private func announceStatus(of board: Board) {
    guard service.isListening else { return }
    var masters = 0
    for index in 0..<board.routerCount where board.router(index)?.isMaster == true { masters += 1 }
    let text = "\(masters) of \(board.routerCount) virtual routers MASTER"
    guard text != status else { return }
    status = text
    notify { (service) throws(SystemError) in try service.status(text) }
  }

  private func announce(_ state: ServiceState) {
    if state == .ready, let waiting = readiness.take() { _ = try? waiting.write([UInt8(ascii: "\n")]) }
    notify { (service) throws(SystemError) in
      switch state {
      case .ready: try service.ready()
      case .reloading: try service.reloading(at: MonotonicClock.now())
      case .stopping: try service.stopping()
      case .takingLonger(let time): try service.extendTimeout(by: time)
      }
    }
    if state == .ready { isNewlyReady = true }
  }

  /// Returns what a start or a reload needed, once all that follows from it has been done.
  private func returnMemory() {
    guard isNewlyReady else { return }
    isNewlyReady = false
    ProcessMemory.returnFree()
    ProcessMemory.returnProgram()
  }

  private func notify(_ body: (ServiceNotification) throws(SystemError) -> Void) {
    do {
      try body(service)
    } catch {
      log.write(.debug, error.description)
    }
  }

  /// Sends a message to a child. One that has left a whole socket buffer unread does not work any more, and is killed.
  func send(_ bytes: [UInt8], descriptors: [Int32] = [], to child: RunningChild?) {
    guard let child, let channel = child.channel, !child.isGivenUp else { return }
    do {
      switch try channel.send(bytes, descriptors: descriptors) {
      case .sent, .closed: return
      case .wouldBlock:
        log.write(
          .error, "process \(child.process.processID) does not read the supervisor's messages and is killed")
      }
    } catch {
      log.write(.error, "process \(child.process.processID) is killed: \(error.description)")
    }
    child.isGivenUp = true
    child.process.send(signal: SIGKILL)
  }
}
