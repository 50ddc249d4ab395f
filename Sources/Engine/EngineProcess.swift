import ConfigurationModel
import ControlModel
import Glibc
import HostWithdrawal
import LinuxSystem
import Netlink
import NetworkTypes

/// Engine with its channel to the supervisor.
final class EngineProcess {
  private let reactor: Reactor
  private let supervisor: Channel
  private let signals: SignalReceiver
  /// Mapped for as long as views of it are used.
  private let boardMemory: SharedMemory
  private var previousMemory: SharedMemory?
  private let locks: AddressLocks?
  private let engine: Engine
  private var virtualInterfaces: VirtualInterfaces
  /// Filter of packets to unaccepted addresses. The kernel removes its table with the engine.
  private var filter: AddressFilter?
  /// Filter on interfaces with virtual MAC addresses, which exists before they do. The kernel removes its table with
  /// the engine.
  private let silence: InterfaceSilence?

  init(goesOn: Bool) throws {
    // This comes before anything is opened: a number that was not inherited is free, and the first file opened would
    // get it.
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

    let prepared = try Self.prepare(goesOn: goesOn, locks, reactor, prober)
    (boardMemory, engine) = (prepared.board, prepared.engine)
    (virtualInterfaces, silence) = (prepared.virtualInterfaces, prepared.silence)
    // The configuration is gone by now. Its memory, and the code that only a start runs, go before all memory is locked.
    ProcessMemory.returnFree()
    ProcessMemory.returnProgram()
    ProcessMemory.reserveHeap(bytes: 256 << 10)
    let notes = Self.becomeRealTime() + prepared.notes + refuseUnaccepted() + promoteSecondaries()
    for note in notes { engine.outbox.send(.event(.degraded(note))) }
  }

  /// Parts made from the configuration. Nothing else of the configuration is needed later.
  private struct Preparation {
    var board: SharedMemory
    var engine: Engine
    var virtualInterfaces: VirtualInterfaces
    var silence: InterfaceSilence?
    /// Log lines about parts that do not work as the configuration asks.
    var notes: [String]
  }

  private static func prepare(
    goesOn: Bool, _ locks: AddressLocks?, _ reactor: Reactor, _ prober: Channel?
  ) throws -> Preparation {
    let configuration = try readConfiguration()
    let monitor = try permitted("watching the network") { () throws(SystemError) in
      try NetlinkMonitor(watchesRouting: configuration.hasRouting)
    }
    // A host that cannot hold an address must not take it from one that can.
    try permitted("changing addresses", needs: "CAP_NET_ADMIN") { () throws(SystemError) in
      try AddressTable().checkPermission()
    }
    var virtualInterfaces = try VirtualInterfaces(locks)
    let (silence, complaint) = Self.silence(configuration)
    do {
      try virtualInterfaces.prepare(configuration, monitor) { links, unusable in
        // A link in use is not replaced for a configuration that cannot be served.
        var interfaces = try InterfaceTable(readBy: monitor)
        var future: Set<InterfaceIndex> = []
        for (number, link) in links.enumerated() where interfaces.indexes[link] == nil {
          let index = InterfaceIndex(rawValue: .max - Int32(number))
          interfaces.setLink(index, name: link, mac: nil, isUp: true)
          future.insert(index)
        }
        try lock(
          Self.plan(configuration, interfaces, goesOn: goesOn, unusableLinks: unusable), with: locks, except: future)
      }
      let interfaces = try InterfaceTable(readBy: monitor)
      let plan = try Self.plan(
        configuration, interfaces, goesOn: goesOn, unusableLinks: virtualInterfaces.unusable)
      try lock(plan, with: locks)
      let (memory, board) = try layOutBoard(for: plan)
      let engine = try permitted("opening raw sockets") { () throws(SystemError) in
        try Engine(plan, interfaces: interfaces, board: board, reactor: reactor, monitor: monitor, prober: prober)
      }
      let settings = KernelSettings.findings(of: configuration) { KernelSetting(parts: $0).value }.map(\.message)
      return Preparation(
        board: memory, engine: engine, virtualInterfaces: virtualInterfaces, silence: silence,
        notes: complaint + virtualInterfaces.complaints + settings)
    } catch {
      virtualInterfaces.abandon(monitor)
      throw error
    }
  }

