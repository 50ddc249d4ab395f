import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// Preparation of an engine until it is ready.
extension EngineProcess {
  static func readConfiguration() throws -> Configuration {
    let bundle = try Inherited.take(InheritedDescriptor.bundle.rawValue)
    do {
      let number = bundle.rawValue
      return try ConfigurationBundle { try MemoryFile.read(number, $0) }.configuration()
    } catch let error as ImageError {
      throw StartFailure(.configuration, "\(error)")
    }
  }

  static func plan(
    _ configuration: Configuration, _ interfaces: InterfaceTable, goesOn: Bool, unusableLinks: [String: String]
  ) throws(StartFailure) -> Plan {
    do throws(PlanError) {
      let carriers = configuration.routers.contains { $0.interface.isEmpty } ? interfaces.carriers : [:]
      return try Plan(
        configuration, interfaces: interfaces.indexes, carriers: carriers, toleratesAbsence: goesOn,
        unusableLinks: unusableLinks)
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

  /// Takes the locks of a plan's addresses, except for those on interfaces that are yet to be made.
  static func lock(_ plan: Plan, with locks: AddressLocks?, except future: Set<InterfaceIndex> = []) throws {
    guard let locks else { return }
    // Processes of a martlet that was just killed may hold theirs for a moment.
    let limit = MonotonicClock.now() + .milliseconds(500)
    for address in plan.addresses where !future.contains(address.interface) {
      guard try locks.acquire(lockKey(address.prefix.address, address.interface), until: limit) == .acquired else {
        throw StartFailure(
          .alreadyServed,
          "\(address.prefix.address) of \(plan.routers[address.router].name) is already served by another martlet on this host"
        )
      }
    }
  }

  static func lockKey(_ address: IPAddress, _ interface: InterfaceIndex) -> [UInt8] {
    // The address comes last, so that the locks of neighbours touch.
    "\(interface)@".utf8 + address.bytes
  }

  /// Board of an engine that died in charge; `nil` if the previous one is alive or has yielded.
  static func deadEngine(_ memory: SharedMemory?) -> BoardCopy? {
    guard let copy = memory.flatMap({ try? BoardCopy(of: $0.bytes) }), copy.board.isRunning, !copy.board.hasYielded,
      kill(copy.board.enginePID, 0) != 0, errno == ESRCH
    else { return nil }
    return copy
  }

  static func layOutBoard(for plan: Plan) throws -> (memory: SharedMemory, board: Board) {
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
        identity: router.identity, version: router.policy.expectation.version,
        basePriority: router.priority, interval: router.policy.expectation.interval, addresses: router.addresses)
      record?.virtualInterface = router.virtualInterface
      record?.resignation = ResignationPacket(
        offset: offset, length: 0, destinationCount: 0, timeToLive: router.policy.timeToLive,
        isWholePacket: router.policy.signing?.makesWholePackets == true)
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

  /// Sets scheduling and memory for punctual adverts under load. Returns a note for each refusal.
  static func becomeRealTime() -> [String] {
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

  static func permitted<Value>(
    _ purpose: String, needs capabilities: String = "CAP_NET_RAW and CAP_NET_ADMIN",
    _ body: () throws(SystemError) -> Value
  ) throws -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      guard error.errno == EPERM || error.errno == EACCES else { throw error }
      throw StartFailure(
        .missingCapability,
        "\(purpose) needs \(capabilities) (\(error)); run as root or grant them to the service")
    }
  }
}

extension PlannedRouter {
  /// Size in bytes of its ready resignation on the board.
  fileprivate var resignationSize: Int {
    let advert = AdvertisementFormat.length(
      version: policy.expectation.version, family: family,
      addressCount: UInt8(clamping: policy.addresses.addresses.count))
    return destinations.count * (16 + advert + (policy.signing?.overhead ?? 0))
  }
}
