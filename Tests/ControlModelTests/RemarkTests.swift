import HealthCore
import NetworkTypes
import Testing
import VRRPCore

@testable import ControlModel

/// What status says of a router beside its last transition, so that state and reason belong together.
@Suite struct RemarkTests {
  private static let chk = TrackerID(rawValue: 0)
  private static let other = TrackerID(rawValue: 1)

  /// The text for one router on a board of its own.
  private func text(
    _ state: RouterState, _ cause: Cause, _ faults: FaultReasons, statuses: [TrackerStatus] = [.up, .up],
    refusals: [Int32?] = [nil]
  ) throws -> String {
    let size = try Board.size(
      routers: 1, addresses: refusals.count, trackers: 2, entries: 0, sessions: 0, marks: 0, packetBytes: 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    let board = try Board(
      creatingIn: memory, routers: 1, addresses: refusals.count, trackers: 2, entries: 0, sessions: 0, marks: 0,
      packetBytes: 0)
    let now = MonotonicInstant(nanoseconds: 100_000_000_000)
    let id = RouterIdentity(interface: InterfaceIndex(rawValue: 2), family: .ipv4, virtualRouterID: 51, name: "VI_1")
    board.router(0)?.description = RouterDescription(
      identity: id, version: .v3, basePriority: .standard, interval: .seconds(1), addresses: 0..<refusals.count)
    board.router(0)?.record(
      Transition(from: .backup, to: state, cause: cause, priority: .standard, at: now), number: 1)
    var snapshot = VirtualRouterSnapshot(state: state, activeInterval: .seconds(1), effectivePriority: .standard)
    snapshot.faults = faults
    if faults.contains(.addresses) { snapshot.mainDeadline = now + .seconds(12) }
    board.router(0)?.snapshot = snapshot
    for (position, refusal) in refusals.enumerated() {
      board.address(position)?.prefix = IPPrefix(host: IPAddress(v4: 0xC000_0210 + UInt32(position)))
      board.address(position)?.refusal = refusal
    }
    for (position, status) in statuses.enumerated() {
      board.tracker(position)?.record(TrackerFinding(status, "exit \(position)"), at: now)
    }
    let names = Names(
      routers: [
        .init(
          name: "VI_1", interface: "eth0",
          trackers: [TrackerBinding(tracker: Self.chk), TrackerBinding(tracker: Self.other)])
      ], trackers: [TrackerName(.script, "chk"), TrackerName(.script, "other")])
    return Status(reading: board, names: names, at: now).text()
  }

  struct Case: Sendable {
    let cause: Cause
    let faults: FaultReasons
    var statuses: [TrackerStatus] = [.up, .up]
    /// What is said beside the cause; `nil` for nothing.
    let remark: String?
  }

  static let cases = [
    Case(cause: .interfaceDown, faults: .interface, remark: nil),
    Case(
      cause: .interfaceDown, faults: .tracker, statuses: [.up, .down],
      remark: "VI_1: now in FAULT because script other is down: exit 1"),
    Case(cause: .trackerDown(chk), faults: .tracker, statuses: [.down, .up], remark: nil),
    Case(
      cause: .trackerDown(chk), faults: .tracker, statuses: [.up, .down],
      remark: "VI_1: now in FAULT because script other is down: exit 1"),
    Case(
      cause: .trackerDown(chk), faults: [.tracker, .interface], statuses: [.down, .up],
      remark: "VI_1: now in FAULT because eth0 is down; script chk is down: exit 0"),
    Case(cause: .sourceAddressLost, faults: .sourceAddress, remark: nil),
    Case(
      cause: .sourceAddressLost, faults: .syncGroup,
      remark: "VI_1: now in FAULT because its sync group is in FAULT"),
  ]

  @Test(arguments: cases) func whatHoldsItInFaultNow(_ example: Case) throws {
    let text = try text(.fault, example.cause, example.faults, statuses: example.statuses)
    #expect(text.contains("now in FAULT") == (example.remark != nil), "\(text)")
    if let remark = example.remark { #expect(text.contains(remark + "\n"), "\(text)") }
  }

  @Test("Refused addresses are named, and when they are tried again")
  func refused() throws {
    let some = try text(.master, .started, [], refusals: [nil, 13])
    #expect(some.contains("VI_1: the kernel refuses 192.0.2.17/32: Permission denied\n"), "\(some)")
    #expect(!some.contains("tried again"))
    let many = try text(.fault, .addressesRefused(error: 1), .addresses, refusals: [1, 1, 1, 1, 1])
    #expect(many.contains("VI_1: the kernel refuses 2 more\n"), "\(many)")
    #expect(many.contains("VI_1: the addresses are tried again in 12 s\n"), "\(many)")
    #expect(try !text(.backup, .started, [], refusals: [13]).contains("refuses"), "a backup should have none")
  }
}