  /// Keeps the kernel from sending by itself on the interfaces with virtual MAC addresses. Returns a note if that is
  /// impossible.
  private static func silence(_ configuration: Configuration) -> (InterfaceSilence?, notes: [String]) {
    let names = configuration.virtualLinks.map(\.virtual.interface)
    guard !names.isEmpty else { return (nil, []) }
    do {
      return (try InterfaceSilence(on: names), [])
    } catch {
      return (nil, ["a backup may send from its virtual MAC address: nftables cannot be set up: \(error)"])
    }
  }

  /// Has the kernel keep the other addresses of a network when the first is removed. Returns a note for each interface
  /// where that is impossible.
  private func promoteSecondaries() -> [String] {
    engine.plan.promotedInterfaces.compactMap { interface in
      do {
        try LinkTable().promoteSecondaries(on: interface)
        return nil
      } catch {
        return "cannot set promote_secondaries: \(error)"
      }
    }
  }

  /// Has packets to unaccepted addresses dropped. Returns a note if that is impossible.
  private func refuseUnaccepted() -> [String] {
    let addresses = engine.plan.unacceptedAddresses
    guard !addresses.isEmpty else { return [] }
    do {
      filter = try AddressFilter(dropping: addresses)
      return []
    } catch {
      return ["no_accept has no effect: nftables cannot be set up: \(error)"]
    }
  }

  /// Runs the engine. Returns a failure if the supervisor must remove addresses that are left.
  func run() throws -> ExitCode {
    _ = try reactor.watch(supervisor.rawValue, for: .readable) { [unowned self] _ in receiveCommands() }
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

  private func receiveCommands() {
    while true {
      guard let receipt = try? supervisor.receive() else { return stop() }
      switch receipt {
      case .message(let bytes, _):
        if let command = bytes.first.flatMap(EngineCommand.init(rawValue:)) { perform(command) }
      case .truncated: continue
      case .wouldBlock: return
      // Without a supervisor nobody would clean up after this engine.
      case .closed: return stop()
      }
    }
  }

  private func perform(_ command: EngineCommand) {
    switch command {
    case .takeOver:
      takeOver(from: previousMemory.flatMap { try? BoardCopy(of: $0.bytes) })
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

  private func takeOver(from previous: BoardCopy?) {
    virtualInterfaces.keep()
    let wasRunning = previous?.board.isRunning == true
    if wasRunning, let previousMemory { PreviousEngine.forgetYield(on: previousMemory) }
    engine.takeOver(from: wasRunning ? previous?.board : nil)
    if let previous {
      releaseLocks(of: previous.board)
      removeVirtualInterfaces(of: previous.board)
    }
    withExtendedLifetime(previous) {}
  }

  /// Stops, whether in charge or not. If an engine died and no other took over, this one removes its addresses.
  private func stop() {
    if engine.phase == .prepared { virtualInterfaces.abandon(engine.monitor) }
    if engine.phase == .prepared, let dead = Self.deadEngine(previousMemory) {
      // There is no process left to log a failure.
      withExtendedLifetime(dead) { _ = KernelWithdrawal().perform(Withdrawal(boards: [dead.board])) }
    }
    engine.stop()
  }

  /// Releases the locks of addresses that the previous engine served and this one does not.
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

  /// Removes the links that only the previous engine used, for its routers and its addresses.
  private func removeVirtualInterfaces(of previous: Board) {
    let carriers = (0..<previous.addressCount).compactMap(previous.address).map(\.interface)
    let own = (0..<previous.routerCount).compactMap(previous.router).compactMap(\.virtualInterface)
    let used = Set(carriers + own).subtracting(engine.plan.virtualLinks.map(\.interface))
    guard used.contains(where: { engine.interfaces[$0]?.alias != nil }) else { return }
    virtualInterfaces.remove(engine.monitor) { used.contains($0.index) }
  }

  private static func proberChannel(_ descriptor: consuming FileDescriptor) -> Channel {
    let channel = Channel(descriptor, maximumMessage: 4096)
    // Room for the transitions of thousands of routers at once. With less, messages wait in the outbox.
    try? channel.setSendBuffer(4 << 20)
    return channel
  }

  private func report(_ report: EngineReport) {
    withUnsafeBytes(of: report.rawValue) { _ = try? supervisor.send($0) }
  }
}
