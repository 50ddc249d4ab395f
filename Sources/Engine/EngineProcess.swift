import Configuration
import ControlModel
import Glibc
import HostWithdrawal
import LinuxSystem
import Netlink
import NetworkTypes

/// The engine with its channel to the supervisor.
final class EngineProcess {
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
    // Whoever cannot hold an address must not take it from a host that can.
    try Self.permitted("changing addresses", needs: "CAP_NET_ADMIN") { () throws(SystemError) in
      try AddressTable().checkPermission()
    }
    var virtualInterfaces = try VirtualInterfaces(locks)
    let (silence, complaint) = Self.silence(configuration)
    self.silence = silence
    let addressLocks = locks
    do {
      try virtualInterfaces.prepare(configuration, monitor) { links, foreign in
        // What is in use is not replaced for a configuration that then cannot be served.
        var interfaces = try InterfaceTable(readBy: monitor)
        var future: Set<InterfaceIndex> = []
        for (number, link) in links.enumerated() where interfaces.indexes[link] == nil {
          let index = InterfaceIndex(rawValue: .max - Int32(number))
          interfaces.setLink(index, name: link, mac: nil, isUp: true)
          future.insert(index)
        }
        let plan = try Self.plan(configuration, interfaces, goesOn: goesOn, foreignLinks: foreign)
        try Self.lock(plan, with: addressLocks, except: future)
      }
      let foreign = virtualInterfaces.foreign
      (boardMemory, engine) = try Self.prepare(configuration, monitor, goesOn, foreign, locks, reactor, prober)
    } catch {
      virtualInterfaces.abandon(monitor)
      throw error
    }
    self.virtualInterfaces = virtualInterfaces
    ProcessMemory.returnFree()
    ProcessMemory.reserveHeap(bytes: 256 << 10)
    let settings = KernelSettings.findings(of: configuration) { KernelSetting(parts: $0).value }.map(\.message)
    let notes =
      Self.becomeRealTime() + complaint + virtualInterfaces.complaints + settings + refuseUnaccepted()
      + promoteSecondaries()
    for note in notes { engine.outbox.send(.event(.degraded(note))) }
  }

  private static func prepare(
    _ configuration: Configuration, _ monitor: NetlinkMonitor, _ goesOn: Bool, _ foreignLinks: [String: String],
    _ locks: AddressLocks?, _ reactor: Reactor, _ prober: Channel?
  ) throws -> (SharedMemory, Engine) {
    let interfaces = try InterfaceTable(readBy: monitor)
    let plan = try Self.plan(configuration, interfaces, goesOn: goesOn, foreignLinks: foreignLinks)
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

  /// Stops, whether in charge or not. The addresses of an engine that died are this one's to remove, if nobody took over from it.
  private func stop() {
    if engine.phase == .prepared { virtualInterfaces.abandon(engine.monitor) }
    if engine.phase == .prepared, let dead = Self.deadEngine(previousMemory) {
      // Nobody is left to log what may go wrong to.
      withExtendedLifetime(dead) { _ = KernelWithdrawal().perform(Withdrawal(boards: [dead.board])) }
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
