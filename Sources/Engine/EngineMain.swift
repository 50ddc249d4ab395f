import Configuration
import ConfigurationSyntax
import ControlModel
import Glibc
import HostWithdrawal
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// The engine process, from its inherited descriptors to its exit code.
public enum EngineMain {
  /// Prepares, reports `ready`, and runs until told to stop or to yield. What keeps it from getting ready is one line on
  /// standard error and the exit code.
  /// - Parameter goesOn: whether the configuration is the one that the engine before this one serves.
  public static func run(goesOn: Bool) -> ExitCode {
    do {
      let process = try EngineProcess(goesOn: goesOn)
      return try process.run()
    } catch let failure as StartFailure {
      complain(failure.message)
      return failure.code
    } catch {
      complain("\(error)")
      return .failure
    }
  }

  /// Standard error is written before and after the engine's life only, never while it is in charge.
  private static func complain(_ message: String) {
    let line = LogLine(.critical, message).rendered(.text, priorities: isatty(2) == 0, role: "engine")
    _ = Array(line.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// Why an engine could not get ready.
struct StartFailure: Error {
  let code: ExitCode
  let message: String

  init(_ code: ExitCode, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// The engine with its channel to the supervisor.
private final class EngineProcess {
  private let reactor: Reactor
  private let supervisor: Channel
  private let signals: SignalReceiver
  /// Mapped for as long as the views of it are used.
  private let boardMemory: SharedMemory
  private var previousMemory: SharedMemory?
  private let locks: AddressLocks?
  private let engine: Engine
  private var virtualInterfaces: VirtualInterfaces
  /// Kept for as long as the engine lives; the kernel drops its table with it.
  private var filter: AddressFilter?
  /// As ``filter``; there before the interfaces that it is for.
  private let silence: InterfaceSilence?

  init(goesOn: Bool) throws {
    // Before anything is opened: a number that was not handed down is free, and would be taken by what is opened first.
    supervisor = Channel(try Inherited.take(InheritedDescriptor.supervisor.rawValue), maximumMessage: 64)
    var prober: Channel?
    if let descriptor = try? Inherited.take(InheritedDescriptor.prober.rawValue) {
      prober = Self.proberChannel(descriptor)
    }
    if let file = try? Inherited.take(InheritedDescriptor.previousBoard.rawValue) {
      previousMemory = try? SharedMemory(mapping: file, writable: true)
    }
    if let file = try? Inherited.take(InheritedDescriptor.addressLocks.rawValue) {
      locks = AddressLocks(file)
    } else {
      locks = nil
    }
    for signal in [SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2] { try Signals.ignore(signal) }
    signals = try SignalReceiver([SIGTERM])
    reactor = try Reactor()

    let configuration = try Self.readConfiguration()
    let monitor = try Self.permitted("watching the network") { () throws(SystemError) in
      try NetlinkMonitor(watchesRouting: configuration.hasRouting)
    }
    var virtualInterfaces = try VirtualInterfaces(locks)
    let (silence, complaint) = Self.silence(configuration)
    self.silence = silence
    do {
      try virtualInterfaces.prepare(configuration, monitor) { links in
        // What is in use is not replaced for a configuration that then cannot be served.
        var interfaces = try InterfaceTable(readBy: monitor)
        for (number, link) in links.enumerated() {
          interfaces.setLink(InterfaceIndex(rawValue: .max - Int32(number)), name: link, mac: nil, isUp: true)
        }
        _ = try Self.plan(configuration, interfaces, goesOn: goesOn)
      }
      (boardMemory, engine) = try Self.prepare(configuration, monitor, goesOn, locks, reactor, prober)
    } catch {
      virtualInterfaces.abandon(monitor)
      throw error
    }
    self.virtualInterfaces = virtualInterfaces
    ProcessMemory.returnFree()
    let notes = Self.becomeRealTime() + complaint + refuseUnaccepted() + promoteSecondaries()
    for note in notes { engine.outbox.send(.event(LogEvent(.degraded, text: note))) }
  }

  private static func prepare(
    _ configuration: Configuration, _ monitor: NetlinkMonitor, _ goesOn: Bool, _ locks: AddressLocks?,
    _ reactor: Reactor, _ prober: Channel?
  ) throws -> (SharedMemory, Engine) {
    let interfaces = try InterfaceTable(readBy: monitor)
    let plan = try Self.plan(configuration, interfaces, goesOn: goesOn)
    try Self.lock(plan, with: locks)
    let (memory, board) = try Self.layOutBoard(for: plan)
    let engine = try Self.permitted("opening raw sockets") { () throws(SystemError) in
      try Engine(plan, interfaces: interfaces, board: board, reactor: reactor, monitor: monitor, prober: prober)
    }
    return (memory, engine)
  }

  /// Has the kernel be silent on the interfaces with virtual MAC addresses; a note if that cannot be.
  private static func silence(_ configuration: Configuration) -> (InterfaceSilence?, notes: [String]) {
    let names = configuration.virtualLinks.map(\.virtual.interface)
    guard !names.isEmpty else { return (nil, []) }
    do {
      return (try InterfaceSilence(on: names), [])
    } catch {
      return (nil, ["a backup may speak from its virtual MAC address, since nftables cannot be set up: \(error)"])
    }
  }

  /// Has the kernel keep the other addresses of a network when the first goes; a note for each interface where that cannot be.
  private func promoteSecondaries() -> [String] {
    engine.plan.promotedInterfaces.compactMap { interface in
      do {
        try LinkTable().promoteSecondaries(on: interface)
        return nil
      } catch {
        return "promote_secondaries cannot be set: \(error)"
      }
    }
  }

  /// Has packets dropped to the addresses that are not to be accepted for; a note if that cannot be.
  private func refuseUnaccepted() -> [String] {
    let addresses = engine.plan.unacceptedAddresses
    guard !addresses.isEmpty else { return [] }
    do {
      filter = try AddressFilter(dropping: addresses)
      return []
    } catch {
      return ["no_accept is not kept, since nftables cannot be set up: \(error)"]
    }
  }

  /// Returns a failure if addresses are left that the supervisor must see to.
  func run() throws -> ExitCode {
    _ = try reactor.watch(supervisor.rawValue, for: .readable) { [unowned self] _ in obey() }
    _ = try reactor.watch(signals.rawValue, for: .readable) { [unowned self] _ in
      if (try? signals.next()) != nil { stop() }
    }
    engine.watchProber()
    engine.onInterfacesMoved = { [unowned self] in report(.interfacesMoved) }
    report(.ready)
    try engine.run()
    if !engine.board.hasYielded {
      let own = Set(engine.plan.virtualLinks.map(\.interface))
      virtualInterfaces.remove(engine.monitor) { own.contains($0.index) }
    }
    return engine.leavesAddresses ? .failure : .success
  }

  private func obey() {
    while true {
      guard let receipt = try? supervisor.receive() else { return stop() }
      switch receipt {
      case .message(let bytes, _):
        if let command = bytes.first.flatMap(EngineCommand.init(rawValue:)) { carryOut(command) }
      case .truncated: continue
      case .wouldBlock: return
      // Without a supervisor there is nobody to clean up after this engine.
      case .closed: return stop()
      }
    }
  }

  private func carryOut(_ command: EngineCommand) {
    switch command {
    case .takeOver:
      let previous = previousMemory.flatMap { try? Board(opening: $0.bytes) }
      virtualInterfaces.keep()
      engine.takeOver(from: previous?.isRunning == true ? previous : nil)
      if let previous {
        releaseLocks(of: previous)
        removeVirtualInterfaces(of: previous)
      }
      previousMemory = nil
      report(.running)
    case .yield:
      engine.yield()
      report(.yielded)
    case .shutdown:
      stop()
    case .proberLink:
      guard let descriptor = supervisor.takeDescriptor() else { return }
      engine.replaceProber(Self.proberChannel(descriptor))
    }
  }

  /// Stops, whether in charge or not. The addresses of an engine that died are this one's to remove, if nobody took over from it.
  private func stop() {
    if engine.phase == .prepared { virtualInterfaces.abandon(engine.monitor) }
    if engine.phase == .prepared, let dead = Self.deadEngine(previousMemory) {
      // Nobody is left to log what may go wrong to.
      _ = KernelWithdrawal().perform(Withdrawal(boards: [dead]))
    }
    engine.stop()
  }

  /// Lets go of the locks of addresses that the engine before this one served and this one does not.
  private func releaseLocks(of previous: Board) {
    guard let locks else { return }
    let served = Set(
      engine.plan.addresses.map { AddressPlace(prefix: IPPrefix(host: $0.prefix.address), interface: $0.interface) })
    for record in (0..<previous.addressCount).compactMap(previous.address) {
      guard let address = record.prefix?.address,
        !served.contains(AddressPlace(prefix: IPPrefix(host: address), interface: record.interface))
      else { continue }
      try? locks.release(Self.lockKey(address, record.interface))
    }
  }

  /// Removes the links that only the engine before this one used: its routers' and its addresses'.
  private func removeVirtualInterfaces(of previous: Board) {
    let carriers = (0..<previous.addressCount).compactMap(previous.address).map(\.interface)
    let own = (0..<previous.routerCount).compactMap(previous.router).compactMap(\.virtualInterface)
    let used = Set(carriers + own).subtracting(engine.plan.virtualLinks.map(\.interface))
    guard used.contains(where: { engine.interfaces[$0]?.alias != nil }) else { return }
    virtualInterfaces.remove(engine.monitor) { used.contains($0.index) }
  }

  private static func proberChannel(_ descriptor: consuming FileDescriptor) -> Channel {
    let channel = Channel(descriptor, maximumMessage: 4096)
    // Room for the transitions of thousands of routers at once; with less, the rest waits in the outbox.
    try? channel.setSendBuffer(4 << 20)
    return channel
  }

  private func report(_ report: EngineReport) {
    withUnsafeBytes(of: report.rawValue) { _ = try? supervisor.send($0) }
  }
}

extension EngineProcess {
  private static func readConfiguration() throws -> Configuration {
    let descriptor = try Inherited.take(InheritedDescriptor.bundle.rawValue)
    let bytes = try MemoryFile.readAll(descriptor.rawValue, limit: 256 << 20)
    let loaded = ConfigurationLoader.load(bundle: try SourceBundle(decoding: bytes))
    guard !loaded.hasErrors else {
      throw StartFailure(.configuration, "the configuration has errors; \"martlet check\" names them")
    }
    return loaded.configuration
  }

  private static func plan(
    _ configuration: Configuration, _ interfaces: InterfaceTable, goesOn: Bool
  ) throws(StartFailure) -> Plan {
    do throws(PlanError) {
      return try Plan(configuration, interfaces: interfaces.indexes, toleratesAbsence: goesOn)
    } catch {
      switch error {
      case .missingInterface(let name, let user):
        let known = interfaces.indexes.keys.sorted().joined(separator: ", ")
        throw StartFailure(
          .missingInterface, "interface \(name), which \(user) uses, does not exist on this host (there are: \(known))")
      case .addresses(let router):
        throw StartFailure(.configuration, "the addresses of \(router) do not fit into an advert")
      }
    }
  }

  private static func lock(_ plan: Plan, with locks: AddressLocks?) throws {
    guard let locks else { return }
    // Processes of a martlet that was just killed may hold theirs for a moment yet.
    let limit = MonotonicClock.now() + .milliseconds(500)
    for address in plan.addresses {
      guard try locks.acquire(lockKey(address.prefix.address, address.interface), until: limit) == .acquired else {
        throw StartFailure(
          .alreadyServed,
          "\(address.prefix.address) of \(plan.routers[address.router].name) is already served by another martlet on this host"
        )
      }
    }
  }

  fileprivate static func lockKey(_ address: IPAddress, _ interface: InterfaceIndex) -> [UInt8] {
    address.bytes + "@\(interface)".utf8
  }

  /// The board of an engine that died in charge; `nil` when the one before this one lives or has let go.
  fileprivate static func deadEngine(_ memory: SharedMemory?) -> Board? {
    guard let board = memory.flatMap({ try? Board(opening: $0.bytes) }), board.isRunning, !board.hasYielded,
      kill(board.enginePID, 0) != 0, errno == ESRCH
    else { return nil }
    return board
  }

  private static func layOutBoard(for plan: Plan) throws -> (memory: SharedMemory, board: Board) {
    let packetSizes = plan.routers.map(\.resignationSize)
    let counts = (plan.routers.count, plan.addresses.count, plan.trackers.count, plan.entries.count)
    let packetBytes = packetSizes.reduce(0, +)
    let (sessionCount, markCount) = (plan.sessions.count, plan.routersWithTrailers.count * ReplayMarks.capacity)
    let file = try Inherited.take(InheritedDescriptor.board.rawValue)
    let size = try Board.size(
      routers: counts.0, addresses: counts.1, trackers: counts.2, entries: counts.3, sessions: sessionCount,
      marks: markCount, packetBytes: packetBytes)
    try MemoryFile.resize(file.rawValue, to: size)
    try MemoryFile.seal(file.rawValue, [.shrink, .grow])
    let memory = try SharedMemory(mapping: file, writable: true)
    let board = try Board(
      creatingIn: memory.bytes, routers: counts.0, addresses: counts.1, trackers: counts.2, entries: counts.3,
      sessions: sessionCount, marks: markCount, packetBytes: packetBytes)
    board.enginePID = getpid()
    var offset = 0
    for (position, router) in plan.routers.enumerated() {
      let record = board.router(position)
      record?.description = RouterDescription(
        identity: router.identity, version: router.version, basePriority: plan.core[position].priority,
        interval: plan.core[position].interval, addresses: router.addresses)
      record?.virtualInterface = router.virtualInterface
      record?.resignation = ResignationPacket(
        offset: offset, length: 0, destinationCount: 0, timeToLive: router.timeToLive,
        isWholePacket: router.signing?.makesWholePackets == true)
      offset += packetSizes[position]
    }
    for (number, position) in plan.routersWithTrailers.enumerated() {
      board.router(position)?.marks = number * ReplayMarks.capacity..<(number + 1) * ReplayMarks.capacity
    }
    for (position, address) in plan.addresses.enumerated() {
      let record = board.address(position)
      record?.router = address.router
      record?.interface = address.interface
      record?.prefix = address.prefix
    }
    for (position, planned) in plan.sessions.enumerated() {
      let record = board.session(position)
      record?.name = planned.name
      record?.fingerprint = planned.fingerprint
      record?.neighbor = planned.neighbor
      record?.isMultihop = planned.isMultihop
    }
    for (position, planned) in plan.entries.enumerated() {
      guard let entry = planned.entry, let record = board.entry(position) else { continue }
      record.removal = entry.removal
      record.fingerprint = entry.fingerprint
    }
    return (memory, board)
  }

  /// Asks for what makes adverts punctual under load; what is refused is returned as a note each.
  private static func becomeRealTime() -> [String] {
    var notes: [String] = []
    func attempt(_ body: () throws(SystemError) -> Void) {
      do { try body() } catch { notes.append("\(error); adverts may be late when this host is overloaded") }
    }
    attempt { () throws(SystemError) in try RealTime.setTimerSlack(nanoseconds: 1) }
    if !RealTime.isRoundRobin {
      attempt { () throws(SystemError) in try RealTime.useRoundRobin(priority: 10) }
    }
    attempt { () throws(SystemError) in try RealTime.lockMemory() }
    return notes
  }

  private static func permitted<Value>(
    _ purpose: String, _ body: () throws(SystemError) -> Value
  ) throws -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      guard error.errno == EPERM || error.errno == EACCES else { throw error }
      throw StartFailure(
        .missingCapability,
        "\(purpose) needs CAP_NET_RAW and CAP_NET_ADMIN (\(error)); run as root or grant them to the service")
    }
  }
}

extension PlannedRouter {
  /// Bytes that its ready resignation takes on the board.
  fileprivate var resignationSize: Int {
    let advert = AdvertisementFormat.length(
      version: version, family: family, addressCount: UInt8(clamping: advertised.addresses.count))
    return destinations.count * (16 + advert + (signing?.overhead ?? 0))
  }
}
